"""What the database lets the program's own role do beyond its work. SQLite knows no roles: whoever
can write its file can do anything."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import bindparam, text

from tracker.db import session_afresh
from tracker.models.triggers import GROWING, GUARDED


class ExcessRight(StrEnum):
    SUPERUSER = "superuser"
    OWNS_TABLES = "owns_tables"
    SKIPS_TRIGGERS = "skips_triggers"
    CREATES = "creates"
    CHANGES_HISTORY = "changes_history"


OWNED = text(
    "SELECT count(*) FROM pg_class WHERE relname IN :tables AND relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'MEMBER')"
).bindparams(bindparam("tables", expanding=True))
HISTORY = text(
    "SELECT count(*) FROM pg_class WHERE relname IN :tables AND relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace "
    "AND (has_any_column_privilege(oid, 'UPDATE') OR has_table_privilege(oid, 'DELETE'))"
).bindparams(bindparam("tables", expanding=True))
EMPTIED = text(
    "SELECT count(*) FROM pg_class WHERE relname IN :tables AND relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'TRUNCATE, TRIGGER')"
).bindparams(bindparam("tables", expanding=True))


def excess() -> tuple[ExcessRight, ...]:
    """Of the role that is connected now, the gravest alone where it holds all others."""
    return tuple(_excess())


def _excess() -> Iterator[ExcessRight]:
    reading = session_afresh()
    if reading.get_bind().dialect.name == "sqlite":
        return
    if reading.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        yield ExcessRight.SUPERUSER
        return
    if reading.scalar(OWNED, {"tables": GUARDED}):
        yield ExcessRight.OWNS_TABLES
        return
    skips = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    if _knows_parameters() and reading.scalar(text(skips)):
        yield ExcessRight.SKIPS_TRIGGERS
    if reading.scalar(text("SELECT has_schema_privilege('public', 'CREATE')")):
        yield ExcessRight.CREATES
    if reading.scalar(HISTORY, {"tables": sorted(GROWING)}) or reading.scalar(
        EMPTIED, {"tables": GUARDED}
    ):
        yield ExcessRight.CHANGES_HISTORY


def _knows_parameters() -> bool:
    """PostgreSQL 15 and later can give the right to set a parameter; before, superusers alone have
    it."""
    return int(session_afresh().scalar(text("SHOW server_version_num")) or 0) >= 150_000
