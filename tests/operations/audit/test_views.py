"""The audit page: who did what, and nothing of what anybody answered; refusals, downloads and looks
are in it."""

import ast
import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from config import ROOT
from tests.client import Client
from tests.conftest import NOW, Queries, TestConfig
from tests.copies import laid_out_database, made_once
from tests.doors.administration import roster_file
from tests.engines import LONG, hurry
from tests.factories import sending
from tests.factories import sending as sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.audit import happened
from tests.factories.evidence import PDF, piece
from tests.factories.people import closed_to
from tests.factories.sending import NO, NOT_MINE, PART, SURE_NOT, YES
from tests.factories.world import World, make_world
from tests.web.sources import SOURCES
from tracker.administration.roster import actions as staging
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.evidence.files.rules import Upload
from tracker.frameworks.versions.records import STATUS_SET
from tracker.models import AuditEvent, AuditEventDetail, Deputy, Erasure, Library, Look
from tracker.operations.audit.pages_labels import GROUPS, KINDS, NOT_LISTED, RECORDS, WORDS
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.act.rules import GIVEN, MOVES
from tracker.reviews.review import actions as reviews
from tracker.rules.core.openings import WAIT
from tracker.services.core import jobs
from tracker.teams.gaps import exports_people as people_file
from tracker.web.http.access import LOADERS
from tracker.web.ui.labels import LOOKED_AT

DAY = dt.timedelta(days=1)

SignInAs = Callable[[str], Client]


def events(app: Flask, kind: str) -> list[tuple[int | None, int | None, dict[str, object]]]:
    """Who, about whom, and the facts."""
    with app.app_context():
        rows = db.session.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEventDetail.facts)
            .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
            .where(AuditEvent.kind == kind)
            .order_by(AuditEvent.sequence)
        ).all()
        db.session.remove()
    return [(actor, subject, facts) for actor, subject, facts in rows]


def lines(page: str) -> list[str]:
    """Each event of the page as plain words, without the days that they stand under."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    found = [row for row in rows if "rowgroup" not in row]
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


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
        review_id = sending.send(world, YES)
        sending.answer_all(world, review_id, ReviewerAnswer.PARTLY)
        reviews.reveal(sending.actor(world, "sue"), review_id, world.now)
        wanted = {"record_id": str(world.teams["central"]), "query": "", "language": "en"}
        job_id = jobs.ask(sending.actor(world, "sue"), people_file.NAME, wanted, world.now)
        jobs.run_next(app.extensions["tracker_jobs"], lambda: world.now, lambda: False)
        return {
            "roster_id": staging.stage(sending.actor(world, "adam"), roster_file(), world.now),
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
    own_alone = {"/drafts.json"}  # nobody is told that somebody has drafts
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


# What is found


def found(admin: Client, **asked: object) -> list[str]:
    page = admin.get("/admin/audit", query_string=asked)
    assert page.status_code == 200
    return [line.removeprefix("Nov 24, 10:00 AM ") for line in lines(page.text)]


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


# What is not in it


@contextmanager
def city(engine_name: str, folder: Path) -> Iterator[tuple[Flask, World]]:
    """A small world in a database of its own, so that all ids are the same in each."""
    folder.mkdir()
    with laid_out_database(engine_name, folder) as url:
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
            world = make_world(NOW)
            db.session.remove()
        yield app, world
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


Said = tuple[list[Answer], list[ReviewerAnswer]]
WORLDS: dict[str, Said] = {
    "alike": (
        [YES, PART, NO],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET],
    ),
    "different": (
        [NO, SURE_NOT, NOT_MINE],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY],
    ),
    "not seen": ([YES, NO, YES], [ReviewerAnswer.CANNOT_TELL] * 3),
    "mixed": (
        [YES, NO, PART],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CANNOT_TELL, ReviewerAnswer.NOT_YET],
    ),
}
"""What the learner and the reviewer said. All else that they do is the same."""


def live(app: Flask, world: World, said: Said) -> None:
    """A review from its sending to its end; what differs is talked about, one agreed and the others
    kept apart."""
    with app.app_context():
        ana, sue = sending.actor(world, "ana"), sending.actor(world, "sue")
        review_id = sending.send(world, *said[0])
        ids = sending.answer_all(world, review_id, *said[1])
        reviews.reveal(sue, review_id, world.now)
        differing = [
            item.id for item in sending.items(review_id) if item.status == ItemStatus.DIFFERS
        ]
        for number, item_id in enumerate(differing):
            if number:
                sides.keep_apart(sue, item_id, world.now)
                continue
            for each in (ana, sue):
                sides.confirm(each, item_id, EndorsedAnswer.PARTLY, "So it is.", world.now)
        assert len(ids) == 3
        db.session.remove()
    for name in ("sue", "cora"):
        reader = Client(app)
        reader.sign_in(world.email(name))
        assert reader.get(f"/people/{world.people['ana']}/profile").status_code == 200
        assert reader.get(f"/people/{world.people['ana']}/profile.pdf").status_code == 200
        assert reader.get(f"/teams/{world.teams['central']}/gaps.csv").status_code == 200
        reader.get(f"/reviews/{review_id}/differences")


def asked(world: World) -> Iterator[dict[str, object]]:
    """Every filter, some of what could be searched for, each order, and more pages than there are.
    By each kind that is listed, which the pages show as well, in `make test-long` only."""
    yield from ({"kind": kind} for kind in (*KINDS, *(WORDS if LONG else ()), *NOT_LISTED))
    yield from ({"person_id": person_id} for person_id in world.people.values())
    yield from ({"since": day} for day in ("2026-11-24", "2026-11-25"))
    yield from ({"until": day} for day in ("2026-11-23", "2026-11-24"))
    for word in (
        "ana",
        "sue",
        "review",
        "profile",
        "consistently",
        "partly",
        "not_yet",
        "cannot",
        "endors",
        "differ",
        "agree",
        "apart",
        "close",
        "went",
        "equal",
        "communication",
        "COM-1-01",
        "1",
        "2",
        "3",
    ):
        yield {"search": word}
    yield from (
        {"sort": sort, "order": order}
        for sort in ("when", "who", "about")
        for order in ("", "turned")
    )
    yield from ({"page": page} for page in (1, 2, 3))


def pages(app: Flask, world: World) -> dict[str, str]:
    admin = Client(app)
    admin.sign_in(world.email("adam"))
    found = {}
    for query in asked(world):
        page = admin.get("/admin/audit", query_string=query)
        assert page.status_code == 200
        found[str(query)] = re.sub(r'(csrf[^>]*(?:value|content)=")[^"]+', r"\1", page.text)
    return found


@pytest.fixture(scope="module")
def alike(
    migrated_app: Flask, engine_name: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """All pages of the audit where both said the same."""
    with time_machine.travel(NOW, tick=False):
        return told_of(engine_name, tmp_path_factory.mktemp("alike") / engine_name, WORLDS["alike"])


def told_of(engine_name: str, folder: Path, said: Said) -> dict[str, str]:
    with city(engine_name, folder) as (app, world):
        live(app, world, said)
        return pages(app, world)


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("name", ["different", "not seen", "mixed"] if LONG else ["mixed"])
def test_worlds_that_differ_only_in_answers_have_the_same_audit(
    engine_name: str, tmp_path: Path, alike: dict[str, str], name: str
) -> None:
    other = told_of(engine_name, tmp_path / name, WORLDS[name])
    assert [query for query, page in alike.items() if other[query] != page] == []
    assert "Review revealed" in alike["{'page': 1}"]


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_a_kind_that_tells_would_be_found(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: with endorsements listed, the worlds come apart."""
    monkeypatch.setitem(WORDS, GIVEN, "Endorsement given")
    one, other = (
        told_of(engine_name, tmp_path / name, WORLDS[name]) for name in ("alike", "different")
    )
    assert one != other


# Every kind


def written_kinds(source: str) -> set[str]:
    """The kinds that a module hands to what notes an event: every text in the place of the kind."""
    noting = {"note", "_note", "note_person", "note_own", "note_of_library"}
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in noting and len(node.args) > 1:
            kind = ast.walk(node.args[1])
            found |= {each.value for each in kind if isinstance(each, ast.Constant)}
    return {each for each in found if isinstance(each, str)}


def assigned_kinds(source: str) -> set[str]:
    """Texts that are given to a name `kind` first, or are a module's own name for a kind."""
    names = {"kind", "REFUSED", "DECIDED"}
    return {
        each.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", "") in names for target in node.targets)
        for each in ast.walk(node.value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def test_every_kind_that_is_written_has_words_or_is_left_out_on_purpose() -> None:
    writers = ("services/**/*", "records/**/*", "*/*/actions*", "*/*/records*")
    paths = (path for writer in writers for path in (ROOT / "tracker").glob(f"{writer}.py"))
    sources = [path.read_text() for path in sorted(paths)]
    kinds = set().union(
        *map(written_kinds, sources),
        *map(assigned_kinds, [s for s in sources if "audit.note" in s]),
    )
    kinds |= {*(rule.audit for rule in MOVES.values()), *STATUS_SET.values()}
    assert kinds - set(WORDS) - NOT_LISTED == set()
    assert set(WORDS) - kinds == set(), "no words of what is never written"
    assert set(WORDS) & NOT_LISTED == set()


def test_a_kind_without_words_is_found() -> None:
    source = 'audit.note(tx, "new_one" if x else "other_one", now)\nkind = "third_one"'
    assert written_kinds(source) == {"new_one", "other_one"}
    assert written_kinds('audit.note_person(tx, "fourth_one", person, 1, now)') == {"fourth_one"}
    assert assigned_kinds(source) == {"third_one"}


def test_groups_records_and_pages_have_their_words() -> None:
    assert set(GROUPS) == set(KINDS)
    assert {name.removesuffix("_id") for name in LOADERS.values()} | {"library"} == set(RECORDS)
    source = "".join(path.read_text() for path in SOURCES)
    assert set(re.findall(r'note_looks?\([^"\n]+"(\w+)"\)', source)) == set(LOOKED_AT)


def test_the_day_of_a_refusal_is_the_library_s(app: Flask, world: World, sign_in: SignInAs) -> None:
    """At 10:00 UTC it is midnight on Kiritimati: a minute before and at it are two days."""
    with app.app_context(), db.engine.execution_options(tracker_write=True).begin() as connection:
        connection.execute(Library.__table__.update().values(time_zone="Pacific/Kiritimati"))
    for moment in (NOW - dt.timedelta(minutes=1), NOW):
        with time_machine.travel(moment, tick=False):
            sign_in(world.email("ben")).get("/admin")
    assert len(events(app, "refused")) == 2


def test_events_stand_by_day_and_person(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        for name in ("sue", "adam", "sue"):
            happened(world, "team_added", name, team="North")
    page = admin.get("/admin/audit?kind=team_added").text
    assert page.count("Tuesday, November 24, 2026") == 1
    assert [line.split()[6] for line in lines(page)] == ["Sue", "Sue", "Adam"]
