"""The demo: made through the services, the same for the same day, with something in every
status."""

import csv
import datetime as dt
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from difflib import unified_diff
from itertools import islice, takewhile
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text, update

from config import ROOT
from tests.client import Client
from tests.conftest import TestConfig
from tests.copies import PAGES, made_once
from tests.demo.people import email, load_cast, load_casts
from tests.demo.rows import DAY, ROWS, file_of, made_from
from tests.engines import LONG, REQUIRED, fresh_database
from tracker.app import create_app
from tracker.cli.setup import set_up
from tracker.db import db, transaction
from tracker.frameworks.files.rules_reading import read_framework
from tracker.frameworks.versions.rules import Ground
from tracker.models import (
    AwayPeriod,
    Confirmation,
    Domain,
    Library,
    Look,
    Membership,
    Notice,
    Person,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    Round,
    Statement,
    Team,
    TrainingAction,
)
from tracker.operations.system.actions import newest_layout
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.rules.roles import Role
from tracker.today.demo import actions as demo_actions

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


@pytest.fixture
def demo(
    app: Flask, engine_name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Flask]:
    """An application whose database may hold the demo: nothing was ever put there. Afterward
    PostgreSQL numbers on from where it was: other tests' rows are kept with their numbers."""
    monkeypatch.setitem(app.config, "DEMO", True)
    monkeypatch.setitem(app.config, "FILES", tmp_path / "files")
    if engine_name == "sqlite":
        yield app
        return
    numbers = [f"{name}_id_seq" for name, table in db.metadata.tables.items() if "id" in table.c]
    with app.app_context(), transaction() as tx:
        last = {number: tx.scalar(text(f"SELECT last_value FROM {number}")) for number in numbers}
        tx.execute(text("; ".join(f"ALTER SEQUENCE {number} RESTART" for number in numbers)))
    yield app
    with app.app_context(), transaction() as tx:
        for each, value in last.items():
            tx.execute(text(f"SELECT setval('{each}', greatest({value}, last_value)) FROM {each}"))


def load(app: Flask, day: dt.date = DAY) -> Result:
    return app.test_cli_runner().invoke(args=["demo", "load", "--today", day.isoformat()])


def loaded(demo: Flask, engine_name: str) -> None:
    """The demo, loaded once on SQLite and copied from then on."""

    def load_it() -> int:
        done = load(demo).exit_code
        db.session.remove()
        return done

    with demo.app_context():
        assert (
            made_once("demo", engine_name, load_it) if engine_name == "sqlite" else load_it()
        ) == 0


def what_does_not_fit() -> list[int]:
    """Items whose ground, note and evidence do not go together."""
    sent = select(ReviewItemEvidence.item_id)
    notes = {
        ground: [note for cast in load_casts() for note in cast.texts["reviewer_notes"][ground]]
        for ground in Ground
    }
    rows = db.session.execute(
        select(
            ReviewItem.id, ReviewItem.ground, ReviewItemText.reviewer_note, ReviewItem.id.in_(sent)
        )
        .join(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(ReviewItem.ground.is_not(None))
    ).all()
    grounds = {ground for _item, ground, _note, _evidence in rows}
    assert grounds == set(Ground)
    return [
        item_id
        for item_id, ground, note, has_evidence in rows
        if note not in ("", *notes[ground]) or (ground is Ground.EVIDENCE_ONLY and not has_evidence)
    ]


def told_of_another() -> list[str]:
    """Next steps, and reasons of agreements, that are not among those that fit their statement."""
    cast = load_cast()
    item = (
        select(Domain.key, Statement.title)
        .join(Statement, Statement.domain_id == Domain.id)
        .join(ReviewItem, ReviewItem.statement_id == Statement.id)
    )
    steps = item.add_columns(TrainingAction.text).join(
        TrainingAction, TrainingAction.item_id == ReviewItem.id
    )
    reasons = item.add_columns(Confirmation.reason).join(
        Confirmation, Confirmation.item_id == ReviewItem.id
    )
    found = []
    for kind, query in (("next_steps", steps), ("agreements", reasons)):
        rows = db.session.execute(query).all()
        assert rows
        found += [
            text for domain, title, text in rows if text not in cast.fitting(kind, domain, title)
        ]
    return found


@pytest.mark.parametrize("kind", ["next_steps", "agreements"])
def test_the_sentences_of_a_domain_are_its_own(kind: str) -> None:
    """So a sentence that stands at another domain's statement does not fit there."""
    cast = load_cast()
    framework = read_framework(FILE.read_text(encoding="utf-8"))
    titles = {
        domain.key: [statement.title for statement in domain.statements]
        for strand in framework.strands
        for domain in strand.domains
    }
    assert titles.keys() == cast.texts[kind].keys()
    said = [text for texts in cast.texts[kind].values() for text in texts]
    assert len(set(said)) == len(said)
    one, other = titles["technical"][:2]
    assert cast.fitting(kind, "technical", one) != cast.fitting(kind, "technical", other)


def test_the_file_is_of_this_story() -> None:
    head = demo_actions.head_of(ROWS)
    made = head["made_from"], head["layout"]
    newest = newest_layout(ROOT / "migrations")
    assert made == (made_from(), newest), "the story or the layout changed: make demo-rows"


@pytest.mark.skipif(
    not LONG and "story" not in REQUIRED, reason="the demo's story takes a minute to tell: in CI"
)
def test_the_file_is_what_the_story_leaves(tmp_path: Path) -> None:
    story, kept = file_of(tmp_path).splitlines(), ROWS.read_text(encoding="utf-8").splitlines()
    changed = list(islice(unified_diff(kept, story, lineterm="", n=0), 20))
    assert not changed, "the program tells another story: make demo-rows"


def test_it_is_loaded_in_demo_mode_only_and_once_with_every_status(demo: Flask) -> None:
    demo.config["DEMO"] = False
    assert "TRACKER_DEMO=1" in load(demo).output
    demo.config["DEMO"] = True
    loaded = load(demo)
    assert loaded.exit_code == 0, loaded.output
    with demo.app_context():
        people = db.session.scalar(select(func.count(Person.id)))
        reviews = set(db.session.scalars(select(Review.status).distinct()))
        items = set(db.session.scalars(select(ReviewItem.status).distinct()))
        teams = dict(
            db.session.execute(
                select(Membership.team_id, func.count())
                .where(Membership.role == Role.LEARNER.value)
                .group_by(Membership.team_id)
            ).all()
        )
        rounds = db.session.execute(
            select(Round.name, Round.starts_on, Round.ends_on).order_by(Round.starts_on)
        ).all()
        again = db.session.scalar(select(func.count(RatingEntry.id))) or 0
        ana = select(Person.id).where(Person.email == "ana.ruiz@example.org").scalar_subquery()
        looks = set(db.session.scalars(select(Look.kind).where(Look.owner_id == ana)))
        assert what_does_not_fit() == []
        assert told_of_another() == []
        assert again > (db.session.scalar(select(func.count(Rating.id))) or 0)
    assert looks == {"gaps", "review"}
    assert reviews == {status.value for status in ReviewStatus}
    assert items == {status.value for status in ItemStatus} - {
        ItemStatus.DROPPED.value,
        ItemStatus.HANDED_ON.value,
    }
    assert sorted(teams.values()) == [1, 7, 12, 12, 12, 13]
    assert [(name, ends < DAY) for name, _starts, ends in rounds] == [
        ("Spring 2026", True),
        ("Spring 2026", True),
        ("Fall 2026", False),
        ("Fall 2026", False),
    ]
    assert "data were kept" in load(demo).output
    with demo.app_context():
        assert db.session.scalar(select(func.count(Person.id))) == people


@pytest.mark.reads_at_length
@pytest.mark.in_ci
def test_it_stands_at_any_day_with_a_chain_and_seals_that_hold(demo: Flask) -> None:
    """Of a summer, when clocks are set otherwise than in the file's November."""
    day = dt.date(2027, 7, 2)
    assert load(demo, day).exit_code == 0
    run = demo.test_cli_runner()
    for command in (["audit", "verify"], ["reviews", "check"], ["files", "check"]):
        done = run.invoke(args=command)
        assert done.exit_code == 0, done.output
    with demo.app_context(), transaction() as tx:
        tx.execute(update(Rating).where(Rating.answer == "partly").values(answer="not_yet"))
    assert run.invoke(args=["reviews", "check"]).exit_code == 1  # what was changed is found
    with demo.app_context():
        names = set(db.session.scalars(select(Round.name)))
        happenings = db.session.scalars(select(Notice.happening)).all()
        newest = db.session.scalar(select(func.max(RatingEntry.rated_at)))
    assert names == {"Winter 2026", "Spring 2027"}
    assert newest is not None
    assert 0 <= (day - newest.date()).days < 5
    assert not [happening for happening in happenings if "{" in happening]
    with demo.app_context(), transaction() as tx:  # PostgreSQL goes on after the rows of the file
        person_id = tx.scalars(select(Person.id).limit(1)).one()
        tx.add(AwayPeriod(person_id=person_id, starts_on=day, until_on=day))


@pytest.mark.in_ci
@pytest.mark.parametrize("ahead", [False, True])
def test_it_is_refused_where_its_rows_do_not_fit(
    demo: Flask, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    with demo.app_context():
        set_up()
    if ahead:
        head = demo_actions.head_of(ROWS) | {"layout": "another"}
        monkeypatch.setattr(demo_actions, "head_of", lambda _file: head)
    else:
        monkeypatch.setattr(demo_actions, "numbers", lambda: {"statements": [2, 138]})
    refused = load(demo)
    assert refused.exit_code == 1
    assert ("make demo-rows" if ahead else "a new database") in refused.output
    with demo.app_context():
        assert not demo_actions.is_anybody_there()


OF_ANOTHER_VERSION = "UPDATE alembic_version SET version_num = '20270201_approvals'"


@pytest.mark.parametrize("others", [pytest.param(False, marks=pytest.mark.in_ci), True])
def test_a_demo_of_a_version_that_is_not_known_is_made_anew(
    demo: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: bool
) -> None:
    """It is kept beside the new one. A database with another library in it, or on a server, stays
    as it is."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with fresh_database(engine_name, tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        app.config["DEMO"] = True
        if engine_name == "sqlite":
            loaded(demo, engine_name)
            with closing(sqlite3.connect(tmp_path / "tracker.sqlite3")) as own:
                PAGES["demo"].backup(own)
        else:
            assert load(app).exit_code == 0
        with app.app_context(), transaction() as tx:
            tx.execute(text(OF_ANOTHER_VERSION))
            tx.execute(text("DELETE FROM ratings"))
            if others:
                tx.execute(update(Library).where(Library.id == 1).values(name="Ours"))
        again = load(app)
        with app.app_context():
            rated = db.session.scalar(select(func.count(Rating.id)))
            db.session.remove()
            db.engine.dispose()
    aside = tmp_path / "tracker-before.sqlite3"
    if engine_name == "sqlite" and not others:
        assert again.exit_code == 0, again.output
        assert f"It is kept as {aside}." in again.output
        assert rated
        with closing(sqlite3.connect(aside)) as kept:
            assert kept.execute("SELECT count(*) FROM ratings").fetchone() == (0,)
    else:
        said = f"{REMEDIES[SchemaState.UNKNOWN]} Nothing was changed.\n"
        assert (again.exit_code, again.output.endswith(said)) == (1, True), again.output
        assert rated == 0
        assert not aside.exists()


def told_of(client: Client, address: str) -> dict[str, tuple[str, ...]]:
    """The lines of a file of counts, by domain."""
    file = client.get(address).data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(file)))
    head = next(at for at, line in enumerate(lines) if line[:1] == ["Domain"])
    return {line[0]: tuple(line[1:]) for line in takewhile(any, lines[head + 1 :])}


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_the_second_library_has_counts_without_names_late_reviews_and_two_jobs(
    demo: Flask, engine_name: str
) -> None:
    if engine_name == "postgresql":
        pytest.skip("the demo is read through the same queries on one engine")
    _first, cast = load_casts()
    loaded(demo, engine_name)
    with demo.app_context():
        teams = dict(db.session.execute(select(Team.name, Team.id)).all())

    def sign_in(name: str) -> Client:
        client = Client(demo)
        client.sign_in(email(name), cast.password)
        return client

    vera, (main, bookmobile) = (
        sign_in("Vera Stone"),
        (f"/teams/{teams[team.name]}" for team in cast.teams),
    )
    learners = [learner["name"] for team in cast.teams for learner in team.learners]
    assert len(learners) == 19
    pages = [vera.get(main + page).text for page in ("", "/gaps")]
    assert [name for name in learners for page in pages[1:] if name in page] == []
    assert re.search(r"\d+ of 19 people have sent", pages[1])
    told = told_of(vera, f"{main}/gaps.csv")
    assert len(told) == 11  # of the twelfth nearly all are alike
    for line in told.values():
        newly, reached, not_yet = map(int, line[-3:])
        assert newly == reached + not_yet >= 5
        assert min(reached, not_yet) >= 2
    assert len({line[-2] for line in told.values()}) > 2
    assert told_of(vera, f"{bookmobile}/gaps.csv") == {}  # too small for figures of its own

    waiting = sign_in("Ruth Delgado").get("/reviews").text
    assert re.findall(r"overdue by \d+ days?", waiting) == ["overdue by 6 days"]
    assert {"Kateri Begay", "Leo Fontaine"} <= set(
        re.findall(r"Kateri Begay|Leo Fontaine", waiting)
    )
    jobs = sign_in("Nadia Flores").get("/profile").text
    assert "Entry / Apprentice, Mid-level / Established" in jobs


def test_the_accounts_can_be_read_by_a_program(app: Flask) -> None:
    listed = json.loads(app.test_cli_runner().invoke(args=["demo", "accounts", "--json"]).output)
    assert {account["role"] for account in listed} == {
        "learner",
        "supervisor",
        "coordinator",
        "coordinator without names",
        "administrator",
    }
    first, second = (cast.names() for cast in load_casts())
    assert not {*first} & {*second}
    assert {account["name"] for account in listed} == {*first, *second}
    assert all(set(account) == {"role", "name", "email", "password"} for account in listed)


def test_it_serves_on_this_machine_only(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["serve", "--demo", "--host", "0.0.0.0"])
    assert refused.exit_code == 1
    assert "127.0.0.1 only" in refused.output
