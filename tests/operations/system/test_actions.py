"""SQLite is told what its tables hold."""

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from tests.factories.world import World
from tracker.db import session
from tracker.operations.system import actions as schema


def test_they_are_made_of_all_tables_that_hold_something(
    app: Flask, world: World, engine_name: str
) -> None:
    with app.app_context():
        said = schema.refresh_statistics()
        if engine_name != "sqlite":
            assert said == "PostgreSQL makes them itself"
            return
        known = set(session().scalars(text("SELECT tbl FROM sqlite_stat1")))
        assert {"people", "memberships", "statements"} <= known
        assert "sqlite_stat1" not in inspect(session().connection()).get_table_names()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_set_up_makes_them(app: Flask, world: World) -> None:
    assert app.test_cli_runner().invoke(args=["setup"]).exit_code == 0
    with app.app_context():
        assert session().scalar(text("SELECT count(*) FROM sqlite_stat1"))
