"""Copies of a PostgreSQL database by its own client programs: pg_dump, pg_restore and psql."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, text

from tracker.db import other_database, without_transactions
from tracker.rules.errors import Conflict

T = TypeVar("T")
SAID_MAX = 2_000


def take(engine: Engine, target: Path, look: Callable[[Connection], T]) -> T:
    """Write a copy to `target`; returns what `look` sees at the very moment that the copy is of.

    Raises Conflict: pg_tool_missing, pg_tool_failed.
    """
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        seen = look(connection)
        _run("pg_dump", engine.url, "--format=custom", f"--snapshot={moment}", f"--file={target}")
    target.chmod(0o600)
    return seen


@contextmanager
def opened(copy: Path, engine: Engine) -> Iterator[Engine]:
    """Bring the copy back into a database of its own on the same server, for as long as the block
    lasts.

    Raises Conflict: pg_tool_missing, pg_tool_failed.
    """
    url = engine.url.set(database=f"tracker_drill_{secrets.token_hex(6)}")
    with without_transactions(engine.url) as server, server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}"))
        other = None
        try:
            _run("pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", str(copy))
            other = other_database(url)
            yield other
        finally:
            if other is not None:
                other.dispose()
            connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))


def put_back(copy: Path, engine: Engine) -> None:
    """Put the copy in the place of all that is in the database, in one transaction.

    Raises Conflict: pg_tool_missing, pg_tool_failed; nothing is changed then.
    """
    script = copy.with_suffix(".sql")
    _run("pg_restore", None, "--no-owner", "--no-privileges", f"--file={script}", str(copy))
    emptied = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    once = (
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--quiet",
        "--no-psqlrc",
        "--output=/dev/null",
    )
    _run("psql", engine.url, *once, f"--command={emptied}", f"--file={script}")


def _run(tool: str, url: URL | None, *arguments: str) -> None:
    """Run a client program. The password goes by the environment: arguments are seen by everybody
    on the machine."""
    found = shutil.which(tool)
    if found is None:
        raise Conflict("pg_tool_missing", tool=tool)
    environment = dict(os.environ)
    where = []
    if url is not None:
        bare = URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, url.query
        )
        where = [f"--dbname={bare.render_as_string()}"]
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603  (no shell; a fixed program, and arguments of ours)
        [found, *where, *arguments], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Conflict("pg_tool_failed", tool=tool, said=done.stderr.strip()[:SAID_MAX])
