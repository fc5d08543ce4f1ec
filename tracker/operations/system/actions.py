"""How the installation is doing, whether it can do its work, and whether its database fits the
program. Asked before it serves, works unattended, or is brought up to date."""

import datetime as dt
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT
from tracker import locks
from tracker.db import db, own_engine, session_afresh, transaction
from tracker.engines import without_transactions
from tracker.logs import said_of
from tracker.models.triggers import grants
from tracker.operations.backups import queries as backups_queries
from tracker.operations.backups.queries import KnownBackup
from tracker.operations.backups.rules import BackupState
from tracker.operations.daily_work import queries as daily_work_queries
from tracker.operations.system import queries as system_queries
from tracker.operations.system.queries import Totals, totals
from tracker.operations.system.rules import Layouts, SchemaState
from tracker.rules.core.notices import MailStatus
from tracker.rules.errors import Conflict, Missing, Unreachable
from tracker.rules.faults import Fault, fault_of
from tracker.storage import archives, files as storage_files

LOG = structlog.get_logger("tracker.readiness")
Settings = Mapping[str, Any]
TRIAL = bytes(256 * 1024)
"""More than most saves add to the disk."""
SAVES_AGAIN_AFTER = 60
"""Seconds without a save that found no room."""
HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
ROWS_LOOKED_AT = 400
"""Of each index at most, as SQLite's documentation recommends: it takes milliseconds."""
ALL_TABLES = 0x10000
"""Also those that no query of this connection has asked for."""
LISTED = ROOT / "seed_data" / "statistics.json"
"""What SQLite would know of 300 people after a year: of each index, by table, and of a table
without one by "". What was empty there has none."""
TOO_FEW = 1_000
"""Rows of a table that was empty there: of fewer, what SQLite supposes by itself is better."""
LIBRARIES = 100
"""Of so many such libraries it is told: in few rows SQLite would not look by an index."""
KNOWN = text("SELECT tbl, coalesce(idx, '') AS idx, stat FROM sqlite_stat1 ORDER BY tbl, idx")
FORGET = text("DELETE FROM sqlite_stat1 WHERE tbl = :tbl")
LEARN = text("INSERT INTO sqlite_stat1 VALUES (:tbl, nullif(:idx, ''), :stat)")
READ_ANEW = text("ANALYZE sqlite_schema")
"""By this connection alone. Makes the table of statistics where there is none."""
ROLE = text(
    "SELECT rolsuper OR pg_has_role(rolname, (SELECT relowner FROM pg_class WHERE oid = "
    "to_regclass('public.seals')), 'MEMBER') AS is_owner FROM pg_roles WHERE rolname = :role"
)


@dataclass(frozen=True, slots=True)
class InstallationState:
    """`backup`: the newest in the usual folder, with what its test found. `good_backup_at`: when
    the newest one was made that passed. `free_bytes` of the disk with the data."""

    totals: Totals
    backup: KnownBackup | None
    good_backup_at: dt.datetime | None
    free_bytes: int

    @property
    def mails_waiting(self) -> int:
        return self.totals.mails[MailStatus.WAITING]


def state(data: Path, backups: Path) -> InstallationState:
    """Raises OperationalError where the database does not answer."""
    known = backups_queries.of(archives.newest_first(backups))
    good = (backup.file.written_at for backup in known if backup.state is BackupState.PASSED)
    return InstallationState(totals(), next(iter(known), None), next(good, None), free_bytes(data))


def free_bytes(data: Path) -> int:
    return shutil.disk_usage(data).free


@cache
def _layouts(migrations: Path) -> Layouts:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrations))
    newest = scripts.get_current_head()
    if newest is None:
        raise RuntimeError(f"there are no migrations in {migrations}")
    return Layouts(newest, frozenset(script.revision for script in scripts.walk_revisions()))


def failing(settings: Settings) -> list[str]:
    """The names of what is not right, which alone leave the server; empty when all is well. Nothing
    is written, and a lock that somebody holds for a moment is nothing wrong."""
    return [name for name in CHECKS if not _holds(name, settings)]


def _holds(name: str, settings: Settings) -> bool:
    try:
        return CHECKS[name](settings)
    except (OSError, SQLAlchemyError, Unreachable) as error:
        LOG.error("not_ready", check=name, error=said_of(error))
        return False


def _has_room(settings: Settings) -> bool:
    database = _sqlite_file()
    folders = {settings["DATA_DIR"], *([] if database is None else [database.parent])}
    return all(free_bytes(folder) >= settings["MIN_FREE_BYTES"] for folder in folders)


def _takes_writes(settings: Settings) -> bool:
    database = _sqlite_file()
    if _found_no_room(settings):
        return False
    if database is None:
        return not system_queries.is_standby()
    with tempfile.TemporaryFile(dir=database.parent) as trial:
        trial.write(TRIAL)
        trial.flush()
    return takes_rows(database)


def _is_whole() -> bool:
    """As far as anybody knows: of a database that doesn't answer, or has another layout, the others
    tell."""
    try:
        return not daily_work_queries.is_damaged()
    except SQLAlchemyError as error:
        return fault_of(error) is not Fault.DAMAGED


def _found_no_room(settings: Settings) -> bool:
    """Whether a save was answered with 507 of late, on this machine."""
    try:
        since = time.time() - settings["NO_ROOM_FILE"].stat().st_mtime
    except FileNotFoundError:
        return False
    return bool(0 <= since < SAVES_AGAIN_AFTER)


def takes_rows(database: Path) -> bool:
    """Whether an SQLite database gives the lock for a write. That somebody else has it shows that
    it does."""
    try:
        address = f"{database.resolve().as_uri()}?mode=rw"
        with closing(
            sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return error.sqlite_errorcode in HELD
    return True


def _sqlite_file() -> Path | None:
    url = own_engine().url
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


CHECKS: dict[str, Callable[[Settings], bool]] = {
    "schema": lambda settings: (
        _layouts(settings["MIGRATIONS_DIR"]).state(system_queries.revision()) is SchemaState.CURRENT
        and system_queries.has_guards()
    ),
    "writable": _takes_writes,
    "disk": _has_room,
    "files": lambda settings: storage_files.are_ready(settings["FILES"]),
    "damage": lambda _settings: _is_whole(),
}


def known_layouts(migrations: Path) -> frozenset[str]:
    """The layouts that this version can work with or bring up to date."""
    return _layouts(migrations).known


def newest_layout(migrations: Path) -> str:
    return _layouts(migrations).newest


def schema_state(migrations: Path) -> SchemaState:
    """Leaves no transaction open. Raises OperationalError where the database does not answer."""
    try:
        if system_queries.is_forbidden():
            return SchemaState.FORBIDDEN
        return _layouts(migrations).state(system_queries.revision())
    finally:
        db.session.remove()


def is_somebody_alive(settings: Settings) -> bool:
    """Whether PostgreSQL has a connection beside this one; else whether the server or its worker
    runs on these data."""
    try:
        if _sqlite_file() is None:
            return bool(session_afresh().scalar(system_queries.CONNECTED))
        return any(locks.is_held(lock_of(settings, name)) for name in ("serve", "work"))
    finally:
        db.session.remove()


def lock_of(settings: Settings, name: str) -> Path:
    """The file that whoever serves or works on these data holds a lock on."""
    of_demo = "-demo" if settings["DEMO"] else ""
    return Path(settings["DATA_DIR"]) / f"{name}{of_demo}.lock"


def schema_state_before_forking(migrations: Path) -> SchemaState:
    """The same, with no connection left open: workers that are made afterward must not share
    one."""
    try:
        return schema_state(migrations)
    finally:
        db.engine.dispose()


def refresh_statistics() -> str:
    """Anew where there are none or a table has grown much since. A table smaller than it would be
    of 300 people after a year is told of as of many such libraries: what is true on the first day
    makes plans that take seconds on the second. PostgreSQL samples every table that the role owns:
    by itself it does so later, and of a database that was filled at once too late for the first
    who come. Says what was done."""
    if own_engine().dialect.name != "sqlite":
        with without_transactions(own_engine().url) as engine, engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        return "made anew"
    listed: dict[str, dict[str, str]] = json.loads(LISTED.read_text(encoding="utf-8"))
    with transaction() as tx:
        tx.execute(READ_ANEW)
        before = tx.execute(KNOWN).all()
        tx.execute(text(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}"))
        tx.execute(text(f"PRAGMA optimize = {0xFFFE | ALL_TABLES}"))
        known = tx.execute(KNOWN).all()
        for table, stats in listed.items():
            here = (_rows(row.stat) for row in known if row.tbl == table)
            if max(here, default=0) < max(map(_rows, stats.values()), default=TOO_FEW):
                tx.execute(FORGET, {"tbl": table})
                for index, stat in stats.items():
                    many = f"{_rows(stat) * LIBRARIES} {stat.partition(' ')[2]}"
                    tx.execute(LEARN, {"tbl": table, "idx": index, "stat": many})
        if tx.execute(KNOWN).all() != before:
            # Every connection of every process reads the schema anew, and the statistics with it,
            # where its number has changed. SQLite counts no statistics as a change.
            tx.execute(READ_ANEW)
            number = tx.scalars(text("PRAGMA schema_version")).one()
            tx.execute(text(f"PRAGMA schema_version = {number + 1}"))
    return "up to date"


def _rows(stat: str) -> int:
    return int(stat.split(maxsplit=1)[0])


def grant_statements(role: str) -> list[str]:
    """Raises Conflict("roles_unknown"): SQLite has none."""
    engine = own_engine()
    if engine.dialect.name != "postgresql":
        raise Conflict("roles_unknown")
    return list(grants(engine.dialect.identifier_preparer.quote(role)))


def grant(role: str) -> None:
    """Give the role what it needs and take from it what it has beside, in one transaction.

    Raises as `grant_statements` does, Missing: there is no such role, and Conflict("role_owns"): it
    owns the tables or is a superuser, whom rights do not bind.
    """
    wanted = grant_statements(role)
    with transaction() as tx:
        row = tx.execute(ROLE, {"role": role}).one_or_none()
        if row is None:
            raise Missing
        if row.is_owner:
            raise Conflict("role_owns")
        for statement in wanted:
            tx.execute(text(statement))
