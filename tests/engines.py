"""The databases that the suite runs on: SQLite always, PostgreSQL where it is asked for."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

SERVER = os.environ.get(
    "TRACKER_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres"
)
REQUIRED = set(os.environ.get("TRACKER_REQUIRE", "").split(","))
"""What must not be skipped here: "browser", "docs", "caddy", "nginx", "promtool", "story"; and
"postgres", without which the suite runs on SQLite alone."""
LONG = os.environ.get("TRACKER_LONG") == "yes"
"""Whether to run what `make test-long` adds: the longest walks, and crawls and pages on the second
engine as well."""


def postgres_trouble() -> str | None:
    """Why PostgreSQL cannot be used here; None when it can."""
    try:
        engine = create_engine(SERVER, connect_args={"connect_timeout": 2})
    except ImportError as error:
        return f"psycopg is not installed: {error}"
    try:
        with engine.connect():
            return None
    except OperationalError as error:
        return f"no PostgreSQL at TRACKER_TEST_POSTGRES: {str(error).splitlines()[0]}"
    finally:
        engine.dispose()


@contextmanager
def fresh_database(engine_name: str, folder: Path, like: str = "template1") -> Iterator[str]:
    """The address of a database of its own, dropped at the end: empty, or a copy of that database
    of PostgreSQL."""
    if engine_name == "sqlite":
        yield f"sqlite:///{folder / 'tracker.sqlite3'}"
        return
    name = f"tracker_test_{uuid.uuid4().hex[:12]}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield SERVER.rpartition("/")[0] + f"/{name}"
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def somebody_writes(engine: Engine) -> bool:
    """Whether another program is in the middle of a transaction that writes."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database), timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
    )
    with engine.connect() as connection:
        return bool(connection.scalar(text(query)))


def hurry(engine: Engine) -> None:
    """Let a test's SQLite database wait for no disk: it has no power cut to outlive. PostgreSQL's
    is told above.

    Before the first connection. What the product sets stands in tests/test_db.py, on an engine that
    is not hurried.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _wait_for_no_disk)


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = 0")
