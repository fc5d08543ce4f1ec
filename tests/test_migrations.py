"""The migrations: up, down, equal to the models, on both engines, and with data."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from config import ROOT
from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.doors.administration import an_imported_roster
from tests.engines import fresh_database, hurry
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.frameworks import first_version
from tests.factories.sides import actor, answer_all, send
from tests.factories.versions import carried, next_version
from tests.factories.world import World, make_world
from tests.storage.second_migration import SECOND, with_second, with_steps
from tracker.accounts.links import actions as links_actions
from tracker.administration.accounts import actions as accounts_actions
from tracker.administration.people import actions as people_actions
from tracker.app import create_app
from tracker.cli.database import downgrade, upgrade
from tracker.db import Base, db, session, transaction
from tracker.evidence.erasures import actions as erasures_actions
from tracker.frameworks.corrections.actions import suggest_correction
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules_reading import read_framework
from tracker.models.triggers import CURRENT, ERASABLE, FROZEN, GROWING, GUARDED, guards
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import queries as checks_queries
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.errors import Conflict

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


def said(fact: object) -> str:
    """The same for what is the same, though made of other objects."""
    if isinstance(fact, dict):
        return str(sorted((key, said(value)) for key, value in fact.items()))
    return str(fact)


def facts(engine: Engine) -> dict[str, set[str]]:
    """Everything that can be asked of its tables, by kind: also what Alembic does not compare, as
    the words of a check or the condition of an index."""
    found = inspect(engine)
    kinds = ("columns", "pk_constraint", "foreign_keys", "unique_constraints", "indexes")
    asked = {each: getattr(found, f"get_multi_{each}")() for each in (*kinds, "check_constraints")}
    return {
        kind: {
            f"{table} {said(one)}"
            for (_schema, table), told in by_table.items()
            for one in (told if isinstance(told, list) else [told])
            if table != "alembic_version"
        }
        for kind, by_table in asked.items()
    }


@pytest.mark.in_ci
def test_tables_made_from_the_models_are_the_same(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    with fresh_database(engine_name, tmp_path) as url:
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        of_models = facts(engine)
        engine.dispose()
    with migrated_app.app_context():
        migrated = facts(db.engine)
    differ = {kind: told ^ of_models[kind] for kind, told in migrated.items()}
    assert [each for each in differ.items() if each[1]] == []
    assert all(migrated.values()), "the partner: each kind was found"


@pytest.mark.in_ci
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
    "rating_entries": "INSERT INTO rating_entries (person_id, skill_id, statement_id, version, "
    "answer, basis, rated_at, salt) SELECT :person, skill_id, id, 1, 'partly', 'rated', :now, :salt "
    "FROM statements WHERE id = :statement",
    "audit_events": "INSERT INTO audit_events (kind, sequence, commitment, previous, digest, "
    "happened_at) "
    "VALUES ('tried', 1, :salt, :salt, :salt, :now)",
}
VALUES = {"now": "2026-11-24 10:00:00", "salt": b"salt"}


@pytest.mark.parametrize("table", ROWS_OF_HISTORY)
@pytest.mark.parametrize("act", ["UPDATE {table} SET id = id + 1", "DELETE FROM {table}"])
def test_history_refuses_change(app: Flask, world: World, table: str, act: str) -> None:
    whose = {"person": world.people["ana"], "statement": world.statements["technical"][0]}
    with app.app_context():
        with transaction() as tx:
            tx.execute(text(ROWS_OF_HISTORY[table]), VALUES | whose)
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
            tx.execute(text(ROWS_OF_HISTORY["audit_events"]), VALUES)
        replace = (
            ROWS_OF_HISTORY["audit_events"]
            .replace("INSERT", "INSERT OR REPLACE")
            .replace("(kind", "(id, kind")
        )
        with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
            tx.execute(text(replace.replace("VALUES (", "VALUES (1, ")), VALUES)


def test_a_parent_with_children_stays(app: Flask, world: World) -> None:
    with app.app_context(), pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(text("DELETE FROM people WHERE id = :id"), {"id": world.people["ana"]})


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
    copy = with_second(tmp_path, "always" if engine_name == "sqlite" else "auto")
    if not careful:
        env = copy / "env.py"
        env.write_text(env.read_text().replace("foreign_keys = OFF", "foreign_keys = ON"))
    make_world(NOW)
    before = {table: rows(table) for table in ("people", "memberships", "use_statement_readings")}
    db.session.remove()
    if careful:
        upgrade(directory=str(copy))
        assert {table: rows(table) for table in before} == before
        assert rows("people WHERE nickname = name") == before["people"]
        db.session.remove()
        downgrade(directory=str(copy))
    else:
        with pytest.raises(Conflict) as refused:
            upgrade(directory=str(copy))
        assert isinstance(refused.value.__cause__, IntegrityError)
        assert refused.value.facts["migration"] == SECOND
    assert {table: rows(table) for table in before} == before


REBUILT = """
def upgrade():
    with {around}op.batch_alter_table("{table}", recreate="always") as rebuilt:
        rebuilt.add_column(sa.Column("added", sa.String(20)))
"""
DROPPED = """
def upgrade():
    op.execute("DROP TRIGGER {trigger} ON {table}")
"""


@pytest.mark.in_ci
@pytest.mark.usefixtures("migrated")
def test_a_migration_that_loses_a_trigger_is_refused(engine_name: str, tmp_path: Path) -> None:
    """Of every table that has some: nothing of it stays, and it is named. With what the template of
    migrations has for it, it goes through."""
    for table in GUARDED:
        trigger = guards(engine_name, [table])[0]
        around = {"around": "", "table": table, "trigger": trigger}
        made = (REBUILT if engine_name == "sqlite" else DROPPED).format(**around)
        with pytest.raises(Conflict) as refused:
            upgrade(directory=str(with_steps(tmp_path, made)))
        assert refused.value.code == "migration_faulty"
        assert refused.value.facts["migration"] == SECOND
        lost = {str(finding) for finding in cast(list[Finding], refused.value.facts["findings"])}
        assert f"guard_missing {trigger}" in lost
    with db.engine.connect() as connection:
        assert checks_queries.broken_by_itself(connection) == []
        columns = {column["name"] for column in inspect(connection).get_columns(GUARDED[0])}
        assert "added" not in columns
    kept = REBUILT.format(around=f'keeping_triggers("{GUARDED[0]}"), ', table=GUARDED[0])
    if engine_name == "sqlite":
        upgrade(directory=str(with_steps(tmp_path, kept)))


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        ('op.drop_index("ix_notices_person", "notices")', "ix_notices_person"),
        ('op.drop_table("thanks")', "thanks"),
    ],
)
def test_a_migration_that_loses_a_part_of_the_layout_is_refused(
    tmp_path: Path, steps: str, lost: str
) -> None:
    with pytest.raises(Conflict) as refused:
        upgrade(directory=str(with_steps(tmp_path, f"def upgrade():\n    {steps}\n")))
    findings = cast(list[Finding], refused.value.facts["findings"])
    assert any(lost in finding.what for finding in findings), findings


def test_the_triggers_are_there(migrated_app: Flask, engine_name: str) -> None:
    """A SQLite table that is re-created loses its triggers in silence: whoever alters one creates
    them again."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine_name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with migrated_app.app_context(), db.engine.connect() as connection:
        found = set(connection.execute(text(query)).scalars())
        made = checks_queries.triggers(connection)
    assert found == set(guards(engine_name, db.metadata.tables))
    listed = json.loads(checks_queries.KNOWN_TRIGGERS.read_text(encoding="utf-8"))[engine_name]
    assert {name for name in made if made[name] not in listed[name]} == set(), "make triggers"


SPOILED = {
    "sqlite": "DROP TRIGGER {name}; CREATE TRIGGER {name} BEFORE DELETE ON audit_events BEGIN "
    "SELECT 1; END",
    "postgresql": "ALTER TABLE audit_events DISABLE TRIGGER {name}",
}


def test_a_trigger_that_does_nothing_anymore_is_found(
    migrated: None, engine_name: str, tmp_path: Path
) -> None:
    name = "audit_events_no_delete"
    first, *more = SPOILED[engine_name].format(name=name).split("; ", 1)
    steps = [f"op.execute({step!r})" for step in (first, *more)]
    body = "\n    ".join(("def upgrade():", *steps))
    with pytest.raises(Conflict) as refused:
        upgrade(directory=str(with_steps(tmp_path, f"{body}\n")))
    assert refused.value.facts["findings"] == [Finding("guard_missing", name)]
    with db.engine.connect() as connection:
        assert checks_queries.broken_by_itself(connection) == []


def test_each_table_is_declared_growing_frozen_erasable_or_current(migrated_app: Flask) -> None:
    """Whoever adds a table says in models/triggers what becomes of its rows."""
    declared = (GROWING, FROZEN, ERASABLE, CURRENT)
    with migrated_app.app_context():
        tables = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert frozenset().union(*declared) == tables
    assert sum(map(len, declared)) == len(tables), "each in one place"


REFUSED = """
DELETE FROM evidence_erasures
DELETE FROM held_texts
UPDATE account_merges SET kept_id = earlier_id
UPDATE account_merges SET outcome = 'declined', decided_at = asked_at
UPDATE account_merges SET outcome = 'merged'
UPDATE corrections SET closed_at = suggested_at
UPDATE framework_drafts SET discarded_at = made_at
UPDATE framework_drafts SET published_at = NULL
UPDATE frameworks SET least = 0
UPDATE frameworks SET needs_met = 6
UPDATE frameworks SET needs_of = 6
UPDATE held_texts SET row_id = 0
UPDATE invitations SET confirmed_at = made_at
UPDATE invitations SET confirmed_at = made_at, confirmed_by_id = by_id
UPDATE invitations SET kind = 'take_back'
UPDATE invitations SET used_at = made_at WHERE closed_at IS NULL
UPDATE libraries SET invites_from = 18
UPDATE libraries SET paper = 'legal'
UPDATE libraries SET region = 'XX'
UPDATE notices SET kind = 'request_made'
UPDATE people SET name = 'Nora' WHERE removed_at IS NOT NULL
UPDATE people SET staff_id = 'E1' WHERE library_id = 1
UPDATE ratings SET answer = NULL
UPDATE ratings SET basis = 'cleared'
UPDATE review_items SET learner_answer = 'x'
UPDATE review_items SET learner_answer_description = 'x'
UPDATE review_items SET learner_answer_label = 'x'
UPDATE reviews SET differences_from = NULL WHERE differences_due_on IS NOT NULL
UPDATE roster_imports SET state = 'checked'
UPDATE roster_imports SET state = 'replaced'
UPDATE roster_rows SET verdict = 'perhaps'
UPDATE rounds SET ends_on = '2001-01-01'
"""
"""Each of a check, a unique index or a trigger, past all that the program looks at before."""


@pytest.mark.in_ci
@pytest.mark.usefixtures("migrated")
def test_what_no_service_may_write_the_database_refuses(tmp_path: Path) -> None:
    world = make_world(NOW)
    adam, ana, sue = (actor(world, name) for name in ("adam", "ana", "sue"))
    gone, _token = people_actions.add(adam, "Nora", "nora@example.org", NOW)
    accounts_actions.remove(adam, gone, NOW)
    accounts_actions.merge(adam, world.people["ana"], world.people["ben"], NOW, dry_run=False)
    suggest_correction(world.framework_id, "", "A word.", "", "", NOW)
    an_imported_roster(world)
    people_actions.begin_legal_hold(adam, world.people["ana"], "A letter.", NOW)
    evidence_id = piece(world, text="of a patron")
    erasures_actions.erase(ana, evidence_id, ErasureReason.PRIVATE, tmp_path, now=NOW)
    review_id = send(world, Answer.CONSISTENTLY)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    review_actions.reveal(sue, review_id, NOW)
    file = read_framework(SEED.read_text(encoding="utf-8"))
    first_version(file, NOW)
    published = import_framework(replace(file, version="26.11"), NOW).draft_id
    assert published is not None
    drafts_actions.publish(None, published, NOW)
    carried(world, next_version(world))
    links_actions.renew(adam, world.people["cora"], NOW)
    taken = []
    for query in REFUSED.strip().splitlines():
        try:
            with transaction() as tx:
                changed = tx.execute(text(query)).rowcount
            taken.append((query, changed))
        except IntegrityError:
            session().rollback()
    assert taken == []
