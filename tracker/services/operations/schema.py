"""Whether the database fits the program: asked before it serves or works unattended, and before it
is brought up to date. And what SQLite knows of its tables, so that it takes the right index."""

from pathlib import Path

from sqlalchemy import text

from tracker.db import db, own_engine, transaction
from tracker.queries.operations import schema
from tracker.rules.operations.schema import SchemaState
from tracker.storage.layouts import layouts

ROWS_LOOKED_AT = 400
"""Of each index at most, as SQLite's documentation recommends: it takes milliseconds."""
ALL_TABLES = 0x10000
"""Also those that no query of this connection has asked for."""


def known(migrations: Path) -> frozenset[str]:
    """The layouts that this version can work with or bring up to date."""
    return layouts(migrations).known


def newest(migrations: Path) -> str:
    return layouts(migrations).newest


def state(migrations: Path) -> SchemaState:
    """Leaves no transaction open. Raises OperationalError where the database does not answer."""
    try:
        return layouts(migrations).state(schema.revision())
    finally:
        db.session.remove()


def state_before_forking(migrations: Path) -> SchemaState:
    """The same, with no connection left open: workers that are made afterward must not share
    one."""
    try:
        return state(migrations)
    finally:
        db.engine.dispose()


def refresh_statistics() -> str:
    """Anew where there are none or a table has grown much since. PostgreSQL looks by itself. Says
    what was done."""
    if own_engine().dialect.name != "sqlite":
        return "PostgreSQL makes them itself"
    with transaction() as tx:
        tx.execute(text(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}"))
        tx.execute(text(f"PRAGMA optimize = {0xFFFE | ALL_TABLES}"))
    return "up to date"
