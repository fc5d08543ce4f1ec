"""The demo: made through the services, the same for the same day, with something in every
status."""

import csv
import datetime as dt
import io
import json
import re
from itertools import takewhile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from config import ROOT
from tests.client import Client
from tests.conftest import NOW, empty
from tests.engines import LONG
from tracker.cli.demo import story
from tracker.cli.demo.county import CountyStory
from tracker.cli.demo.people import email, load_cast, load_casts
from tracker.db import db
from tracker.models import (
    Confirmation,
    Domain,
    Membership,
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
from tracker.queries.operations import demo
from tracker.rules.evidence.uploads import FileStore
from tracker.rules.frameworks.files import read_framework
from tracker.rules.frameworks.scale import Ground
from tracker.rules.reviews.workflow import ItemStatus, ReviewStatus
from tracker.rules.roles import Role
from tracker.services.frameworks.importing import import_framework
from tracker.services.one_transaction import all_or_nothing

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def short_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story asks for every third statement only: enough for every status, and quick."""
    outline = demo.outline
    needed = {row["title"] for row in load_cast().not_rated_here}

    def short(framework_id: int) -> list[demo.Outline]:
        return [
            each
            for at, each in enumerate(outline(framework_id))
            if at % 3 == 0 or each.title in needed
        ]

    monkeypatch.setattr(demo, "outline", short)


def tell(app: Flask, folder: Path) -> None:
    with app.app_context():
        import_framework(read_framework(FILE.read_text(encoding="utf-8")), NOW)
        with all_or_nothing():
            story.tell(load_casts(), DAY, FileStore(folder, 10_000_000, 10_000_000))


def told() -> list[tuple[object, ...]]:
    """Everything that chance decides."""
    answers = db.session.execute(
        text(
            "SELECT p.email, s.code, r.version, r.answer, r.rated_at FROM rating_entries r JOIN "
            "people p "
            "ON p.id = r.person_id JOIN statements s ON s.id = r.statement_id ORDER BY r.id"
        )
    ).all()
    items = db.session.execute(
        text(
            "SELECT i.review_id, s.code, i.status, i.reviewer_answer, i.answered_at FROM "
            "review_items i "
            "JOIN statements s ON s.id = i.statement_id ORDER BY i.review_id, i.position"
        )
    ).all()
    first = min(row[0] for row in items)
    return [*map(tuple, answers), *((row[0] - first, *row[1:]) for row in items)]


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


@pytest.mark.reads_at_length
def test_it_is_loaded_in_demo_mode_only_and_once_with_every_status_and_the_same_again(
    app: Flask,
    engine_name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    short_framework: None,
) -> None:
    """The story is told once by the command and once without it: each telling takes long."""
    runner: FlaskCliRunner = app.test_cli_runner()
    refused = runner.invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "TRACKER_DEMO=1" in refused.output
    monkeypatch.setitem(app.config, "DEMO", True)
    monkeypatch.setitem(app.config, "FILES", tmp_path)
    assert runner.invoke(args=["demo", "load", "--today", DAY.isoformat()]).exit_code == 0
    with app.app_context():
        people = db.session.scalar(select(func.count(Person.id)))
    once_more = runner.invoke(args=["demo", "load"])
    assert "data were kept" in once_more.output
    with app.app_context():
        assert db.session.scalar(select(func.count(Person.id))) == people
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
            select(Round.starts_on, Round.ends_on).order_by(Round.starts_on)
        ).all()
        again = db.session.scalar(select(func.count(RatingEntry.id))) or 0
        first = told()
        assert what_does_not_fit() == []
        assert told_of_another() == []
        assert again > (db.session.scalar(select(func.count(Rating.id))) or 0)
        db.session.remove()
        empty(db.engine)
    assert reviews == {status.value for status in ReviewStatus}
    assert items == {status.value for status in ItemStatus} - {
        ItemStatus.DROPPED.value,
        ItemStatus.HANDED_ON.value,
    }
    assert sorted(teams.values()) == [1, 7, 12, 12, 12, 13]
    assert [ends < DAY for _starts, ends in rounds] == [True, True, False, False]
    if not LONG:
        return  # chance asks no database, and telling takes long
    tell(app, tmp_path)
    with app.app_context():
        assert told() == first


def told_of(client: Client, address: str) -> dict[str, tuple[str, ...]]:
    """The lines of a file of counts, by domain."""
    file = client.get(address).data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(file)))
    head = next(at for at, line in enumerate(lines) if line[:1] == ["Domain"])
    return {line[0]: tuple(line[1:]) for line in takewhile(any, lines[head + 1 :])}


@pytest.mark.reads_at_length
def test_the_second_library_has_counts_without_names_late_reviews_and_two_jobs(
    app: Flask, engine_name: str, tmp_path: Path
) -> None:
    if engine_name == "postgresql":
        pytest.skip("the demo is read through the same queries on one engine")
    _first, cast = load_casts()
    with app.app_context():
        import_framework(read_framework(FILE.read_text(encoding="utf-8")), NOW)
        with all_or_nothing():
            CountyStory(cast, DAY, FileStore(tmp_path, 10_000_000, 10_000_000)).tell()
        teams = dict(db.session.execute(select(Team.name, Team.id)).all())

    def sign_in(name: str) -> Client:
        client = Client(app)
        client.sign_in(email(name), cast.password)
        return client

    vera, (main, bookmobile) = (
        sign_in("Vera Stone"),
        (f"/teams/{teams[team.name]}" for team in cast.teams),
    )
    learners = [each["name"] for team in cast.teams for each in team.learners]
    assert len(learners) == 19
    pages = [vera.get(main + page).text for page in ("", "/gaps", "/self-ratings")]
    assert [name for name in learners for page in pages[1:] if name in page] == []
    assert "19 people learn here" in pages[1]
    by_team = "Below target by team"
    assert by_team not in pages[1]  # of a team too small for counts of its own
    assert by_team in vera.get(f"/teams/{teams[cast.library]}/gaps").text
    told = told_of(vera, f"{main}/gaps.csv")
    hidden = [domain for domain, line in told.items() if line[0] == "not shown"]
    assert len(told) == 12
    assert 1 <= len(hidden) <= 12 // 3
    assert len({line[-2] for domain, line in told.items() if domain not in hidden}) > 2
    assert {line[0] for line in told_of(vera, f"{bookmobile}/gaps.csv").values()} == {"not shown"}

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
