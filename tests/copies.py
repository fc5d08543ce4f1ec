"""Databases that tests start from: laid out or written once, and copied for each test."""

import copy
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select, text

from tests.engines import fresh_database
from tracker.db import db

BLANK = "blank"
PAGES: dict[str, sqlite3.Connection] = {}
"""SQLite databases in memory, to start a test from: "blank" has the tables, "world" the world
too."""
SCHEMAS: dict[str, str] = {}
"""Of such pages, the schema, with where each table and index begins."""
COPIED: dict[str, tuple[sqlite3.Connection, int, str]] = {}
"""By database, what copies pages into it; and of the last copy, the database's count of changes of
the schema then, and the schema."""
LAID_OUT: dict[str, str] = {}
"""The database of PostgreSQL that has the tables and nothing in them, and that nobody is connected
to."""
MADE: dict[tuple[str, str], Any] = {}
"""What the makers of `made_once` returned, by name and engine."""
ROWS: dict[str, list[str]] = {}
"""The tables of PostgreSQL that such a start has rows in: their copies stand in a schema of its
own."""
Made = TypeVar("Made")


@contextmanager
def laid_out_database(engine_name: str, folder: Path) -> Iterator[str]:
    """As `fresh_database`, with every table: copied from what `migrated_app` migrated, and not
    migrated again."""
    with fresh_database(engine_name, folder, like=LAID_OUT[engine_name]) as url:
        if engine_name == "sqlite":
            with closing(sqlite3.connect(folder / "tracker.sqlite3")) as copy_of_blank:
                PAGES[BLANK].backup(copy_of_blank)
        yield url


def empty(engine: Engine) -> None:
    """Delete every row: on PostgreSQL past the triggers that keep history, on SQLite by copying the
    pages of BLANK."""
    if engine.dialect.name == "sqlite":
        copy_pages(BLANK, engine)
        return
    with engine.execution_options(tracker_write=True).connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        _all_at_once(connection, (f"DELETE FROM {name}" for name in db.metadata.tables))


def keep_pages(name: str, engine: Engine) -> None:
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        PAGES[name] = sqlite3.connect(":memory:")
        raw.backup(PAGES[name])
    SCHEMAS[name] = repr(PAGES[name].execute("SELECT * FROM sqlite_master").fetchall())


def forget_pages() -> None:
    for connection in (*PAGES.values(), *(into for into, *_last in COPIED.values())):
        connection.close()
    PAGES.clear()
    COPIED.clear()


def copy_pages(name: str, engine: Engine) -> None:
    """In place of all that the database holds. SQLite counts a copy as a change of the schema, after
    which every connection reads the schema and compiles its statements again: where the schema is
    what it was, the count is set back."""
    path = str(engine.url.database)
    into, *last = COPIED.get(path) or (sqlite3.connect(path),)
    into.execute("PRAGMA synchronous = 0")
    changes = into.execute("PRAGMA schema_version").fetchone()[0]
    PAGES[name].backup(into)
    if last == [changes, SCHEMAS[name]]:
        into.execute(f"PRAGMA schema_version = {changes}")
    COPIED[path] = into, into.execute("PRAGMA schema_version").fetchone()[0], SCHEMAS[name]


def keep_rows(name: str, engine: Engine) -> None:
    ROWS[name] = []
    with engine.execution_options(tracker_write=True).connect() as connection, connection.begin():
        connection.exec_driver_sql(f"CREATE SCHEMA kept_{name}")
        for table in db.metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                ROWS[name].append(table.name)
                connection.exec_driver_sql(
                    f"CREATE TABLE kept_{name}.{table.name} AS TABLE public.{table.name}"
                )


def copy_rows(name: str, engine: Engine) -> None:
    """In place of what those tables hold, past the triggers that keep history."""
    with engine.execution_options(tracker_write=True).connect() as connection, connection.begin():
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        _all_at_once(
            connection,
            (
                f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{name}.{table}"
                for table in ROWS[name]
            ),
        )


def _all_at_once(connection: Connection, statements: Iterable[str]) -> None:
    """On PostgreSQL, which prepares no more than one at a time."""
    raw: Any = connection.connection.driver_connection
    raw.execute("; ".join(statements), prepare=False)


def made_once(name: str, engine_name: str, make: Callable[[], Made]) -> Made:
    """What `make` returns, and the database as it leaves it, with its context held: made for the
    first test that asks, and copied for all others."""
    is_sqlite = engine_name == "sqlite"
    if (name, engine_name) not in MADE:
        MADE[name, engine_name] = make()
        keep_pages(name, db.engine) if is_sqlite else keep_rows(name, db.engine)
    elif is_sqlite:
        copy_pages(name, db.engine)
    else:
        copy_rows(name, db.engine)
    made: Made = copy.deepcopy(MADE[name, engine_name])
    return made
