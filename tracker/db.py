"""The engine, the typed Base, and the one place that commits.

Outside `transaction()` every database transaction is read-only on both engines, so a stray write
fails by itself. Inside it SQLite takes the write lock at once (BEGIN IMMEDIATE): read-then-write
loses no update.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 15_000
LOG_TIMEOUT_MS = 2_000
"""How long to wait for readers before the log is left as it is."""
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
}
"""What a live SQLite connection must answer."""


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

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


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
    """What is written with the work of somebody else: before it, in its transaction, and kept only
    if it is.

    An error of `write` ends that transaction. `arrived` once it was kept.
    """

    write: Callable[[Session], None]
    arrived: bool = False


_piggyback: ContextVar[PiggybackWrite | None] = ContextVar("piggyback", default=None)


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


def session() -> Session:
    """The session to read from: the open transaction's, else the request's own, which can only
    read."""
    return _open.get() or _whole.get() or db.session()


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
def _writing() -> Iterator[Session]:
    """What is read after it, also after a refusal, stands as it is now."""
    piggybacked = _piggyback.get()
    with Session(db.engine.execution_options(tracker_write=True)) as writing:
        try:
            if piggybacked is not None and not piggybacked.arrived:
                piggybacked.write(writing)
            yield writing
            writing.commit()
        except BaseException:
            writing.rollback()
            raise
        finally:
            db.session.rollback()
    if piggybacked is not None:
        piggybacked.arrived = True


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
        cursor.execute("PRAGMA query_only = OFF")
        cursor.execute(f"PRAGMA busy_timeout = {LOG_TIMEOUT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()
    finally:
        connection.close()


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _on_begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("tracker_write", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _on_begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("tracker_write", False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def listen(engine: Engine) -> None:
    """Set the engine up: once for each engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin_sqlite)
    else:
        event.listen(engine, "begin", _on_begin_postgresql)


def copy_to_read(path: Path) -> Engine:
    """An SQLite file that is looked through and never written, whatever it holds. The caller
    disposes of the engine."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return create_engine(URL.create("sqlite", database=path.resolve().as_uri(), query=query))


def other_database(url: URL) -> Engine:
    """A PostgreSQL database that is not the application's own, to read from. The caller disposes of
    the engine."""
    engine = create_engine(url)
    listen(engine)
    return engine


@contextmanager
def without_transactions(url: URL) -> Iterator[Engine]:
    """For what a PostgreSQL server does outside of transactions: making a database, and dropping
    it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


def own_engine() -> Engine:
    """The application's own database."""
    return db.engine
