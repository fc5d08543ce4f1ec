"""From an empty installation to the gap matrix: one command makes the administrator, and the pages
do the rest."""

import html
import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.mail_servers import mail_server
from tracker.frameworks.files.rules_reading import read_framework
from tracker.rules.core.mail import mail_server as settings

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
PASSWORD = "a quiet reading room"


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page, re.DOTALL)
    assert match is not None, f"{pattern} is not on the page"
    return html.unescape(match.group(1))


def option(label: str, page: str) -> str:
    """The value of the choice that begins with that label."""
    return found(rf'<option[^>]*value="([^"]+)"[^>]*>\W*{re.escape(label)}', page)


def done(client: Client, url: str, data: dict[str, object]) -> str:
    """Post, and follow to the page that it leads to."""
    response = client.post(url, data)
    assert response.status_code == 303, (
        url,
        response.status_code,
        re.findall(r"<li>(.*?)</li>", response.text),
    )
    return str(response.headers["Location"])


@pytest.fixture
def administrator(app: Flask) -> Client:
    with app.app_context():
        first_version(read_framework(FILE.read_text(encoding="utf-8")), NOW)
    made = app.test_cli_runner().invoke(
        args=[
            "admin",
            "create",
            "--library",
            "Town Library",
            "--name",
            "Ada Admin",
            "--email",
            "ada@example.org",
            "--password",
            PASSWORD,
        ],
        input="America/Chicago\n\n\n",
    )
    assert made.exit_code == 0, made.output
    client = Client(app)
    client.sign_in("ada@example.org", PASSWORD)
    return client


def bring_in(app: Flask, administrator: Client, name: str, terms: dict[str, str]) -> Client:
    """A person of the pages: added, put in a team, and signed in with the link that the page
    showed."""
    email = f"{name.lower()}@example.org"
    added = administrator.post("/admin/people", {"name": name, "email": email})
    link = found(r'(/welcome/[^"<\s]+)', added.text)
    person_id = found(r"/admin/people/(\d+)", added.text)
    person_page = administrator.get(f"/admin/people/{person_id}/memberships/new").text
    wanted = {"team_id": option("Main Street", person_page), "starts_on": "2026-01-05", **terms}
    if terms["role"] == "learner":
        wanted["role_profile_id"] = option("Mid-level", person_page)
    done(administrator, f"/admin/people/{person_id}/memberships", dict(wanted))
    client = Client(app)
    client.get(link)
    assert "Print your recovery code" in client.post(link, {"password": PASSWORD}).text
    client.token = ""
    client.sign_in(email, PASSWORD)
    return client


def left(administrator: Client) -> list[str]:
    """What the checklist of the first day still asks for."""
    page = administrator.get("/admin").text
    return re.findall(
        r'<li class="is-open">.*?<a class="checklist-title"[^>]*>(.*?)</a>', page, re.DOTALL
    )


def tried_out(
    app: Flask, administrator: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message to a real mail server and back, and a backup that is brought back by the
    commands."""
    with mail_server() as inbox:
        server = settings(inbox.url(options="?tls=no"), "tracker@example.org")
        monkeypatch.setitem(app.extensions, "tracker_mail", server)
        done(administrator, "/admin/mail/test", {})
        message = inbox.messages[0].get_payload(decode=True)
        assert isinstance(message, bytes)
    page = administrator.get(found(r"http://[^/\s]+(/\S+)", message.decode())).text
    done(
        administrator,
        "/admin/mail/arrived",
        {"code": found(r'name="code"[^>]*value="(\w+)"', page)},
    )
    run = app.test_cli_runner()
    made = run.invoke(args=["backup", "--to", str(folder)])
    assert made.exit_code == 0, made.output
    tested = run.invoke(args=["backup", "test", made.output.partition(":")[0]])
    assert tested.exit_code == 0, tested.output
    assert "It can be restored" in tested.output


@pytest.mark.in_ci
def test_from_nothing_to_the_gap_matrix(
    app: Flask, administrator: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert left(administrator) == [
        "Publish how ratings are used",
        "Set up teams",
        "Set targets for each job",
        "Decide about statements on personal matters",
        "Add people",
        "Put people in teams",
        "Open a round",
        "Send a test message",
        "Try out a backup",
    ]
    draft = found(
        r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>',
        administrator.get("/admin/use-statement").text,
    )
    done(administrator, "/admin/use-statement", {"text": draft, "base_version": "0"})
    root = option("Town Library", administrator.get("/admin/teams/new").text)
    done(administrator, "/admin/teams", {"name": "Main Street", "parent_id": root})
    profiles = administrator.get("/admin/role-profiles").text
    done(
        administrator,
        "/admin/role-profiles/start",
        {"framework": found(r'name="framework" value="([^"]+)"', profiles)},
    )
    undecided = re.findall(
        r'<select[^>]*name="(decision_\d+)"', administrator.get("/admin/sensitive").text
    )
    assert len(undecided) == 13
    done(administrator, "/admin/sensitive", dict.fromkeys(undecided, "rate"))
    framework = found(
        r'name="framework_ids"[^>]* value="(\d+)"', administrator.get("/admin/rounds/new").text
    )
    done(
        administrator,
        "/admin/rounds",
        {
            "name": "Autumn",
            "framework_ids": framework,
            "starts_on": "2026-11-01",
            "ends_on": "2026-12-11",
        },
    )
    learner = bring_in(app, administrator, "Lena", {"role": "learner", "job": "Assistant"})
    supervisor = bring_in(app, administrator, "Sven", {"role": "supervisor"})
    coordinator = bring_in(app, administrator, "Cleo", {"role": "coordinator"})

    # Mail and backup are tried out, and nothing is left of the first day.
    assert left(administrator) == ["Send a test message", "Try out a backup"]
    tried_out(app, administrator, tmp_path, monkeypatch)
    assert left(administrator) == []
    assert "Try out a backup" not in administrator.get("/").text
    assert "The first day: all done" in administrator.get("/admin").text

    # The learner reads the use statement, rates a domain, and sends it.
    assert learner.get("/assess").headers["Location"].startswith("/use-statement")
    text_id = found(r'name="use_statement_id" value="(\d+)"', learner.get("/use-statement").text)
    done(learner, "/use-statement", {"use_statement_id": text_id, "next": ""})
    person_id = found(
        r'name="person_id" value="(\d+)"',
        page := learner.get("/assess/library-technicians/durable/communication").text,
    )
    statements = list(dict.fromkeys(re.findall(r'action="/statements/(\d+)/rating"', page)))
    assert len(statements) == 10
    for at, statement in enumerate(statements):
        answer = "consistently" if at < 2 else "partly"
        done(
            learner,
            f"/statements/{statement}/rating",
            {"answer": answer, "base_version": "0", "person_id": person_id},
        )
    reviewer = found(r'name="reviewer"[^>]*value="([^"]+)"', learner.get("/reviews/new").text)
    review = done(learner, "/reviews", {"reviewer": reviewer, "statements": statements[:5]})
    review_id = found(r"/reviews/(\d+)", learner.get(review).text)

    # The supervisor answers each, looks at the check page, and reveals.
    items: set[str] = set()
    while "/screen/" in (
        screen := supervisor.http.get(f"/reviews/{review_id}").headers["Location"]
    ):
        page = supervisor.get(screen).text
        here = set(re.findall(r'name="answer-(\d+)"', page))
        assert here
        assert not here & items
        items |= here
        said = {"person_id": found(r'name="person_id" value="(\d+)"', page)}
        for item in here:
            said |= {
                f"answer-{item}": "consistently",
                f"ground-{item}": "saw_it",
                f"note-{item}": "Seen.",
                f"base_version-{item}": "1",
            }
        done(supervisor, screen, said)
    assert len(items) == 5
    version = found(
        r'name="version" value="(\d+)"', supervisor.get(f"/reviews/{review_id}/check").text
    )
    done(supervisor, f"/reviews/{review_id}/reveal", {"version": version})

    # Some are equal; they talk about the others and agree, which ends the review.
    different = supervisor.get(f"/reviews/{review_id}/differences").text
    rest = set(re.findall(r'name="choice-(\d+)"', different))
    said = {f"choice-{item}": "agree:consistently" for item in rest}
    for one in (supervisor, learner):
        done(one, f"/reviews/{review_id}/differences", {"act": "confirm", "sure": "y", **said})

    # Everybody sees what they should.
    assert "Emerging" in learner.get("/profile").text
    team = found(r'href="(/teams/\d+)"', coordinator.get("/teams").text)
    for reader in (supervisor, coordinator):
        matrix = reader.get(f"{team}/gaps").text
        assert "Lena" in matrix
        assert "Communication" in matrix
    assert administrator.get(f"{team}/gaps").status_code == 404
