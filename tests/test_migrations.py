"""The migrations: up, down, equal to the models, on both engines, and with data."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.conftest import NOW, TestConfig
from tests.engines import fresh_database
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.db import Base, db, transaction


def test_models_equal_the_migrated_database(migrated_app: Flask) -> None:
    with migrated_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    "rating_entries": "INSERT INTO rating_entries (person_id, statement_id, version, answer, basis, rated_at) "
    "VALUES (:person, :statement, 1, 'partly', 'rated', :now)",
    "audit_events": "INSERT INTO audit_events (kind, facts, happened_at) VALUES ('tried', '{}', :now)",
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
        replace = ROWS_OF_HISTORY["audit_events"].replace("INSERT", "INSERT OR REPLACE").replace("(kind", "(id, kind")
        with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
            tx.execute(text(replace.replace("VALUES (", "VALUES (1, ")), {"now": "2026-11-24 10:00:00"})


def test_a_parent_with_children_stays(app: Flask, world: World) -> None:
    with app.app_context(), pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(text("DELETE FROM people WHERE id = :id"), {"id": world.people["ana"]})
