"""`make bench-people`: from an empty installation to 300 invited people, through the pages that an
administrator uses, on both engines.

The installation and its administrator are made by commands, all else by pages: targets, rosters as
CSV, what their values mean, the imports, the invitations; and among 0, 100, and 300 people the acts
after which all of them are looked at. Nothing is started again on the way. Printed are the seconds
that each takes the server and its processor (nobody's thinking or typing is in them; PostgreSQL is
another process), pages loaded, forms sent, and mails sent.
"""

import datetime as dt
import html
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from tests.client import ATTRIBUTE, Client
from tests.conftest import TestConfig
from tests.engines import fresh_database, postgres_trouble
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver
from tracker.app import create_app
from tracker.cli.database import lay_out
from tracker.db import db
from tracker.rules.core.mail import mail_server as settings

SIZES, TEAMS, MORE = (0, 100, 300), 24, 38
LIBRARY, ADDRESS, PASSWORD = "Town Library", "ada@example.org", "a quiet reading room"


Step = Callable[["Counted"], None]


class Counted(Client):
    """A browser that counts what its person does. It follows where a form leads."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.app, self.pages, self.forms = app, 0, 0

    def work(self) -> None:
        """What waits to be done in the background. Connections are made anew after it, as by the
        next thread of a server: those that are open keep the statistics that they read."""
        done = self.app.test_cli_runner().invoke(args=["work", "--once"])
        if done.exit_code:
            sys.exit(done.output)
        with self.app.app_context():
            db.engine.dispose()

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


def roster(first: int, last: int) -> bytes:
    lines = ["Staff ID,Name,Email,Team,Role,Job profile"]
    for number in range(first, last + 1):
        team, role, profile = f"Branch {number % TEAMS + 1}", "Learner", "Mid-level"
        if number <= TEAMS:
            role, profile = "Supervisor", ""
        elif number == TEAMS + 1:
            team, role, profile = LIBRARY, "Coordinator", ""
        lines.append(
            f"S{number:04},Person {number},person{number}@example.org,{team},{role},{profile}"
        )
    return "\n".join(lines).encode()


def values(page: str, name: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(rf'name="{name}"[^>]*? value="(.*?)"', page)]


def filled(page: str, action: str) -> dict[str, object]:
    """What a form says as it stands: of a choice the first where none is made."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    if form is None:
        sys.exit(f"There is no form for {action}.")
    said: dict[str, object] = {}
    name = ""
    for tag, rest in re.findall(r"<(input|select|option)\b([^>]*)>", form.group(0)):
        of = {each[1]: html.unescape(each[2] or "") for each in ATTRIBUTE.finditer(rest)}
        if tag == "select":
            name = of["name"]
        elif tag == "option" and ("selected" in of or name not in said):
            said[name] = of.get("value", "")
        elif tag == "input" and (of.get("type") != "checkbox" or "checked" in of):
            said[of["name"]] = of.get("value", "")
    return said


def option(page: str, words: str) -> str:
    """The value of a choice."""
    found = re.search(rf'<option[^>]*value="([^"]*)"[^>]*>[^<]*\b{words}\s*<', page)
    if found is None:
        sys.exit(f"{words} cannot be chosen.")
    return found.group(1)


def set_targets(client: Counted) -> None:
    framework = values(client.read("/admin/role-profiles"), "framework")[0]
    client.send("/admin/role-profiles/start", {"framework": framework})


def import_people(client: Counted, first: int, last: int) -> None:
    """Teams are made as the file names them."""
    client.read("/admin/people/import")
    file = io.BytesIO(roster(first, last))
    page, where = client.send("/admin/people/import", {"file": (file, "staff.csv")})
    chosen = filled(page, f"{where}/columns") | {"makes_teams": "y"}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        meant = re.search(r'value="([^"]*)"[^>]*>\s*Mid-level', options)
        if meant and name in chosen:
            chosen[name] = html.unescape(meant.group(1))
    page, where = client.send(f"{where}/columns", chosen)
    seen = values(page, "seen")
    ready = re.search(r"Import the (\d+)", page)
    if not seen or ready is None or int(ready.group(1)) != last - first + 1:
        sys.exit("Not all rows are ready to be imported.")
    client.send(f"{where}/import", {"seen": seen[0]})
    client.work()
    client.read(where)


def add_team(client: Counted, name: str) -> None:
    page = client.read("/admin/teams/new")
    client.send("/admin/teams", filled(page, "/admin/teams") | {"name": name})


def move_team(client: Counted, name: str) -> None:
    """Below North."""
    found = re.search(rf'href="(/admin/teams/\d+)"[^>]*>\s*{name}\s*<', client.read("/admin/teams"))
    if found is None:
        sys.exit(f"There is no team {name}.")
    page = client.read(found[1])
    client.send(found[1], filled(page, found[1]) | {"parent_id": option(page, "North")})


def join_team(client: Counted, name: str) -> None:
    """The administrator becomes one more supervisor there."""
    person = "/admin/people/1/memberships"
    page = client.read(f"{person}/new")
    chosen = {"team_id": option(page, name), "role": "supervisor", "role_profile_id": ""}
    client.send(person, filled(page, person) | chosen)


def show_names(client: Counted) -> None:
    """To coordinators, or no longer."""
    said = filled(client.read("/admin/library"), "/admin/library")
    if said.pop("names_to_coordinators", None) is None:
        said["names_to_coordinators"] = "y"
    client.send("/admin/library", said)


def invite(client: Counted) -> None:
    people = values(client.read("/admin/people/invitations"), "people")
    client.send("/admin/people/invitations", {"people": people})


def steps() -> Iterator[tuple[str, Step]]:
    """What is done, in order, and in what words."""
    yield "set targets for each job", set_targets
    yield "add a team", partial(add_team, name="North")
    yield "add another team", partial(add_team, name="South")
    for before, size, team in zip(
        (0, *SIZES), SIZES, ("South", "Branch 1", "Branch 2"), strict=False
    ):
        if size:
            yield (
                f"import {size - before} people",
                partial(import_people, first=before + 1, last=size),
            )
        yield f"add a membership among {size}", partial(join_team, name=team)
        yield f"move a team among {size}", partial(move_team, name=team)
        yield f"turn names off or on among {size}", show_names
        yield f"turn them on or off among {size}", show_names
        if not size:
            yield "add another membership", partial(join_team, name="North")
            yield "do the daily work", Counted.work
    yield "invite all of them", invite
    yield f"import {MORE} more", partial(import_people, first=SIZES[-1] + 1, last=SIZES[-1] + MORE)


def measured(url: str, folder: Path) -> None:
    app = create_app(TestConfig(url, folder))
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        lay_out()
    library = ("--library", LIBRARY, "--name", "Ada Admin")
    account = ("--email", ADDRESS, "--password", PASSWORD)
    made = app.test_cli_runner().invoke(
        args=["admin", "create", *library, *account], input="America/Chicago\n\n\n"
    )
    if made.exit_code:
        sys.exit(made.output)
    client = Counted(app)
    client.sign_in(ADDRESS, PASSWORD)
    with mail_server() as inbox:
        server = settings(inbox.url(options="?tls=no"), "tracker@example.org")
        app.extensions["tracker_mail"] = server
        begins = time.perf_counter()
        for words, step in steps():
            began, pages, forms = time.perf_counter(), client.pages, client.forms
            worked = time.process_time()
            step(client)
            worked, took = time.process_time() - worked, time.perf_counter() - began
            print(
                f"{words}: {took:.2f} s, {worked:.2f} s of the processor, "
                f"{client.pages - pages} pages, {client.forms - forms} forms",
                flush=True,
            )
        began = time.perf_counter()
        with app.app_context():
            came = deliver(inbox, dt.datetime.combine(now.date(), dt.time(18), dt.UTC))
            db.session.remove()
            db.engine.dispose()
        print(f"deliver the mails: {time.perf_counter() - began:.1f} s")
        minutes = (time.perf_counter() - begins) / 60
        print(
            f"{minutes:.2f} minutes, {client.pages} pages, {client.forms} forms, "
            f"{came.count('sent')} mails sent of {SIZES[-1]}"
        )


def main() -> None:
    for engine_name in ("sqlite", "postgresql"):
        if engine_name == "postgresql" and (trouble := postgres_trouble()):
            print(f"postgresql: left out, {trouble}")
            continue
        with tempfile.TemporaryDirectory() as name, fresh_database(engine_name, Path(name)) as url:
            os.environ["TRACKER_DATA_DIR"] = name
            print(f"{engine_name}:")
            measured(url, Path(name))


if __name__ == "__main__":
    main()
