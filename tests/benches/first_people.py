"""`make bench-people`: from an empty installation to 300 invited people, through the pages that an
administrator uses.

The installation and its administrator are made by commands, all else by pages: targets, a roster as
CSV, what its values mean, the import, the invitations. Printed are the minutes that the steps take
the server (nobody's thinking or typing is in them), pages loaded, forms sent, and mails sent.
"""

import datetime as dt
import html
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from config import ROOT
from tests.client import Client
from tests.conftest import TestConfig
from tests.factories.frameworks import first_version
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.frameworks.files.rules_reading import read_framework
from tracker.rules.core.mail import mail_server as settings

PEOPLE, TEAMS = 300, 24
ADDRESS, PASSWORD = "ada@example.org", "a quiet reading room"
FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


class Counted(Client):
    """A browser that counts what its person does. It follows where a form leads."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.app, self.pages, self.forms = app, 0, 0

    def read(self, url: str) -> str:
        self.pages += 1
        response = self.get(url)
        if response.status_code != 200:
            sys.exit(f"{url} answered {response.status_code}.")
        return response.text

    def send(self, url: str, data: dict[str, object]) -> tuple[str, str]:
        """The page that it leads to, and its address."""
        self.forms += 1
        response = self.post(url, data)
        if response.status_code != 303:
            said = re.findall(r"<li>(.*?)</li>", response.text)
            sys.exit(f"{url} answered {response.status_code}: {said}")
        where = urlsplit(str(response.headers["Location"])).path
        return self.read(where), where


def roster() -> bytes:
    lines = ["Staff ID,Name,Email,Team,Role,Job profile"]
    for number in range(1, PEOPLE + 1):
        team = f"Branch {(number - 1) % TEAMS + 1}"
        role, profile = ("Supervisor", "") if number <= TEAMS else ("Learner", "Mid-level")
        lines.append(
            f"S{number:04},Person {number},person{number}@example.org,{team},{role},{profile}"
        )
    return "\n".join(lines).encode()


def values(page: str, name: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(rf'name="{name}"[^>]*? value="(.*?)"', page)]


def set_targets(client: Counted) -> None:
    framework = values(client.read("/admin/role-profiles"), "framework")[0]
    client.send("/admin/role-profiles/start", {"framework": framework})


def import_people(client: Counted) -> None:
    """Teams are made as the file names them."""
    client.read("/admin/people/import")
    page, where = client.send("/admin/people/import", {"file": (io.BytesIO(roster()), "staff.csv")})
    form = re.search(rf'<form[^>]*action="{where}/columns".*?</form>', page, re.DOTALL)
    if form is None:
        sys.exit("There is no form for what columns mean.")
    chosen: dict[str, object] = {"makes_teams": "y"}
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form.group(0), re.DOTALL
    ):
        picked = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', options) or re.search(
            r'<option[^>]*value="([^"]*)"[^>]*selected', options
        )
        meant = re.search(r'<option[^>]*value="([^"]*)"[^>]*>\s*Mid-level', options)
        found = meant or picked
        chosen[name] = html.unescape(found.group(1)) if found else ""
    page, where = client.send(f"{where}/columns", chosen)
    seen = values(page, "seen")
    ready = re.search(r"Import the (\d+)", page)
    if not seen or ready is None or int(ready.group(1)) != PEOPLE:
        sys.exit("Not all rows are ready to be imported.")
    client.send(f"{where}/import", {"seen": seen[0]})
    worked = client.app.test_cli_runner().invoke(args=["work", "--once"])
    if worked.exit_code:
        sys.exit(worked.output)
    client.read(where)


def invite(client: Counted) -> None:
    people = values(client.read("/admin/people/invitations"), "people")
    client.send("/admin/people/invitations", {"people": people})


def measured(folder: Path) -> None:
    app = create_app(TestConfig(f"sqlite:///{folder / 'tracker.sqlite3'}", folder))
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        first_version(read_framework(FILE.read_text(encoding="utf-8")), now)
    library = ("--library", "Town Library", "--name", "Ada Admin")
    account = ("--email", ADDRESS, "--password", PASSWORD)
    made = app.test_cli_runner().invoke(
        args=["admin", "create", *library, *account], input="America/Chicago\n\n\n"
    )
    if made.exit_code:
        sys.exit(made.output)
    client = Counted(app)
    client.sign_in(ADDRESS, PASSWORD)
    steps: list[tuple[str, Callable[[Counted], None]]] = [
        ("set targets for each job", set_targets),
        (f"import {PEOPLE} people in {TEAMS} teams", import_people),
        ("invite all of them", invite),
    ]
    with mail_server() as inbox:
        server = settings(inbox.url(options="?tls=no"), "tracker@example.org")
        app.extensions["tracker_mail"] = server
        begins = time.perf_counter()
        for words, step in steps:
            began, pages, forms = time.perf_counter(), client.pages, client.forms
            step(client)
            took = time.perf_counter() - began
            print(
                f"{words}: {took:.1f} s, {client.pages - pages} pages, {client.forms - forms} forms"
            )
        began = time.perf_counter()
        with app.app_context():
            came = deliver(inbox, dt.datetime.combine(now.date(), dt.time(18), dt.UTC))
        print(f"deliver the mails: {time.perf_counter() - began:.1f} s")
        minutes = (time.perf_counter() - begins) / 60
        print(
            f"{minutes:.2f} minutes, {client.pages} pages, {client.forms} forms, "
            f"{came.count('sent')} mails sent of {PEOPLE}"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_here:
        os.environ["TRACKER_DATA_DIR"] = made_here
        measured(Path(made_here))
