"""The audit page: who did what, and nothing of what anybody answered; refusals, downloads and looks
are in it."""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.copies import made_once
from tests.doors.administration import roster_file
from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.audit import happened
from tests.factories.evidence import PDF, piece
from tests.factories.people import closed_to
from tests.factories.sides import YES
from tests.factories.world import World
from tests.operations.audit.listed import SignInAs, events, lines
from tracker.administration.roster import actions as roster_actions
from tracker.db import db, transaction
from tracker.evidence.files.rules import Upload
from tracker.models import AuditEventDetail, Deputy, Erasure, Look
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.openings import WAIT
from tracker.services.core import jobs as jobs_services
from tracker.teams.gaps import exports as gaps_exports

# What is found


def found(admin: Client, **asked: object) -> list[str]:
    page = admin.get("/admin/audit", query_string=asked)
    assert page.status_code == 200
    return [line.removeprefix("Nov 24, 10:00 AM ") for line in lines(page.text)]


DAY = dt.timedelta(days=1)


# What is in it


def test_a_refusal_is_an_event_once_a_day(
    app: Flask, world: World, sign_in: SignInAs, count_sql: Queries
) -> None:
    ben = sign_in(world.email("ben"))
    address = f"/people/{world.people['ana']}/profile"
    assert ben.get(address).status_code == 404
    count_sql.clear()
    assert ben.get(address).status_code == 404
    assert not [each for each in count_sql if each.startswith("INSERT")], (
        "the second time writes nothing"
    )
    asked = {"permission": "profile_read", "record": "person", "record_id": world.people["ana"]}
    assert events(app, "refused") == [(world.people["ben"], world.people["ana"], asked)]
    assert ben.get(f"/people/{world.people['lea']}/profile").status_code == 404
    assert ben.get("/admin").status_code == 403
    assert ben.get("/people/99999/profile").status_code == 404, (
        "where there is no record nothing was refused"
    )
    assert [facts["record_id"] for _who, _whom, facts in events(app, "refused")] == [
        world.people["ana"],
        world.people["lea"],
        world.libraries["city"],
    ]
    with time_machine.travel(NOW + dt.timedelta(hours=14), tick=False):
        assert sign_in(world.email("ben")).get(address).status_code == 404
    assert len(events(app, "refused")) == 4


def test_a_refusal_does_not_tell_of_another_library(
    app: Flask, world: World, sign_in: SignInAs, admin: Client
) -> None:
    sign_in(world.email("ben")).get(f"/people/{world.people['otto']}/profile")
    assert [(who, whom) for who, whom, _facts in events(app, "refused")] == [
        (world.people["ben"], None)
    ]
    page = admin.get("/admin/audit?kind=refused").text
    assert lines(page) == ["Nov 24, 10:00 AM Refused Ben a person"]


def test_nobody_who_is_signed_out_is_refused_by_name(
    app: Flask, world: World, client: Client
) -> None:
    assert client.get("/admin").status_code == 302
    assert events(app, "refused") == []


DOWNLOADS = {
    "/frameworks/<slug>/statements.csv": ("ana", "ana", "frameworks", "csv"),
    "/profile.csv": ("ana", "ana", "profiles", "csv"),
    "/profile.json": ("ana", "ana", "profiles", "json"),
    "/profile.pdf": ("ana", "ana", "profiles", "pdf"),
    "/people/<id:person_id>/profile.pdf": ("sue", "ana", "profiles", "pdf"),
    "/teams/<id:team_id>/gaps.csv": ("sue", None, "gap_files", "csv"),
    "/teams/<id:team_id>/gaps/<table>.csv": ("sue", None, "gap_files", "csv"),
    "/teams/<id:team_id>/round.csv": ("cora", None, "team_rounds", "csv"),
    "/assess/list/template.csv": ("ana", "ana", "rating_lists", "csv"),
    "/reviews/<id:review_id>/differences.pdf": ("sue", "ana", "reviews", "pdf"),
    "/evidence/<id:evidence_id>/file": ("ana", "ana", "evidence", "pdf"),
    "/teams/<id:team_id>/gaps/people.csv": ("sue", None, "teams", "csv"),
    "/teams/<id:team_id>/gaps.xlsx": ("sue", None, "gap_files", "xlsx"),
    "/teams/<id:team_id>/gaps.pdf": ("sue", None, "gap_files", "pdf"),
    "/teams/<id:team_id>/gaps/domains/<domain>/people.csv": ("sue", None, "gap_drill", "csv"),
    "/background/<id:job_id>/file": ("sue", None, "teams", "csv"),
    "/admin/access.csv": ("adam", None, "access_review", "csv"),
    "/admin/people/export.csv": ("adam", None, "rosters", "csv"),
    "/admin/people/import/<id:roster_id>/to-fix.csv": ("adam", None, "rosters", "csv"),
}
"""Address -> who takes it out, whose it is, what it is, and as what."""
IS_FILE = re.compile(r"\.(csv|json|pdf|xlsx|txt)$|/file$")


@pytest.mark.parametrize("rule", DOWNLOADS)
def test_every_file_that_is_taken_out_is_an_event(
    app: Flask,
    world: World,
    engine_name: str,
    sign_in: SignInAs,
    rule: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.getbasetemp() / "taken_out"
    monkeypatch.setitem(app.config, "FILES", folder / "files")
    who, whom, what, form = DOWNLOADS[rule]

    def there() -> dict[str, int]:
        evidence_id = piece(world, folder=folder, upload=Upload("proof.pdf", PDF))
        review_id = sides.send(world, YES)
        sides.answer_all(world, review_id, ReviewerAnswer.PARTLY)
        review_actions.reveal(sides.actor(world, "sue"), review_id, world.now)
        wanted = {"record_id": str(world.teams["central"]), "query": "", "language": "en"}
        job_id = jobs_services.ask(sides.actor(world, "sue"), gaps_exports.NAME, wanted, world.now)
        jobs_services.run_next(app.extensions["tracker_jobs"], lambda: world.now, lambda: False)
        return {
            "roster_id": roster_actions.stage(sides.actor(world, "adam"), roster_file(), world.now),
            "job_id": job_id,
            "person_id": world.people["ana"],
            "team_id": world.teams["central"],
            "review_id": review_id,
            "evidence_id": evidence_id,
        }

    with app.app_context():
        ids = made_once("taken_out", engine_name, there)
        db.session.remove()
    address = re.sub(r"<id:(\w+)>", lambda found: str(ids[found.group(1)]), rule)
    address = address.replace("<domain>", "technical").replace("<slug>", "small")
    address = address.replace("<table>", "about")
    somebody = sign_in(world.email(who))
    for number in (1, 2):
        assert somebody.get(address).status_code == 200
        found = events(app, "downloaded")
        assert len(found) == number
    assert found[0][:2] == (world.people[who], world.people[whom] if whom else None)
    assert (found[0][2]["what"], found[0][2]["form"]) == (what, form)
    assert found[0][2].get("team") == (
        "Central" if "<id:team_id>" in rule or what == "teams" else None
    )


def test_no_address_of_a_file_is_forgotten_above(migrated_app: Flask) -> None:
    rules = {str(rule) for rule in migrated_app.url_map.iter_rules() if IS_FILE.search(str(rule))}
    noted_otherwise = {"/review-items/<id:item_id>/evidence/<id:version_id>/file"}
    own_alone = {"/account/record/file"}  # nobody is told that it was made
    one = "/system/frameworks/drafts/<id:draft_id>"
    nobodys = {"/frameworks/<slug>/framework.json", f"{one}/framework.json"}
    nobodys |= {"/.well-known/security.txt", "/robots.txt"}
    nobodys |= {f"{one}/changes.csv", f"{one}/changes.json"}
    assert rules - set(DOWNLOADS) == noted_otherwise | own_alone | nobodys


def test_a_look_stands_in_the_audit_and_for_the_owner(
    app: Flask, world: World, sign_in: SignInAs, admin: Client
) -> None:
    for name in ("sue", "cora"):
        for _each in range(2):
            assert (
                sign_in(world.email(name)).get(f"/people/{world.people['ana']}/profile").status_code
                == 200
            )
    ana = sign_in(world.email("ana"))
    assert ana.get("/profile").status_code == 200
    assert lines(admin.get("/admin/audit?kind=looked").text) == [
        "Nov 24, 10:00 AM Record looked at Cora Ana Profile",
        "Nov 24, 10:00 AM Record looked at Sue Ana Profile",
    ]
    page = ana.get("/account").text
    table = page[page.index('id="who-looked"') : page.index('id="sign-ins"')]
    assert lines(table) == [
        "Nov 24 Cora Profile as coordinator",
        "Nov 24 Sue Profile as supervisor",
    ]


def test_one_visit_of_a_list_is_one_event_found_by_each_of_its_people(
    app: Flask, world: World, sign_in: SignInAs, admin: Client
) -> None:
    sue = sign_in(world.email("sue"))
    for _each in range(2):
        assert sue.get(f"/teams/{world.teams['central']}").status_code == 200
    with app.app_context():
        owners = set(db.session.scalars(select(Look.owner_id)))
    assert {world.people["ana"], world.people["ben"]} <= owners, "each sees who looked"
    line = f"Record looked at Sue Team page · people: {len(owners)}"
    assert found(admin, kind="looked") == [line]
    assert found(admin, kind="looked", search="ben") == [line]
    for person_id in owners:
        assert found(admin, kind="looked", person_id=person_id) == [line]
    assert found(admin, kind="looked", person_id=world.people["cora"]) == []
    assert found(admin, kind="looked", search="cora") == []
    for each in ("ana", "ben"):
        page = sign_in(world.email(each)).get("/account").text
        table = page[page.index('id="who-looked"') : page.index('id="sign-ins"')]
        assert lines(table) == ["Nov 24 Sue Team page as supervisor"]


def test_a_deputy_looks_as_deputy(app: Flask, world: World, sign_in: SignInAs) -> None:
    """Hugo stands in for Sue; the day after he is nothing to Ana any more."""
    with app.app_context(), transaction() as tx:
        tx.add(
            Deputy(
                supervisor_id=world.people["sue"],
                deputy_id=world.people["hugo"],
                named_at=NOW,
                starts_on=NOW.date(),
                ends_on=NOW.date(),
            )
        )
        for days in (0, 1):
            tx.add(
                Look(
                    owner_id=world.people["ana"],
                    reader_id=world.people["hugo"],
                    kind="review",
                    looked_on=NOW.date() + dt.timedelta(days=days),
                )
            )
    page = sign_in(world.email("ana")).get("/account").text
    table = page[page.index('id="who-looked"') : page.index('id="sign-ins"')]
    assert lines(table) == ["Nov 25 Hugo Review", "Nov 24 Hugo Review as backup reviewer"]


def test_who_waited_looked_as_nothing(app: Flask, world: World, sign_in: SignInAs) -> None:
    """Sue opened a review that was sent to her, while the record was closed to her."""
    with app.app_context():
        closed_to(world, "sue", "ana", at=NOW - WAIT - DAY)
        with transaction() as tx:
            for day in (NOW - 2 * DAY, NOW - DAY):
                look = {"owner_id": world.people["ana"], "reader_id": world.people["sue"]}
                tx.add(Look(**look, kind="review", looked_on=day.date()))
    page = sign_in(world.email("ana")).get("/account").text
    table = page[page.index('id="who-looked"') : page.index('id="sign-ins"')]
    assert lines(table) == ["Nov 23 Sue Review as supervisor", "Nov 22 Sue Review"]


def test_the_audit_is_searched(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        happened(world, "team_renamed", "adam", team="Café Nord", team_id=1)
        happened(
            world, "membership_added", "adam", "ben", team="Harbour", role="supervisor", team_id=2
        )
        happened(world, "looked", "sue", "ben", page="gaps")
        happened(world, "person_added", "oda", "otto", library="other", team="Café Nord")
    assert found(admin, search="cafe") == ["Team renamed Adam Café Nord"]
    assert found(admin, search=" HARBOUR ") == ["Membership added Adam Ben Harbour · as supervisor"]
    assert found(admin, search="supervis") == ["Membership added Adam Ben Harbour · as supervisor"]
    assert found(admin, search="team gaps") == ["Record looked at Sue Ben Team gaps"]
    assert len(found(admin, search="ben")) == 2
    assert found(admin, search="renam") == ["Team renamed Adam Café Nord"]
    assert found(admin, search="ben", kind="records") == ["Record looked at Sue Ben Team gaps"]
    assert found(admin, search="nothing of that name") == []
    assert found(admin, search="team_id") == [], "what is not shown is not looked in"
    assert found(admin, search="%") == []
    assert admin.get("/admin/audit", query_string={"search": "x" * 500}).status_code == 200
    assert 'value="cafe"' in admin.get("/admin/audit?search=cafe").text


def test_groups_hold_their_kinds(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        for kind in ("team_added", "team_closed", "person_added"):
            happened(world, kind, "adam", team="North")
    assert len(found(admin, kind="teams")) == 2
    assert len(found(admin, kind="team_added")) == 1
    page = admin.get("/admin/audit").text
    assert '<optgroup label="Teams"><option value="teams">Teams: all</option>' in page


def test_what_no_account_did_says_what_did_it(app: Flask, world: World, admin: Client) -> None:
    """Only who was refused at the sign-in is nobody; the rest is the program, or a command."""
    with app.app_context():
        happened(world, "backup_restored")
        happened(world, "operator_made", about="adam")
        happened(world, "not_recorded", looks=2)
        happened(world, "sign_in_refused", about="ben")
    assert found(admin, kind="backup_restored") == [
        "Library restored from a backup a command on the server"
    ]
    assert found(admin, kind="operator_made") == [
        "Made operator by command a command on the server Adam"
    ]
    assert found(admin, kind="not_recorded") == [
        "Happened without being recorded Skills Tracker looks: 2"
    ]
    assert found(admin, kind="sign_in_refused") == ["Sign-in refused nobody signed in Ben"]


def test_facts_that_were_erased_are_just_not_there(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        happened(world, "team_added", "adam", team="North")
        assert found(admin, kind="teams", search="team added") == ["Team added Adam North"]
        with transaction() as tx:
            tx.add(Erasure(person_id=world.people["adam"], opened_at=world.now))
            tx.flush()
            tx.execute(delete(AuditEventDetail))
    assert found(admin, kind="teams") == ["Team added Adam"]
    assert found(admin, kind="teams", search="north") == []
