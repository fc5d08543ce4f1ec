"""SQLite is told what its tables hold."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from config import ROOT
from tests.factories.frameworks import first_version
from tests.factories.world import World
from tracker.cli.database import lay_out
from tracker.db import own_engine, session
from tracker.frameworks.files.rules_reading import read_framework
from tracker.operations.system import actions as system_actions

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
LEARNERS = "SELECT id FROM memberships WHERE team_id = 1 AND role_profile_id = 1"


def known_rows(table: str) -> float:
    """How many PostgreSQL supposed when it looked last; -1 before."""
    found = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)")
    return float(session().execute(found, {"table": f"public.{table}"}).scalar_one())


def test_a_version_that_is_published_is_known_to_postgresql(
    app: Flask, world: World, engine_name: str
) -> None:
    """Without statistics the first move to it took 28 seconds among 10,000 people."""
    if engine_name != "postgresql":
        pytest.skip("SQLite is told by PRAGMAs")
    with app.app_context():
        file = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
        first_version(read_framework(file.read_text(encoding="utf-8")), world.now)
        count = session().scalar(text("SELECT count(*) FROM statements"))
        assert known_rows("statements") == count > 137


def test_they_are_made_of_all_tables_that_hold_something(
    app: Flask, world: World, engine_name: str
) -> None:
    with app.app_context():
        said = system_actions.refresh_statistics()
        if engine_name != "sqlite":
            assert said == "made anew"
            tables = "SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'"
            sampled = set(session().scalars(text(tables)))
            assert {"people", "memberships", "statements"} <= sampled
            return
        assert {"people", "memberships", "statements"} <= {table for table, _index in known()}
        assert "sqlite_stat1" not in inspect(session().connection()).get_table_names()


@ON_SQLITE
def test_set_up_tells_an_empty_database_of_many_people(app: Flask) -> None:
    with app.app_context():
        lay_out()
        assert known()["people", "ix_people_listed"] == "30100 301 1 1 1"
        assert known()["statements", "ix_statements_skill"] == "137 1"


@ON_SQLITE
@pytest.mark.usefixtures("context")
def test_what_is_larger_than_listed_is_told_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few = {"people": {"ix_people_listed": "2 2 1 1 1"}, "teams": {"ix_teams_path": "900 1"}}
    listed(monkeypatch, tmp_path, {**few, "libraries": {}})
    system_actions.refresh_statistics()
    people = session().scalar(text("SELECT count(*) FROM people"))
    assert known()["people", "sqlite_autoindex_people_1"] == f"{people} 1"
    assert known()["teams", "ix_teams_path"] == "90000 1"
    assert "libraries" not in {table for table, _index in known()}


@ON_SQLITE
@pytest.mark.usefixtures("context")
def test_connections_that_are_open_read_them_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also another program's; and nobody reads anything anew where nothing changed."""
    listed(monkeypatch, tmp_path, {"memberships": {"ix_memberships_role_profile_id": "9000 1"}})
    system_actions.refresh_statistics()
    with closing(sqlite3.connect(str(own_engine().url.database), cached_statements=0)) as other:
        assert indexes(other) == {"ix_memberships_role_profile_id"}
        monkeypatch.undo()
        system_actions.refresh_statistics()
        assert indexes(other) == {"ix_memberships_team_role"}
        count = other.execute("PRAGMA schema_version").fetchone()
        system_actions.refresh_statistics()
        assert other.execute("PRAGMA schema_version").fetchone() == count


@ON_SQLITE
@pytest.mark.usefixtures("context")
def test_the_list_is_of_the_schema() -> None:
    stats = json.loads(system_actions.LISTED.read_text(encoding="utf-8"))
    assert wrong(stats) == []
    del stats["ratings"], stats["people"]["uq_people_staff_id"]
    stats["teams"]["ix_teams_gone"] = stats["strands"]["ix_strands_gone"] = "3 1"
    assert wrong(stats) == [
        ("people", {"uq_people_staff_id"}),
        ("ratings", {"its table"}),
        ("strands", {"ix_strands_gone"}),
        ("teams", {"ix_teams_gone"}),
    ]


def known() -> dict[tuple[str, str], str]:
    return {(table, index): stat for table, index, stat in session().execute(system_actions.KNOWN)}


def listed(patch: pytest.MonkeyPatch, folder: Path, stats: dict[str, dict[str, str]]) -> None:
    file = folder / "statistics.json"
    file.write_text(json.dumps(stats), encoding="utf-8")
    patch.setattr(system_actions, "LISTED", file)


def indexes(connection: sqlite3.Connection) -> set[str]:
    """By which it looks for the learners of a team. A statement that is only explained does not see
    that the schema was changed."""
    connection.execute(LEARNERS).fetchall()
    plan = connection.execute(f"EXPLAIN QUERY PLAN {LEARNERS}").fetchall()
    return set(re.findall(r"INDEX (\w+)", str(plan)))


def wrong(stats: dict[str, dict[str, str]]) -> list[tuple[str, set[str]]]:
    """Tables and indexes of the schema that are not listed, and the other way round; but of a table
    that was empty nothing is listed, and an index of some rows may hold none."""
    found = []
    tables = "SELECT name, wr FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'"
    without_rows: dict[str, int] = dict(session().execute(text(tables)).all())
    for table in sorted({*without_rows, *stats}):
        indexes = text("SELECT name, origin, partial FROM pragma_index_list(:table)")
        made = {
            table if origin == "pk" and without_rows[table] else name: partial
            for name, origin, partial in session().execute(indexes, {"table": table})
        }
        whole = {name for name, partial in made.items() if not partial} or {""}
        listed = {*stats.get(table, ())}
        differing = listed - made.keys() - whole | (whole - listed if listed else set())
        if differing or table not in stats:
            found.append((table, differing or {"its table"}))
    return found
