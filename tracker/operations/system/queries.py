"""What is there once for all libraries of an installation, as names, numbers and moments: for its
operators, and for whoever watches it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Row, bindparam, func, inspect, select, text

from tracker.db import session, session_afresh
from tracker.models import DailyWork, Job, Library, OutboxMail, Person
from tracker.models.triggers import GROWING, GUARDED
from tracker.operations.checks import (
    queries as checks_queries,
    queries_chains as checks_queries_chains,
)
from tracker.operations.daily_work import queries as daily_work_queries
from tracker.operations.daily_work.rules import BY_THE_MINUTE
from tracker.policy.permissions import Actor, people_of
from tracker.rules.core.hash_chain import ChainHead
from tracker.rules.core.jobs import OPEN, JobState
from tracker.rules.core.notices import MailStatus

SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}
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


FORBIDDEN = text(
    "SELECT count(*) FROM pg_class WHERE relname = 'alembic_version' AND relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace AND NOT (has_table_privilege(oid, 'SELECT') "
    "AND has_schema_privilege(relnamespace, 'USAGE'))"
)
CONNECTED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def libraries() -> Sequence[Row[str, dt.datetime]]:
    """By name: since when they are there, and nothing of their people."""
    query = select(Library.name, Library.created_at).order_by(Library.name)
    return session().execute(query).all()


def framework_editors(actor: Actor) -> Sequence[Row[str, str]]:
    """Of the actor's own library, by name."""
    query = select(Person.name, Person.email).where(
        Person.framework_editor, people_of(actor.library_id)
    )
    return session().execute(query.order_by(Person.name, Person.id)).all()


@dataclass(frozen=True, slots=True)
class Totals:
    """`mails` and `jobs` by status; of jobs, those that are kept. `daily_parts`: how each part of
    the daily work is doing. `oldest_mail_at`: since when the oldest waits. `audit_head`: None where
    nothing has happened yet."""

    mails: dict[MailStatus, int]
    oldest_mail_at: dt.datetime | None
    jobs: dict[JobState, int]
    oldest_job_at: dt.datetime | None
    daily_parts: list[DailyWork]
    audit_head: ChainHead | None
    database_bytes: int

    @property
    def daily_work_at(self) -> dt.datetime | None:
        """When the last of its parts was last done; None where one never was."""
        done = [state.done_at for state in self.daily_parts if state.part not in BY_THE_MINUTE]
        moments = [at for at in done if at is not None]
        return min(moments) if len(moments) == len(done) else None

    @property
    def daily_failing(self) -> list[DailyWork]:
        return [state for state in self.daily_parts if state.failing_since is not None]


def totals() -> Totals:
    """Seven queries."""
    reading = session()
    counts = select(OutboxMail.status, func.count()).group_by(OutboxMail.status)
    mails = dict(reading.execute(counts).all())
    oldest = select(func.min(OutboxMail.made_at)).where(OutboxMail.status == MailStatus.WAITING)
    states = dict(reading.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    size = SIZES[reading.get_bind().dialect.name]
    return Totals(
        mails={status: mails.get(status, 0) for status in MailStatus},
        oldest_mail_at=reading.scalar(oldest),
        jobs={state: states.get(state, 0) for state in JobState},
        oldest_job_at=reading.scalar(select(func.min(Job.asked_at)).where(Job.state.in_(OPEN))),
        daily_parts=daily_work_queries.states(),
        audit_head=checks_queries_chains.head(),
        database_bytes=reading.scalar(text(size)) or 0,
    )


def revision() -> str | None:
    """The layout that the database says it has; None where nothing was laid out."""
    reading = session_afresh()
    if not inspect(reading.connection()).has_table("alembic_version"):
        return None
    revision_id: str | None = reading.scalar(text("SELECT version_num FROM alembic_version"))
    return revision_id


def is_forbidden() -> bool:
    """Whether it is laid out, and the program's own role of PostgreSQL may not see how."""
    reading = session_afresh()
    return reading.get_bind().dialect.name == "postgresql" and bool(reading.scalar(FORBIDDEN))


def has_guards() -> bool:
    """Whether the triggers that keep history are there: a table that was built anew has none."""
    connection = session_afresh().connection()
    return not [*checks_queries.missing_guards(connection, checks_queries.guards_of(connection))]


def is_standby() -> bool:
    """Of PostgreSQL: whether it can only be read, as a standby or by its own setting."""
    read_only = (
        "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
    )
    return bool(session_afresh().scalar(text(read_only)))


class ExcessRight(StrEnum):
    SUPERUSER = "superuser"
    OWNS_TABLES = "owns_tables"
    SKIPS_TRIGGERS = "skips_triggers"
    CREATES = "creates"
    CHANGES_HISTORY = "changes_history"


def excess_rights() -> tuple[ExcessRight, ...]:
    """What the database lets the program's own role do beyond its work, the gravest alone where it
    holds all others. SQLite knows no roles: whoever can write its file can do anything."""
    return tuple(_excess_rights())


def _excess_rights() -> Iterator[ExcessRight]:
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
