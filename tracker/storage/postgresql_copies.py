"""Copies of a PostgreSQL database by its own client programs: pg_dump, pg_restore and psql."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, Update, text
from sqlalchemy.engine import Compiled

from tracker.engines import other_database, without_transactions
from tracker.rules.errors import Conflict

T = TypeVar("T")
SAID_MAX = 2_000
OF_ROWS = re.compile(r'^(?:DETAIL:.*|LINE \d.*|\s*\^)\n?|(?<=:) ".*$', re.MULTILINE)
"""What PostgreSQL says of a row's values, which are somebody's."""
MAY_MAKE_DATABASES = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"


def take(engine: Engine, target: Path, look: Callable[[Connection], T]) -> T:
    """Write a copy to `target`, and read it through; returns what `look` sees at the very moment
    that the copy is of.

    Raises Conflict: pooler_between, pg_tool_missing, pg_tool_failed.
    """
    _must_be_direct(engine)
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        seen = look(connection)
        _run("pg_dump", engine.url, "--format=custom", f"--snapshot={moment}", f"--file={target}")
    target.chmod(0o600)
    _run("pg_restore", None, f"--file={os.devnull}", str(target))
    return seen


@contextmanager
def opened(copy: Path, engine: Engine) -> Iterator[Engine]:
    """Bring the copy back into a database of its own on the same server, for as long as the block
    lasts.

    Raises Conflict: pooler_between, no_createdb, pg_tool_missing, pg_tool_failed.
    """
    _must_be_direct(engine)
    with without_transactions(engine.url) as server, server.connect() as connection:
        _drop_unused(connection)
        name = _prefix(connection) + secrets.token_hex(6)
        _lock(connection, name)
        url = engine.url.set(database=name)
        if not connection.scalar(text(MAY_MAKE_DATABASES)):
            raise Conflict("no_createdb")
        connection.execute(text(f"CREATE DATABASE {name}"))
        connection.execute(text(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
        other = None
        try:
            # One transaction: the server waits for its disk once, not for each of many commands.
            _run(
                "pg_restore",
                url,
                "--no-owner",
                "--no-privileges",
                "--single-transaction",
                str(copy),
            )
            other = other_database(url)
            yield other
        finally:
            if other is not None:
                other.dispose()
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _must_be_direct(engine: Engine) -> None:
    """The client programs change the session that they are in, and a pooler hands it to the next
    client as they left it. It gives each client a number of its own making; a server gives its
    own."""
    with engine.connect() as connection:
        told = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        if connection.scalar(text("SELECT pg_backend_pid()")) != told:
            raise Conflict("pooler_between")


def _prefix(connection: Connection) -> str:
    """Of the databases that are made here: each installation of a server has its own."""
    own = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return f"tracker_drill_{own}_"


def _lock(connection: Connection, name: str) -> bool:
    """While a copy is in use its name is locked; the server gives it back however we end."""
    query = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
    return bool(connection.scalar(query, {"name": name}))


def _drop_unused(connection: Connection) -> None:
    """Drop what a killed command left: copies whose names nobody has locked."""
    query = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
    for name in connection.scalars(query, {"prefix": _prefix(connection)}).all():
        if _lock(connection, name):
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def put_back(copy: Path, engine: Engine, closing_doors: Sequence[Update]) -> None:
    """Put the copy in the place of all that the schema public has, and close its doors, in one
    transaction.

    Raises Conflict: pooler_between, pg_tool_missing, pg_tool_failed; nothing is changed then.
    """
    _must_be_direct(engine)
    script = copy.with_suffix(".sql")
    # What else somebody keeps in the database, in schemas of their own, stays as it is.
    whole = "--no-owner", "--no-privileges", "--schema=public"
    _run("pg_restore", None, *whole, f"--file={script}", str(copy))
    # Without the notices, of which what went wrong would be the last line.
    quiet = "SET client_min_messages = warning"
    emptied = f"{quiet}; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    once = (
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--quiet",
        "--no-psqlrc",
        "--output=/dev/null",
    )
    closed = "; ".join(str(_in_full(closing_door, engine)) for closing_door in closing_doors)
    _run(
        "psql",
        engine.url,
        *once,
        f"--command={emptied}",
        f"--file={script}",
        "--command=SET search_path = public",
        f"--command={closed or 'SELECT'}",
    )


def _in_full(change: Update, engine: Engine) -> Compiled:
    """With its values in it."""
    return change.compile(engine, compile_kwargs={"literal_binds": True})


def _run(tool: str, url: URL | None, *arguments: str) -> None:
    """Run a client program. The password goes by the environment: arguments are seen by everybody
    on the machine."""
    program = shutil.which(tool)
    if program is None:
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
        [program, *where, *arguments], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = OF_ROWS.sub("", done.stderr).strip()[:SAID_MAX]
        raise Conflict("pg_tool_failed", tool=tool, said=said)
