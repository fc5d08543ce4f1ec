"""The typed Base, and the one place that commits.

Outside `transaction()` every database transaction is read-only on both engines, so a stray write
fails by itself. Inside it SQLite takes the write lock at once (BEGIN IMMEDIATE): read-then-write
loses no update. Writers wait in line.
"""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, Enum, MetaData, String
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from tracker.engines import (
    PATIENCE,
    Made,
    counted_wait,
    in_sql,
    keeps_plans,
    patience_left,
    plan_anew,
    waiting_at_most,
)
from tracker.locks import turn_at

T = TypeVar("T")
LOG = structlog.get_logger("tracker.db")

GIVEN_UP = ("40P01", "40001")
"""SQLSTATE of a transaction that PostgreSQL ended so that another could go on: the two waited for
each other, or could not follow one another."""
TRIED_AGAIN_AFTER = 0.05
"""Seconds. The other one is woken meanwhile and goes first: at once, the two could meet again."""
WHICH_LAYOUT = "SELECT version_num FROM alembic_version"
"""The first statement of every transaction that writes. A setup holds this table on PostgreSQL, and
the turn to write on SQLite: who waited for it sees what it made of the database."""
LOG_TIMEOUT_MS = 2_000
"""How long to wait for readers before the log is left as it is."""


class AnotherLayout(Exception):  # noqa: N818  (what SQLAlchemy wraps, as an engine's own)
    """Another version of the program brought the database to a layout that this one doesn't know
    while it ran."""

    sqlstate = "TL001"


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware moment in UTC. Refuses a naive one: SQLite would drop the zone in silence."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], dt.datetime | None]:
        """In one step, and nothing for no moment: a person's sheet has hundreds of both."""
        if dialect.name == "sqlite":
            return _moment
        return lambda value: value and value.astimezone(dt.UTC)


@lru_cache(maxsize=10_000)
def _moment(value: str | None) -> dt.datetime | None:
    """As SQLite keeps it; or somebody who wrote into the file, with a zone or without. What came in
    one act has one moment, so most of a sheet's are worked out once."""
    if value is None:
        return None
    if len(value) == len("2026-03-02 09:30:00.000000"):
        return dt.datetime.fromisoformat(f"{value}+00:00")
    at = dt.datetime.fromisoformat(value)
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        dt.datetime: UTCDateTime(),
        str: String(),
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=40,
            create_constraint=False,
            values_callable=lambda words: [word.value for word in words],
        ),
    }


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
_open: ContextVar[Session | None] = ContextVar("open_transaction", default=None)
_whole: ContextVar[Session | None] = ContextVar("all_or_nothing", default=None)


@dataclass
class PiggybackWrite:
    """What is written with the work of somebody else: after it, which has locked what it changes by
    then, in its transaction, and kept only if it is.

    An error of `write` ends that transaction. `arrived` once it was kept.
    """

    write: Callable[[Session], None]
    arrived: bool = False


_piggyback: ContextVar[PiggybackWrite | None] = ContextVar("piggyback", default=None)
_kept: ContextVar[int] = ContextVar("kept", default=0)
"""How many transactions were kept so far, but for those apart from the work."""


@contextmanager
def piggyback(write: Callable[[Session], None]) -> Iterator[PiggybackWrite]:
    """Let `write` ride with the first transaction of the block that is kept; those after it go
    without."""
    piggybacked = PiggybackWrite(write)
    token = _piggyback.set(piggybacked)
    try:
        yield piggybacked
    finally:
        _piggyback.reset(token)


@contextmanager
def apart_from_work() -> Iterator[None]:
    """What the block writes is no part of the work that goes on around it: nothing rides with
    it."""
    token, kept = _piggyback.set(None), _kept.set(_kept.get())
    try:
        yield
    finally:
        _piggyback.reset(token)
        _kept.reset(kept)


def tried_once_more(act: Callable[[], T], before_again: Callable[[], None]) -> T:
    """What `act` returns, a whole request: done anew, once, where `may_be_tried_again` says so."""
    kept_before = _kept.get()
    try:
        return act()
    except DBAPIError as error:
        if not may_be_tried_again(error, kept_before):
            raise
    before_again()
    return act()


def may_be_tried_again(error: DBAPIError, kept_before: int = 0) -> bool:
    """Whether PostgreSQL ended the transaction so that another could go on, and nothing that it
    belongs to was kept: in this process, or since so many transactions were. The other one has had
    its turn then."""
    if getattr(error.orig, "sqlstate", None) not in GIVEN_UP or _kept.get() != kept_before:
        return False
    LOG.warning("tried_once_more", error=type(error.orig).__name__)
    time.sleep(TRIED_AGAIN_AFTER)
    return True


def session() -> Session:
    """The session to read from: the open transaction's, else the request's own, which can only
    read."""
    return _open.get() or _whole.get() or db.session()


def ask_made(made: Made, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that is made once, and always asked with values of the same
    names."""
    options = {"compiled_cache": in_sql(made)}
    return session().connection().execute(made, values, execution_options=options)


def keep_plans(*, kept: bool) -> None:
    """Say it for what this thread asks from now on, until its request is over
    (engines.keeps_plans)."""
    keeps_plans.set(kept)
    reading = db.session()
    if not kept and reading.in_transaction() and db.engine.dialect.name == "postgresql":
        plan_anew(reading.connection())


def session_afresh() -> Session:
    """The request's own session, reading what stands now rather than when it began to read."""
    db.session.rollback()
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case, one transaction: commits at the end of the block, or nothing of it is kept.

    Raises RuntimeError when one is open already: a use case does not call another.
    """
    if _open.get() is not None:
        raise RuntimeError("a transaction is open already")
    whole = _whole.get()
    with _writing() if whole is None else _part_of(whole) as writing:
        token = _open.set(writing)
        try:
            yield writing
        finally:
            _open.reset(token)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Many use cases as one: what they write is kept when the block ends well, and none of it
    otherwise.

    For a command that fills an empty database. Nobody else can write on SQLite meanwhile.
    """
    with _writing() as writing:
        token = _whole.set(writing)
        try:
            yield
        finally:
            _whole.reset(token)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Writers to SQLite wait in line at a lock file beside the database. SQLite itself lets them
    sleep, longer each time, and whoever comes by when the database is free goes first.

    The lock file only makes order. A writer that has waited in vain, or can't make the file, asks
    SQLite all the same. SQLite then waits for the rest of the time and says what is wrong.
    """
    url, patience = db.engine.url, patience_left()
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    until = time.monotonic() + patience / 1000
    with ExitStack() as turn:
        with suppress(OSError), counted_wait():
            turn.callback(os.close, turn_at(Path(f"{url.database}-turn"), until))
        left = until - time.monotonic()
        turn.enter_context(waiting_at_most(max(0, round(left * 1000))))
        yield


@contextmanager
def _writing() -> Iterator[Session]:
    """What is read after it, also after a refusal, stands as it is now."""
    piggybacked = _piggyback.get()
    with _turn_to_write(), Session(db.engine.execution_options(tracker_write=True)) as writing:
        try:
            _must_be_of_this_version(writing)
            yield writing
            if piggybacked is not None and not piggybacked.arrived:
                writing.flush()
                piggybacked.write(writing)
            writing.commit()
        except BaseException:
            writing.rollback()
            raise
        finally:
            db.session.rollback()
    _kept.set(_kept.get() + 1)
    if piggybacked is not None:
        piggybacked.arrived = True


def _must_be_of_this_version(writing: Session) -> None:
    layout = writing.connection().exec_driver_sql(WHICH_LAYOUT).scalar()
    wanted = newest_layout(current_app.config["MIGRATIONS_DIR"])
    if layout != wanted:
        raise OperationalError(WHICH_LAYOUT, {}, AnotherLayout(f"{layout}, not {wanted}"))


@cache
def newest_layout(migrations: Path) -> str:
    """The layout that this version of the program writes into: a migration is called as its file,
    and a later one has a later date. Asked first when the program is made, before it forks: what
    comes into the folder later is another version's."""
    return max(file.stem for file in (migrations / "versions").glob("*.py"))


@contextmanager
def _part_of(whole: Session) -> Iterator[Session]:
    """A use case within a larger block: kept apart by a savepoint, and reading nothing from
    memory."""
    with whole.begin_nested():
        yield whole
    whole.expunge_all()


def empty_log() -> None:
    """Put what SQLite's write-ahead log still holds into the database and cut the log to nothing:
    erased text would stand in it until it is written over.

    Somebody who is reading at that moment can keep it from being cut; the daily commands do it
    again. What PostgreSQL keeps for readers is cleared by its own autovacuum.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOG_TIMEOUT_MS}")
        connection.info[PATIENCE] = LOG_TIMEOUT_MS
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.close()
    finally:
        connection.close()


def own_engine() -> Engine:
    """The application's own database."""
    return db.engine
