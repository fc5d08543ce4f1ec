"""The migrations: up, down, equal to the models, on both engines, and with data."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from config import ROOT
from tests.conftest import NOW, TestConfig, laid_out_database
from tests.doors.administration import an_imported_roster
from tests.engines import fresh_database, hurry
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.audit import happened
from tests.factories.evidence import piece
from tests.factories.frameworks import second_framework
from tests.factories.levels import stand
from tests.factories.notices import tell
from tests.factories.people import closed_to, let_links_work
from tests.factories.ratings import rate
from tests.factories.sending import actor, answer_all, items, send
from tests.factories.versions import carried, next_version
from tests.factories.world import World, make_world
from tests.queries.endorsements.test_digest_check import behind_the_guards
from tests.services.administration.past_rounds import past_round
from tests.web.teams.crowds import Crowd
from tracker.app import create_app
from tracker.cli.database import downgrade, upgrade
from tracker.db import Base, db, session, transaction
from tracker.models import Framework, Invitation, Library, Person, Statement
from tracker.models.triggers import CURRENT, ERASABLE, FROZEN, GROWING, guards
from tracker.queries.endorsements import digest_check
from tracker.queries.operations import audit_chain, invariants, record_check, seal_chains
from tracker.records.accounts import invitations as records
from tracker.records.accounts import recovery_codes
from tracker.records.notifications import alerts, link_mails
from tracker.records.notifications import notices as notice_records
from tracker.rules.accounts.links import LinkKind
from tracker.rules.accounts.passwords import Passwords
from tracker.rules.administration.openings import Decider
from tracker.rules.evidence.erasures import ErasureReason
from tracker.rules.frameworks.files import read_framework
from tracker.rules.notifications.notices import NoticeKind
from tracker.rules.profiles.levels import TargetState
from tracker.rules.reviews.digests import DigestFit
from tracker.rules.reviews.workflow import ItemStatus
from tracker.services import evidence_erasures
from tracker.services.accounts import away, given_links, invitations, password_resets
from tracker.services.administration import exclusions, legal_holds, people, rounds
from tracker.services.administration.accounts import merging, removal
from tracker.services.administration.library_settings import NewLibrary, create_administrator
from tracker.services.assessment import ratings
from tracker.services.frameworks import publishing
from tracker.services.frameworks.corrections import suggest_correction
from tracker.services.frameworks.importing import import_framework
from tracker.services.notifications import round_reminders
from tracker.services.reviews import differences, due_dates, releases, reviews

MIGRATIONS = ROOT / "migrations"
SEED = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


@pytest.fixture
def migrated(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A database of its own with every table, and the context of an app on it."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with laid_out_database(engine_name, tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            hurry(db.engine)
            yield
            db.session.remove()
            db.engine.dispose()


def test_models_equal_the_migrated_database(migrated_app: Flask) -> None:
    with migrated_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with fresh_database(engine_name, tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            upgrade()
            make_world(NOW)
            db.session.remove()
            downgrade(revision="base")
            assert inspect(db.engine).get_table_names() == ["alembic_version"]
            upgrade()
            make_world(NOW)
            db.session.remove()
            db.engine.dispose()


ROWS_OF_HISTORY = {
    "rating_entries": "INSERT INTO rating_entries (person_id, statement_id, version, answer, "
    "basis, rated_at) "
    "VALUES (:person, :statement, 1, 'partly', 'rated', :now)",
    "audit_events": "INSERT INTO audit_events (kind, sequence, commitment, previous, digest, "
    "happened_at) "
    "VALUES ('tried', 1, 'c', 'p', 'd', :now)",
}


@pytest.mark.parametrize("table", ROWS_OF_HISTORY)
@pytest.mark.parametrize("act", ["UPDATE {table} SET id = id + 1", "DELETE FROM {table}"])
def test_history_refuses_change(app: Flask, world: World, table: str, act: str) -> None:
    values = {
        "person": world.people["ana"],
        "statement": world.statements["technical"][0],
        "now": "2026-11-24 10:00:00",
    }
    with app.app_context():
        with transaction() as tx:
            tx.execute(text(ROWS_OF_HISTORY[table]), values)
        with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
            tx.execute(text(act.format(table=table)))
        count = text(f"SELECT count(*) FROM {table}")
        assert db.session.execute(count).scalar_one() == 1


def test_history_refuses_replacement_on_sqlite(app: Flask, world: World, engine_name: str) -> None:
    """INSERT OR REPLACE goes round DELETE triggers unless recursive_triggers is on."""
    if engine_name != "sqlite":
        pytest.skip("only SQLite has INSERT OR REPLACE")
    with app.app_context():
        with transaction() as tx:
            tx.execute(text(ROWS_OF_HISTORY["audit_events"]), {"now": "2026-11-24 10:00:00"})
        replace = (
            ROWS_OF_HISTORY["audit_events"]
            .replace("INSERT", "INSERT OR REPLACE")
            .replace("(kind", "(id, kind")
        )
        with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
            tx.execute(
                text(replace.replace("VALUES (", "VALUES (1, ")), {"now": "2026-11-24 10:00:00"}
            )


def test_a_parent_with_children_stays(app: Flask, world: World) -> None:
    with app.app_context(), pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(text("DELETE FROM people WHERE id = :id"), {"id": world.people["ana"]})


WIDER = """
import sqlalchemy as sa
from alembic import op

revision = "29990101_wider"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("people", recreate="{recreate}") as people:
        people.add_column(sa.Column("nickname", sa.String(40)))


def downgrade():
    with op.batch_alter_table("people", recreate="{recreate}") as people:
        people.drop_column("nickname")
"""


def with_one_more(folder: Path, recreate: str) -> Path:
    """A copy of the migrations with one that alters `people`, whose rows have children."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    heads = ScriptDirectory(str(copy)).get_heads()
    assert len(heads) == 1
    (copy / "versions" / "29990101_wider.py").write_text(
        WIDER.format(head=heads[0], recreate=recreate)
    )
    return copy


def rows(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.mark.parametrize("careful", [True, False], ids=["as it is", "with foreign keys left on"])
@pytest.mark.usefixtures("migrated")
def test_altering_a_table_keeps_its_children(
    engine_name: str, tmp_path: Path, careful: bool
) -> None:
    """SQLite re-creates `people`. The partner leaves the pragma on, and the migration fails rather
    than pass."""
    if engine_name != "sqlite" and not careful:
        pytest.skip("only SQLite re-creates tables")
    copy = with_one_more(tmp_path, "always" if engine_name == "sqlite" else "auto")
    if not careful:
        env = copy / "env.py"
        env.write_text(env.read_text().replace("foreign_keys = OFF", "foreign_keys = ON"))
    make_world(NOW)
    before = {table: rows(table) for table in ("people", "memberships", "use_statement_readings")}
    db.session.remove()
    if careful:
        upgrade(directory=str(copy))
        assert {table: rows(table) for table in before} == before
        assert "nickname" in {column["name"] for column in inspect(db.engine).get_columns("people")}
        db.session.remove()
        downgrade(directory=str(copy))
    else:
        with pytest.raises(IntegrityError):
            upgrade(directory=str(copy))
    assert {table: rows(table) for table in before} == before


def test_the_triggers_are_there(migrated_app: Flask, engine_name: str) -> None:
    """A SQLite table that is re-created loses its triggers in silence: whoever alters one creates
    them again."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine_name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with migrated_app.app_context():
        found = set(db.session.execute(text(query)).scalars())
        db.session.remove()
    assert found == set(guards(engine_name, db.metadata.tables))


def test_each_table_is_declared_growing_frozen_erasable_or_current(migrated_app: Flask) -> None:
    """Whoever adds a table says in models/triggers what becomes of its rows."""
    declared = (GROWING, FROZEN, ERASABLE, CURRENT)
    with migrated_app.app_context():
        tables = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert frozenset().union(*declared) == tables
    assert sum(map(len, declared)) == len(tables), "each in one place"


CHAIN = "20261127_chain"
BEFORE_CHAIN = str(ScriptDirectory(str(MIGRATIONS)).get_revision(CHAIN).down_revision)


OLD_EVENTS = [
    ("signed_in", "{}", "2026-11-21 10:00:00.500001"),
    ("team_renamed", '{"team": "Caf\\u00e9", "team_id": 3}', "2026-11-22 10:00:00.000000"),
    ("team_closed", '{"members": 2}', "2026-11-20 10:00:00.999999"),
]
"""Kind, facts and moment of some events, as they were stored before there was a chain."""


# From here on: single migrations, that no released version ever stood before. All of them go
# down and up again above, and tests/test_upgrade.py goes there and back with data.


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_events_become_a_chain_and_come_back(engine_name: str) -> None:
    """Those that were there are its first links, and new ones follow them; the way back keeps all
    of them."""
    zone = "" if engine_name == "sqlite" else "+00:00"
    world = make_world(NOW)
    db.session.remove()
    downgrade(revision=BEFORE_CHAIN)
    with transaction() as tx:
        for kind, facts, at in OLD_EVENTS:
            tx.execute(
                text(
                    "INSERT INTO audit_events (library_id, actor_id, kind, facts, "
                    "happened_at) "
                    "VALUES (:library, :actor, :kind, :facts, :at)"
                ),
                {
                    "library": world.libraries["city"],
                    "actor": world.people["adam"],
                    "kind": kind,
                    "facts": facts,
                    "at": at + zone,
                },
            )
    bare = (
        "SELECT id, library_id, actor_id, subject_id, kind, happened_at, facts FROM "
        "audit_events ORDER BY id"
    )
    before = [tuple(row) for row in db.session.execute(text(bare))]
    db.session.remove()
    upgrade(revision=CHAIN)
    found = audit_chain.verify()
    assert (found.wrong, found.walk.count, found.walk.erased) == (None, 3, 0)
    happened(world, "team_added", "adam", team="New")
    db.session.remove()
    found = audit_chain.verify()
    assert (found.wrong, found.walk.count) == (None, 4)
    db.session.remove()
    downgrade(revision=BEFORE_CHAIN)
    after = [tuple(row) for row in db.session.execute(text(bare))]
    assert after[:3] == before
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == [], (
        "a backup of before"
    )
    assert [row[4] for row in after] == ["signed_in", "team_renamed", "team_closed", "team_added"]
    db.session.remove()
    upgrade()
    assert audit_chain.verify().wrong is None


SHAPES = "20261202_framework_shapes"
BEFORE_SHAPES = str(ScriptDirectory(str(MIGRATIONS)).get_revision(SHAPES).down_revision)
AS_SENT = ("learner_answer_label", "learner_answer_description")
NEWER = (*AS_SENT, "sensitive", "salt")
KEPT = ("ratings", "rating_entries", "review_items", "endorsements", "confirmations", "statements")


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_a_scale_of_its_own_comes_and_goes_with_all_data(engine_name: str) -> None:
    """What was rated, judged and endorsed stays, history stays guarded, and the older layout takes
    nothing that it cannot hold."""
    world = make_world(NOW)
    review_id = send(world, *Answer)
    answer_all(world, review_id, *ReviewerAnswer)
    reviews.reveal(actor(world, "sue"), review_id, NOW)
    differs = next(each for each in items(review_id) if each.status == ItemStatus.DIFFERS)
    differences.confirm(actor(world, "sue"), differs.id, Answer.PARTLY, "Talked", NOW)
    before = _contents()
    assert all(before.values()), "every table has something to keep"
    db.session.remove()
    downgrade(revision=BEFORE_SHAPES)
    assert _contents() == before
    assert set(_triggers()) >= set(guards(engine_name, KEPT))
    _refuses("UPDATE ratings SET answer = 'often'")
    upgrade()
    assert _contents() == before
    assert set(_triggers()) >= set(guards(engine_name, KEPT))
    said = "SELECT key, reviewer_description FROM scale_answers ORDER BY position"
    with db.engine.connect() as connection:
        rows = dict(connection.execute(text(said)).all())
    assert rows["partly"] == "Some of it, sometimes, or with more help than it says."
    assert rows["not_sure"] == ""
    with transaction() as tx:
        tx.execute(text("UPDATE ratings SET answer = 'often'"))
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_SHAPES)


def _contents() -> dict[str, list[dict[str, object]]]:
    """Without what older layouts lack."""
    with db.engine.connect() as connection:
        return {
            table: [
                {column: row[column] for column in row if column not in NEWER}
                for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings()
            ]
            for table in KEPT
        }


def _triggers() -> list[str]:
    found = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with db.engine.connect() as connection:
        return sorted(connection.scalars(text(found[db.engine.dialect.name])))


def _refuses(query: str) -> None:
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(text(query))
    db.session.remove()


BEFORE_ROUND_FRAMEWORKS = "20261202_framework_shapes"


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_the_framework_of_a_round_comes_and_goes_with_all_data() -> None:
    """What stands on rounds stays, with their checks and indexes; the older layout takes no round
    of several."""
    world = make_world(NOW)
    send(world, Answer.PARTLY)
    new, before = "SELECT * FROM round_frameworks ORDER BY round_id", _contents()
    paired = _all(new)
    db.session.remove()
    downgrade(revision=BEFORE_ROUND_FRAMEWORKS)
    assert _all("SELECT id, framework_id FROM rounds ORDER BY id") == paired
    indexes = {each["name"] for each in inspect(db.engine).get_indexes("rounds")}
    assert "ix_rounds_library_id" in indexes
    _refuses("UPDATE rounds SET ends_on = '2001-01-01'")
    upgrade()
    assert (_all(new), _contents()) == (paired, before)
    _refuses("UPDATE rounds SET ends_on = '2001-01-01'")
    second_framework(world, "five-levels")
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO round_frameworks (round_id, framework_id) "
                "SELECT rounds.id, frameworks.id FROM rounds, frameworks "
                "WHERE slug = 'bicycle-mechanics'"
            )
        )
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_ROUND_FRAMEWORKS)


def _all(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


BEFORE_AS_SENT = "20261203_round_frameworks"
WORDS_AS_SENT = f"SELECT {', '.join(AS_SENT)} FROM review_items ORDER BY id"


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_an_answer_as_sent_comes_and_goes_with_all_data() -> None:
    """What was endorsed before it was stored fits before and after; review items stay guarded, and
    the older layout takes no words that their scale has no longer."""
    world = make_world(NOW)
    review_id = send(world, Answer.PARTLY, Answer.CONSISTENTLY)
    answer_all(world, review_id, ReviewerAnswer.PARTLY, ReviewerAnswer.CONSISTENTLY)
    reviews.reveal(actor(world, "sue"), review_id, NOW)
    before, sent = _contents(), _all(WORDS_AS_SENT)
    db.session.remove()
    downgrade(revision=BEFORE_AS_SENT)
    assert (_contents(), _fits()) == (before, [DigestFit.FITS] * 2)
    _keeps_review_items("learner_answer")
    upgrade()
    assert (_contents(), _all(WORDS_AS_SENT)) == (before, sent)
    assert _fits() == [DigestFit.FITS] * 2
    _keeps_review_items("learner_answer", *AS_SENT)
    with transaction() as tx:
        tx.execute(text("UPDATE scale_answers SET label = 'Now and then'"))
    db.session.remove()
    assert _fits() == [DigestFit.FITS] * 2
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_AS_SENT)


def _fits() -> list[DigestFit]:
    with db.engine.connect() as connection:
        return [each.fit for each in digest_check.checked(connection)]


def _keeps_review_items(*columns: str) -> None:
    """Its triggers and its index are there, and what was sent cannot be changed."""
    assert set(_triggers()) >= set(guards(db.engine.dialect.name, ["review_items"]))
    indexes = {each["name"] for each in inspect(db.engine).get_indexes("review_items")}
    assert "ix_review_items_statement" in indexes
    for column in columns:
        _refuses(f"UPDATE review_items SET {column} = 'x'")


BEFORE_CLEARED = "20261204_answer_as_sent"
RATED_TABLES = ("ratings", "rating_entries")


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_cleared_answers_come_and_go_with_all_data(engine_name: str) -> None:
    """What was rated stays, history stays guarded, an answer is missing exactly where it was
    cleared, and the older layout takes none of these."""
    world = make_world(NOW)
    send(world, *Answer)
    before = _contents()
    indexes = _indexes()
    db.session.remove()
    downgrade(revision=BEFORE_CLEARED)
    assert (_contents(), _indexes()) == (before, indexes)
    assert set(_triggers()) >= set(guards(engine_name, RATED_TABLES))
    _refuses("UPDATE ratings SET answer = NULL")
    _refuses("UPDATE ratings SET basis = 'cleared'")
    upgrade()
    assert (_contents(), _indexes()) == (before, indexes)
    assert set(_triggers()) >= set(guards(engine_name, RATED_TABLES))
    _refuses("UPDATE ratings SET answer = NULL")
    _refuses("UPDATE ratings SET basis = 'cleared'")
    first = world.statements["communication"][0]
    ratings.rate(actor(world, "ana"), first, None, 1, NOW, clear=True)
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_CLEARED)


def _indexes() -> dict[str, list[str]]:
    found = inspect(db.engine)
    return {
        table: sorted(str(each["name"]) for each in found.get_indexes(table))
        for table in RATED_TABLES
    }


BEFORE_ERASED = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20261207_erased_texts").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_what_is_held_or_waits_to_be_removed_keeps_the_layout(
    engine_name: str, tmp_path: Path
) -> None:
    """The way back loses neither; with nothing of it left, the older layout comes and goes."""
    world = make_world(NOW)
    adam, folder = actor(world, "adam"), tmp_path / "files"
    legal_holds.begin(adam, world.people["ana"], "A letter.", NOW)
    made = piece(world, text="of a patron")
    ana = actor(world, "ana")
    evidence_erasures.erase(ana, made, ErasureReason.PRIVATE, folder, now=NOW)
    _refuses("DELETE FROM held_texts")
    _refuses("UPDATE held_texts SET row_id = 0")
    _refuses("DELETE FROM evidence_erasures")
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_ERASED)
    legal_holds.end(adam, world.people["ana"], folder, NOW)
    before = _contents()
    db.session.remove()
    downgrade(revision=BEFORE_ERASED)
    upgrade()
    assert _contents() == before
    assert set(_triggers()) >= set(guards(engine_name, ["held_texts", "evidence_texts"]))


BEFORE_SENSITIVE = "20261207_erased_texts"
OLDER_FILE = "1b96d0d4fc9f61ea81904ee6b7969295e15196ebb72b8a0c9804da975cc9694d"


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_a_library_that_is_there_goes_on_rating_what_it_rates() -> None:
    """Sensitive statements of the shipped framework are decided as they were, what was reviewed
    fits, and the file of today is the version that is there."""
    file = read_framework(SEED.read_text(encoding="utf-8"))
    decided = (
        "SELECT statements.code, decision, decided_by_id IS NOT NULL FROM sensitive_decisions "
        "JOIN statements ON statements.id = statement_id ORDER BY statements.code"
    )
    digest = "SELECT digest FROM frameworks WHERE slug = 'library-technicians'"
    import_framework(file, NOW)
    administrator = create_administrator(NewLibrary("Hill"), "Hal", "hal@example.org", "x", NOW)
    assert _all("SELECT count(*) FROM not_rated_here") == [(13,)]
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_SENSITIVE)
    with transaction() as tx:
        tx.execute(text("DELETE FROM not_rated_here"))
    found = db.session.scalars(select(Statement.id).where(Statement.code == "CHA-1-02"))
    exclusions.leave_out(administrator, found.all(), "Not here", NOW)
    world = make_world(NOW)
    review_id = send(world, *Answer)
    answer_all(world, review_id, *ReviewerAnswer)
    reviews.reveal(actor(world, "sue"), review_id, NOW)
    fits = _fits()
    db.session.remove()
    downgrade(revision=BEFORE_SENSITIVE)
    assert _all(digest) == [(OLDER_FILE,)]
    upgrade()
    rows = _all(decided)
    left_out = [row for row in rows if row[1] == "leave_out"]
    assert [(row[0], bool(row[2])) for row in left_out] == [("CHA-1-02", True)]
    rated = [row for row in rows if row not in left_out]
    assert len(rated) == 3 * 13 - 1
    assert {(row[1], bool(row[2])) for row in rated} == {("rate", False)}
    assert _all("SELECT key FROM strands WHERE targets_need_reason") == [("durable",)]
    assert _all(digest) == [(file.digest,)]
    assert not import_framework(file, NOW).added
    about = select(Framework.about).where(Framework.digest == file.digest)
    assert db.session.scalars(about).one()["scale"] == file.about["scale"]
    assert _fits() == fits
    assert set(fits) == {DigestFit.FITS}


BEFORE_DUE_DATES = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20261214_due_dates").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_due_dates_come_and_go_with_all_data(engine_name: str) -> None:
    """Each date counts from the day on which it was sent or revealed; the way back forgets weeks
    and days away, keeps the dates, and the history is guarded all along."""
    dates = text("SELECT due_on, differences_due_on FROM reviews ORDER BY id")
    days = text("SELECT due_from, differences_from FROM reviews ORDER BY id")
    world = make_world(NOW)
    review_id = send(world, Answer.CONSISTENTLY)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    reviews.reveal(actor(world, "sue"), review_id, NOW)
    send(world, Answer.PARTLY, learner="ben", skip=1)
    counted = [tuple(map(str, row)) for row in db.session.execute(days)]
    assert counted == [("2026-11-24", "2026-11-24"), ("2026-11-24", "None")]
    due_dates.one_more_week(actor(world, "ana"), review_id, NOW)
    away.leave(actor(world, "sue"), NOW.date(), NOW)
    db.session.rollback()
    kept = [tuple(map(str, row)) for row in db.session.execute(dates)]
    moves = rows("review_moves")
    notices = rows("notices")
    db.session.remove()
    downgrade(revision=BEFORE_DUE_DATES)
    assert "away_periods" not in inspect(db.engine).get_table_names()
    assert [tuple(map(str, row)) for row in db.session.execute(dates)] == kept
    assert (rows("review_moves"), rows("notices")) == (moves - 1, notices - 1)
    assert set(_triggers()) >= set(guards(engine_name, ("review_moves",)))
    _refuses("UPDATE notices SET kind = 'review_longer'")
    _refuses(
        'INSERT INTO review_moves (review_id, move, "before", "after", moved_at) '
        f"VALUES ({review_id}, 'one_more_week', 'sent', 'sent', '2026-11-24 10:00:00')"
    )
    db.session.remove()
    upgrade()
    assert [tuple(map(str, row)) for row in db.session.execute(days)] == counted
    assert [tuple(map(str, row)) for row in db.session.execute(dates)] == kept
    assert set(_triggers()) >= set(guards(engine_name, ("review_moves",)))
    _refuses("UPDATE reviews SET differences_from = NULL WHERE differences_due_on > due_on")
    names = {each["name"] for each in inspect(db.engine).get_indexes("review_moves")}
    assert "uq_review_moves_one_more_week" in names
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_REGION = "20261211_difference_choices"


@pytest.mark.longest
def test_a_library_that_is_there_writes_and_prints_as_in_the_united_states(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it chooses otherwise, which the database holds to the known words."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with fresh_database(engine_name, tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            upgrade(revision=BEFORE_REGION)
            with transaction() as tx:
                tx.execute(
                    text(
                        "INSERT INTO libraries (name, time_zone, review_days, differences_days, "
                        "names_to_coordinators, created_at) "
                        "VALUES ('Hill', 'UTC', 7, 7, true, '2026-11-24 10:00:00')"
                    )
                )
            before = _all("SELECT * FROM libraries")
            upgrade()
            assert _all("SELECT name, region, paper FROM libraries") == [("Hill", "US", "letter")]
            _refuses("UPDATE libraries SET region = 'XX'")
            _refuses("UPDATE libraries SET paper = 'legal'")
            with transaction() as tx:
                tx.execute(text("UPDATE libraries SET region = 'GB', paper = 'a4'"))
            db.session.remove()
            downgrade(revision=BEFORE_REGION)
            assert _all("SELECT * FROM libraries") == before
            db.session.remove()
            db.engine.dispose()


BEFORE_APART = str(ScriptDirectory(str(MIGRATIONS)).get_revision("20261222_apart").down_revision)
OPERATORS = "SELECT email FROM people WHERE operator ORDER BY email"


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_who_looks_after_what_libraries_share_is_found() -> None:
    """The administrators of the one library there is, and nobody where there are several.
    Corrections go where their writer is; what the older layout cannot hold is left on the way
    back, and its guards are there again."""
    create_administrator(NewLibrary("Hill"), "Hal", "hal@example.org", "x", NOW)
    create_administrator(NewLibrary("Hill"), "Hana", "hana@example.org", "x", NOW)
    assert _all(OPERATORS) == [("hal@example.org",)]
    db.session.remove()
    downgrade(revision=BEFORE_APART)
    upgrade()
    assert _all(OPERATORS) == [("hal@example.org",), ("hana@example.org",)]
    world = make_world(NOW)
    for email in ("ana@example.org", "reader@example.org", ""):
        suggest_correction(world.framework_id, "", f"From {email}.", "", email, NOW)
    send(world, Answer.PARTLY)
    invitations.renew(actor(world, "adam"), world.people["ana"], NOW)
    db.session.remove()
    downgrade(revision=BEFORE_APART)
    assert _all("SELECT kind FROM notices") == [("review_sent",)]
    assert _all("SELECT count(*) FROM outbox_mails") == [(0,)]
    upgrade()
    assert _all(OPERATORS) == []
    assert _all("SELECT email, library_id FROM corrections ORDER BY id") == [
        ("ana@example.org", world.libraries["city"]),
        ("reader@example.org", None),
        ("", None),
    ]
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(text("UPDATE corrections SET closed_at = suggested_at"))


SIGN_IN_LINKS = "20261229_sign_in_links"
BEFORE_LINKS = str(ScriptDirectory(str(MIGRATIONS)).get_revision(SIGN_IN_LINKS).down_revision)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_links_that_are_out_go_on_and_mailed_ones_end_on_the_way_back() -> None:
    world = make_world(NOW)
    adam, ana = actor(world, "adam"), world.people["ana"]
    invitations.renew(adam, world.people["ben"], NOW)
    with transaction() as tx:
        records.write(tx, ana, NOW)
    password_resets.ask(world.email("ana"), NOW)
    password_resets.look_up(NOW)
    with transaction() as tx:
        records.write_reset(tx, ana, NOW)
    db.session.remove()
    downgrade(revision=BEFORE_LINKS)
    assert _all("SELECT count(*) FROM outbox_mails") == [(1,)], "the alert of the link"
    assert _all("SELECT count(*) FROM invitations WHERE closed_at IS NULL") == [(1,)], (
        "one that was held ends"
    )
    before = _all("SELECT * FROM libraries ORDER BY id")
    upgrade()
    assert _all("SELECT DISTINCT purpose FROM invitations") == [("invitation",)]
    columns = "invitation_days, invites_from, invites_until, idle_minutes"
    assert _all(f"SELECT DISTINCT {columns} FROM libraries") == [(14, 8, 18, None)]
    assert set(_all("SELECT on_shared_desk, renews FROM sign_ins")) <= {(False, False)}
    _refuses("UPDATE libraries SET invites_from = 18")
    _refuses("UPDATE invitations SET purpose = 'other'")
    db.session.remove()
    downgrade(revision=BEFORE_LINKS)
    assert _all("SELECT * FROM libraries ORDER BY id") == before


DRAFTS = "20270101_framework_drafts"
BEFORE_DRAFTS = str(ScriptDirectory(str(MIGRATIONS)).get_revision(DRAFTS).down_revision)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_what_was_published_stays_without_its_draft() -> None:
    file = read_framework(SEED.read_text(encoding="utf-8"))
    there = "SELECT count(*) FROM frameworks", "SELECT count(*) FROM statement_successors"
    make_world(NOW)
    import_framework(file, NOW)
    published = import_framework(replace(file, version="26.11"), NOW).draft_id
    assert published is not None
    publishing.publish(None, published, NOW)
    import_framework(replace(file, version="26.12"), NOW)
    _refuses(f"UPDATE framework_drafts SET discarded_at = made_at WHERE id = {published}")
    _refuses("UPDATE framework_drafts SET published_at = NULL")
    people = _all("SELECT id, email, operator FROM people ORDER BY id")
    before = [_all(query) for query in there]
    db.session.remove()
    downgrade(revision=BEFORE_DRAFTS)
    assert "framework_drafts" not in inspect(db.engine).get_table_names()
    upgrade()
    assert [_all(query) for query in there] == before == [[(3,)], [(137,)]]
    assert _all("SELECT id, email, operator FROM people ORDER BY id") == people
    assert _all("SELECT count(*) FROM framework_drafts") == [(0,)]
    assert not any(row[0] for row in _all("SELECT framework_editor FROM people"))


SEALS = "20261223_seals"
BEFORE_SEALS = str(ScriptDirectory(str(MIGRATIONS)).get_revision(SEALS).down_revision)
SALTS = "SELECT count(DISTINCT salt) FROM rating_entries WHERE length(salt) = 64"


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_what_is_there_is_sealed_as_found(engine_name: str, tmp_path: Path) -> None:
    """With something of everything; new work follows it, and what is changed after that is
    found."""
    world = make_world(NOW)
    first = world.statements["communication"][0]
    evidence_id = piece(world, title="Names a patron", reasons={first: ""})
    review_id = send(world, Answer.CONSISTENTLY, Answer.PARTLY)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.NOT_YET)
    reviews.reveal(actor(world, "sue"), review_id, NOW)
    evidence_erasures.erase(
        actor(world, "ana"), evidence_id, ErasureReason.PRIVATE, tmp_path, now=NOW
    )
    ratings.rate(actor(world, "ana"), world.statements["technical"][0], Answer.PARTLY, 0, NOW)
    assert record_check.of_own() == []
    db.session.remove()
    downgrade(revision=BEFORE_SEALS)
    assert set(_triggers()) == set(guards(engine_name, _tables()))
    upgrade()
    assert record_check.of_own() == []
    counts = seal_chains.counts()
    assert counts.seals == counts.found > 10
    assert db.session.scalar(text(SALTS)) == 3
    db.session.remove()
    ratings.rate(actor(world, "ana"), world.statements["technical"][0], Answer.NOT_YET, 1, NOW)
    differs = next(each for each in items(review_id) if each.status == ItemStatus.DIFFERS)
    differences.confirm(actor(world, "sue"), differs.id, Answer.PARTLY, "Talked", NOW)
    assert record_check.of_own() == []
    assert seal_chains.counts().found < seal_chains.counts().seals
    with behind_the_guards() as tx:
        tx.execute(text("UPDATE rating_entries SET answer = 'partly' WHERE version = 1"))
    assert {each.code for each in record_check.of_own()} == {"rating_not_as_history", "row_changed"}


def _tables() -> list[str]:
    return inspect(db.engine).get_table_names()


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_rosters_come_and_go_with_all_data() -> None:
    """The way back forgets staff IDs and what was uploaded, and keeps everybody whom a roster
    brought in."""
    people = text("SELECT name, email, created_at FROM people ORDER BY id")
    places = text("SELECT person_id, team_id, role, starts_on FROM memberships ORDER BY id")
    world = make_world(NOW)
    an_imported_roster(world)
    with transaction() as tx:
        tx.execute(text("UPDATE people SET staff_id = 'E1' WHERE name = 'Nora Fine'"))
    _refuses("UPDATE people SET staff_id = 'E1' WHERE name = 'Ana'")
    _refuses("UPDATE roster_rows SET verdict = 'perhaps'")
    _refuses("UPDATE roster_imports SET state = 'checked'")
    kept = [list(db.session.execute(each)) for each in (people, places)]
    db.session.remove()
    downgrade(revision=BEFORE_ROSTERS)
    assert "roster_rows" not in inspect(db.engine).get_table_names()
    assert [list(db.session.execute(each)) for each in (people, places)] == kept
    db.session.remove()
    upgrade()
    assert [list(db.session.execute(each)) for each in (people, places)] == kept
    an_imported_roster(world)
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_ROSTERS = str(ScriptDirectory(str(MIGRATIONS)).get_revision("20261228_roster").down_revision)


OVER_YEARS = "20270105_people_over_years"
BEFORE_YEARS = str(ScriptDirectory(str(MIGRATIONS)).get_revision(OVER_YEARS).down_revision)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_accounts_over_the_years_come_and_go_with_all_data() -> None:
    """What the older program doesn't know goes on the way back; who was deleted stays nobody."""
    world = make_world(NOW)
    adam = actor(world, "adam")
    gone, _token = people.add(adam, "Nora", "nora@example.org", NOW)
    removal.remove(adam, gone, NOW)
    merging.propose(adam, world.people["ana"], world.people["ben"], NOW)
    token = invitations.renew(adam, world.people["cora"], NOW)
    let_links_work()
    invitations.accept(
        token, Passwords(time_cost=1, memory_cost=64, parallelism=1), "seven lamps by the door", NOW
    )
    kinds = "SELECT DISTINCT kind FROM notices ORDER BY kind"
    assert _all(kinds) == [("link_made",), ("merge_proposed",), ("reset_used",)]
    _refuses("UPDATE people SET name = 'Nora' WHERE removed_at IS NOT NULL")
    _refuses("UPDATE account_merges SET outcome = 'merged', decided_at = asked_at")
    _refuses("UPDATE account_merges SET kept_id = earlier_id")
    before = _all("SELECT id, name, email FROM people ORDER BY id")
    db.session.remove()
    downgrade(revision=BEFORE_YEARS)
    assert _all(kinds) == [("link_made",)]
    assert _all("SELECT count(*) FROM outbox_mails") == [(1,)], "the alert of the link"
    assert _all("SELECT id, name, email FROM people ORDER BY id") == before
    _refuses("UPDATE notices SET kind = 'reset_used'")
    db.session.remove()
    upgrade()
    assert _all("SELECT count(*) FROM people WHERE removed_at IS NOT NULL") == [(0,)]
    assert _all("SELECT count(*) FROM account_merges") == [(0,)]


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_who_was_carried_comes_and_goes_with_all_data() -> None:
    """The way back forgets what was planned and told; what was carried stays where it is."""
    kept = [
        text(f"SELECT {columns} FROM {table} ORDER BY id")
        for table, columns in (
            ("ratings", "person_id, statement_id, answer, basis, rated_at"),
            ("memberships", "person_id, role_profile_id"),
            ("role_profiles", "library_id, framework_id, name, retired_at"),
            ("rounds", "name, starts_on"),
        )
    ]
    world = make_world(NOW)
    rate(world, "ana", world.statements["technical"][0], Answer.PARTLY)
    carried(world, next_version(world))
    _refuses("UPDATE carryings SET status = 'perhaps'")
    _refuses("UPDATE carryings SET begun_at = NULL")
    _refuses("UPDATE carryings SET from_id = to_id")
    _refuses(
        "INSERT INTO carried_people (carrying_id, person_id, memberships, "
        "asked_again, last_entry) SELECT carrying_id, person_id, memberships, 0, 0 "
        "FROM carried_people"
    )
    before = [list(db.session.execute(each)) for each in kept]
    indexes, triggers = _indexes(), _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_CARRYING)
    assert {"carryings", "carried_people"}.isdisjoint(_tables())
    assert [list(db.session.execute(each)) for each in kept] == before
    _refuses(
        "INSERT INTO notices (person_id, kind, happening, happened_at, to_mail) "
        "VALUES (1, 'version_carried', 'x', '2026-12-14 10:00:00', false)"
    )
    db.session.remove()
    upgrade()
    assert [list(db.session.execute(each)) for each in kept] == before
    assert (_indexes(), _triggers()) == (indexes, triggers)
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_CARRYING = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270106_carrying").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_what_is_kept_of_rounds_comes_and_goes_with_all_data() -> None:
    """A round that was over before is kept as reconstructed; the way back forgets what was kept,
    and keeps the rounds."""
    periods = text("SELECT id, name, starts_on, ends_on FROM rounds ORDER BY id")
    spring = past_round(make_world(NOW))
    assert rounds.keep_all_due(NOW) == 1
    kept = list(db.session.execute(periods))
    db.session.remove()
    downgrade(revision=BEFORE_SNAPSHOTS)
    assert "snapshot_people" not in inspect(db.engine).get_table_names()
    db.session.remove()
    upgrade()
    assert list(db.session.execute(periods)) == kept
    assert rounds.keep_all_due(NOW) == 1
    found = text("SELECT round_id FROM round_snapshots WHERE reconstructed")
    assert db.session.scalars(found).all() == [spring]
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_SNAPSHOTS = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270107_round_snapshots").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_reminders_of_a_round_come_and_go_with_all_data() -> None:
    """The way back forgets who was reminded and keeps every other notice; what was to be mailed is
    left without anything in it, and is not sent."""
    others = text(
        "SELECT person_id, kind, happening, happened_at, to_mail, mail_id, carried_id "
        "FROM notices WHERE kind <> 'round_reminder' ORDER BY id"
    )
    world = make_world(NOW)
    tell(world, "ana")
    carried(world, next_version(world))
    tell(world, "ben")
    closing = NOW + dt.timedelta(days=15)
    assert round_reminders.remind_closing(closing, by_mail=True) > 0
    db.session.remove()
    before = list(db.session.execute(others))
    assert len(before) > 2
    indexes, triggers = _indexes(), _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_REMINDERS)
    assert list(db.session.execute(others)) == before
    assert _all("SELECT count(*) FROM notices WHERE kind = 'round_reminder'") == [(0,)]
    _refuses(
        "INSERT INTO notices (person_id, kind, happening, happened_at, to_mail) "
        "VALUES (1, 'round_reminder', 'x', '2026-12-14 10:00:00', false)"
    )
    db.session.remove()
    upgrade()
    assert list(db.session.execute(others)) == before
    assert (_indexes(), _triggers()) == (indexes, triggers)
    assert round_reminders.remind_closing(closing, by_mail=False) > 0
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_REMINDERS = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270109_round_reminders").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_the_voice_of_released_figures_comes_and_goes_with_all_data() -> None:
    """What was told before is of reviews; the way back forgets the self-ratings alone."""
    reviewed = [
        text(
            "SELECT id, domain_key, as_of, people FROM releases "
            "WHERE voice = 'endorsed' ORDER BY id"
        ),
        text(
            "SELECT p.person_id, p.state FROM release_people p JOIN releases r "
            "ON r.id = p.release_id WHERE r.voice = 'endorsed' ORDER BY p.id"
        ),
    ]
    Crowd(make_world(NOW)).put("harbour", 4, 4)
    assert releases.release_all_due(NOW) == 2
    kept = [list(db.session.execute(each)) for each in reviewed]
    triggers = _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_VOICES)
    assert "voice" not in {each["name"] for each in inspect(db.engine).get_columns("releases")}
    assert _triggers() == triggers
    db.session.remove()
    upgrade()
    assert [list(db.session.execute(each)) for each in reviewed] == kept
    assert db.session.scalar(text("SELECT count(*) FROM releases")) == 1
    assert _triggers() == triggers
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_VOICES = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270110_release_voice").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_what_was_published_before_opens_no_statements() -> None:
    """Every text and who read it are there after the way back and forth, and all are closed."""
    texts = text("SELECT id, version, text, published_at FROM use_statements ORDER BY id")
    make_world(NOW)
    before = list(db.session.execute(texts))
    assert len(before) == 2
    triggers = _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_OPEN_STATEMENTS)
    assert list(db.session.execute(texts)) == before
    db.session.remove()
    upgrade()
    assert list(db.session.execute(texts)) == before
    assert _all("SELECT count(*) FROM use_statements WHERE opens_statements") == [(0,)]
    assert _triggers() == triggers


BEFORE_OPEN_STATEMENTS = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270111_open_statements").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_who_was_reviewed_twice_is_counted_so_in_figures_of_before() -> None:
    """In each voice as of then; so nothing is new in them, and the daily work makes none."""
    reviewed = "SELECT person_id, reviewed FROM release_people ORDER BY id"
    world = make_world(NOW)
    Crowd(world).put("harbour", 4, 4, reviewed_at=NOW - dt.timedelta(days=3))
    again = world.people["zoe1"]
    for day in (2, 0):
        stand(world, "zoe1", TargetState.GAP, at=NOW - dt.timedelta(days=day))
    assert releases.release_all_due(NOW - dt.timedelta(days=1)) == 2
    times = _all(reviewed)
    assert sorted(times) == sorted(
        [(world.people[f"zoe{one}"], 4 if one == 1 else 2) for one in range(8)] * 2
    )
    triggers = _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_TIMES)
    with behind_the_guards() as tx:
        tx.execute(text("UPDATE release_people SET reviewed = 2"))
    db.session.remove()
    upgrade()
    assert _all(reviewed) == times
    assert (again, 4) in times
    assert _triggers() == triggers
    assert releases.release_all_due(NOW) == 0


BEFORE_TIMES = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270112_times_reviewed").down_revision
)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_who_waits_to_read_comes_and_goes_with_all_data() -> None:
    """The way back forgets who waits, with what was told and mailed of objections; the way there a
    request that waits, with what was told of it. Nothing else changes."""
    notices = "SELECT person_id, kind, happening FROM notices ORDER BY id"
    world = make_world(NOW)
    tell(world, "ana")
    with transaction() as tx:
        library = tx.get_one(Library, world.libraries["city"])
        library.hr_name, library.hr_email = "Hanna Reyes", "hr@example.org"
    asked = {"objected_at": NOW, "decider": Decider.HR_CONTACT, "decide_by": NOW}
    opening_id = closed_to(world, "hugo", "ana", link_hash="a" * 64, **asked)
    with transaction() as tx:
        hugo, ana = world.people["hugo"], world.people["ana"]
        link_mails.write(tx, LinkKind.OBJECTION, hugo, "hr@example.org", NOW, opening_id=opening_id)
        for kind in (NoticeKind.READER_ADDED, NoticeKind.OBJECTION_DECIDED):
            notice_records.note(tx, ana, kind, "b", NOW, about_id=hugo)
    db.session.remove()
    indexes, triggers = _indexes(), _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_OPENINGS)
    assert "record_openings" not in _tables()
    assert _all("SELECT kind FROM link_mails") == []
    assert _all("SELECT status FROM outbox_mails") == [("dropped",)]
    assert [kind for _who, kind, _key in _all(notices)] == ["endorsement_expiring", "reader_added"]
    _refuses("UPDATE notices SET kind = 'objection_made'")
    kept = _all(notices)
    people = {"ana": ana, "hugo": hugo, "adam": world.people["adam"]}
    with behind_the_guards() as tx:
        tx.execute(
            text(
                "INSERT INTO membership_requests (library_id, asked_by_id, asked_at, ends_at, "
                "person_id, team_id, role, job, starts_on) VALUES "
                "(1, :adam, '2026-11-24 10:00:00', '2026-12-08 10:00:00', :hugo, 1, 'supervisor', "
                "'', '2026-11-24')"
            ),
            people,
        )
        for kind in ("names_shown", "request_made", "request_confirmed", "request_refused"):
            tx.execute(
                text(
                    "INSERT INTO notices (person_id, kind, happening, happened_at, to_mail) "
                    "VALUES (:ana, :kind, 'c', '2026-11-24 10:00:00', false)"
                ),
                {"kind": kind, **people},
            )
    db.session.remove()
    upgrade()
    assert "membership_requests" not in _tables()
    assert _all(notices) == kept
    assert (_indexes(), _triggers()) == (indexes, triggers)
    assert _all("SELECT DISTINCT hr_name, hr_email FROM libraries") == [(None, None)]
    _refuses("UPDATE libraries SET hr_name = 'Hanna Reyes'")
    _refuses("UPDATE notices SET kind = 'request_made'")
    assert closed_to(world, "hugo", "ana")
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []


BEFORE_OPENINGS = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270113_record_openings").down_revision
)


GIVEN_LINKS = "20270120_sign_in_links"
BEFORE_GIVEN = str(ScriptDirectory(str(MIGRATIONS)).get_revision(GIVEN_LINKS).down_revision)


@pytest.mark.longest
@pytest.mark.usefixtures("migrated")
def test_held_links_end_on_the_way_back_and_links_of_nobody_known_on_the_way() -> None:
    world = make_world(NOW)
    adam, ana, ben = actor(world, "adam"), world.people["ana"], world.people["ben"]
    with transaction() as tx:
        lea = tx.get_one(Person, world.people["lea"])
        lea.password_hash = None
        tx.flush()
        records.write(tx, lea.id, NOW)
        recovery_codes.renew(tx, ana, NOW)
    given_links.printed(world.email("ben"), NOW)
    invitations.mail_one(adam, world.people["cora"], NOW)
    people.edit(adam, world.people["hugo"], "Hugo", "hugo.b@example.org", NOW)
    invitations.renew(adam, ana, NOW)
    session().rollback()
    held = session().scalars(select(Invitation.id).where(Invitation.person_id == ana)).one()
    given_links.disown(actor(world, "ana"), held, NOW)
    invitations.renew(adam, ana, NOW)
    _refuses("UPDATE invitations SET purpose = 'other'")
    _refuses("UPDATE invitations SET used_at = made_at WHERE closed_at IS NULL")
    _refuses("UPDATE invitations SET confirmed_at = made_at")
    _refuses("UPDATE invitations SET confirmed_at = made_at, confirmed_by_id = by_id")
    open_links = "SELECT person_id, purpose FROM invitations WHERE closed_at IS NULL ORDER BY id"
    addresses = "SELECT former_email, new_email FROM address_changes"
    assert _all(open_links) == [(world.people["lea"], "invitation"), (ben, "given"), (ana, "given")]
    db.session.remove()
    downgrade(revision=BEFORE_GIVEN)
    assert _all(open_links) == [(world.people["lea"], "invitation"), (ben, "invitation")]
    kinds = "SELECT DISTINCT kind FROM notices ORDER BY kind"
    assert _all(kinds) == [("address_changed",), ("link_made",)]
    assert _all("SELECT DISTINCT kind FROM link_mails") == [("take_back",)]
    assert _all(addresses) == [("hugo@example.org", "hugo.b@example.org")]
    _refuses("UPDATE notices SET kind = 'link_disowned'")
    db.session.remove()
    upgrade()
    assert _all(open_links) == [(world.people["lea"], "invitation")]
    assert _all("SELECT count(*) FROM recovery_codes") == [(0,)]
    assert _all(addresses) == [("hugo@example.org", "hugo.b@example.org")]


BEFORE_APPROVALS = str(
    ScriptDirectory(str(MIGRATIONS)).get_revision("20270201_approvals").down_revision
)


@pytest.mark.usefixtures("migrated")
def test_ids_given_once_come_and_go_with_all_data() -> None:
    """And so do the indexes. The way back drops the notices of the new kinds, their mails, and
    files that were replaced; on the way there the daily work of before goes, which was a job."""
    tables = ("teams", "memberships", "jobs", "roster_imports", "notices", "outbox_mails")
    kept = [f"SELECT * FROM {table} ORDER BY id" for table in tables]
    world = make_world(NOW)
    an_imported_roster(world)
    with transaction() as tx:
        tx.execute(text("UPDATE people SET operator = true WHERE name = 'Adam'"))
    _refuses("UPDATE roster_imports SET state = 'replaced'")
    before = [_all(each) for each in kept]
    with transaction() as tx:
        alerts.tell_operators(tx, NOW)
        tx.execute(
            text(
                "INSERT INTO roster_imports (library_id, person_id, state, file_name, sheet, "
                "headings, columns, meanings, makes_teams, plan_digest, teams_made, uploaded_at) "
                "SELECT library_id, person_id, 'replaced', file_name, sheet, headings, columns, "
                "meanings, makes_teams, plan_digest, teams_made, uploaded_at FROM roster_imports"
            )
        )
    indexes, triggers = _indexes(), _triggers()
    db.session.remove()
    downgrade(revision=BEFORE_APPROVALS)
    assert "daily_parts" not in _tables()
    assert [_all(each) for each in kept] == before
    _refuses("UPDATE roster_imports SET state = 'replaced', imported_at = NULL")
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO jobs (kind, arguments, state, done, tries, asked_at, next_try_at, "
                "reason, file_name, grounds_sha256) VALUES ('daily_work', '{}', 'waiting', 0, 0, "
                "'2026-11-24 10:00:00', '2026-11-24 10:00:00', '', '', '')"
            )
        )
    db.session.remove()
    upgrade()
    assert [_all(each) for each in kept] == before
    assert (_indexes(), _triggers()) == (indexes, triggers)
    connection = db.session.connection()
    assert invariants.broken(connection, invariants.contents(connection), ()) == []
