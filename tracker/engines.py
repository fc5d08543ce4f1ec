"""How a connection is set up on each engine: what it may do, and how long it waits for another
write. Databases that are not the application's own; and statements that are put into SQL once."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    CompoundSelect,
    Connection,
    Dialect,
    Engine,
    Insert,
    Select,
    Update,
    create_engine,
    event,
)

Made = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update
"""A statement that is made once and asked many times."""

BUSY_TIMEOUT_MS = 4_000
"""How long a write waits for another one, on both engines. On SQLite all writes of a request wait
no longer than this together, so everybody has an answer within 5 seconds. Connecting to PostgreSQL
takes no longer either."""
LEAST_TIMEOUT_MS = 50
"""What a write waits, also where the others of its request have waited long enough."""
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
}
"""What a live SQLite connection must answer."""
KEPT_COMPILED = 512
"""Statements that a connection to SQLite keeps. The pages ask some 330; of 128, which Python keeps
by itself, an eighth of their time went into compiling them again."""
PATIENCE = "busy_timeout"
"""Where a connection to SQLite keeps how long it waits now."""
QUERY_ONLY = "query_only"
"""Where it keeps whether it refuses to write now. SQLite compiles every statement again once this
is set, to whatever: it is set only where it changes."""
SET_UP_POSTGRESQL = (
    "SELECT set_config('jit', 'off', true), set_config('lock_timeout', %s, true), "
    "set_config('plan_cache_mode', %s, true)"
)
"""Statements here touch little data but are long: PostgreSQL took 1.7 s to compile one to machine
code, and 2 ms to run it; and ten times as long to plan one of Today as to run it. Who only reads
waits too, while a newer version changes the layout."""
ONLY_READS = ", set_config('transaction_read_only', 'on', true)"
KEPT, ANEW = "force_generic_plan", "force_custom_plan"
PLAN_ANEW = f"SELECT set_config('plan_cache_mode', '{ANEW}', true)"
PREPARED_AFTER, PREPARED_MOST = 5, 200
"""Where plans aren't kept, a statement is prepared once it was asked so often; so many are kept for
a connection."""

keeps_plans: ContextVar[bool] = ContextVar("keeps_plans", default=False)
"""Whether PostgreSQL plans a statement once for a connection, for whoever asks it, or each time for
its values. What is asked of one person has one plan that is good for all; of what is asked of the
people of a library, how many they are decides (docs/decisions/0065-plans-that-are-kept.md)."""
_patience: ContextVar[int] = ContextVar("patience", default=BUSY_TIMEOUT_MS)
_left: ContextVar[float] = ContextVar("left_of_all_waits", default=math.inf)


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """What the block writes waits no longer than that for another write, and fails then."""
    token = _patience.set(milliseconds)
    try:
        yield
    finally:
        _patience.reset(token)


@contextmanager
def waiting_in_all_at_most(milliseconds: int) -> Iterator[None]:
    """What the writes of the block wait to begin on SQLite, one after another, is counted together:
    each waits no longer than what is left, or LEAST_TIMEOUT_MS."""
    token = _left.set(milliseconds)
    try:
        yield
    finally:
        _left.reset(token)


def patience_left() -> float:
    """How many milliseconds a write may wait now."""
    return min(_patience.get(), max(_left.get(), LEAST_TIMEOUT_MS))


@contextmanager
def counted_wait() -> Iterator[None]:
    begun = time.monotonic()
    try:
        yield
    finally:
        _left.set(_left.get() - (time.monotonic() - begun) * 1000)


def _on_connecting_sqlite(
    _dialect: Dialect, _record: object, _arguments: object, named: dict[str, Any]
) -> None:
    named["cached_statements"] = KEPT_COMPILED


def _on_connect_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _on_begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("tracker_write", False)
    for name, value in ((QUERY_ONLY, int(not write)), (PATIENCE, _patience.get())):
        if connection.info.get(name) != value:
            connection.exec_driver_sql(f"PRAGMA {name} = {value}")
            connection.info[name] = value
    with counted_wait():
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _on_connecting_postgresql(
    _dialect: Dialect, _record: object, _arguments: object, named: dict[str, Any]
) -> None:
    named.setdefault("connect_timeout", BUSY_TIMEOUT_MS // 1000)


def _on_connect_postgresql(connection: Any, _record: object) -> None:
    connection.prepared_max = PREPARED_MOST


def _on_begin_postgresql(connection: Connection) -> None:
    """For this transaction alone: a pooler lends the session to others."""
    write = connection.get_execution_options().get("tracker_write", False)
    driver: Any = connection.connection.driver_connection
    driver.prepare_threshold = 0 if keeps_plans.get() else PREPARED_AFTER
    mode = KEPT if keeps_plans.get() else "auto" if write else ANEW
    set_up = SET_UP_POSTGRESQL if write else SET_UP_POSTGRESQL + ONLY_READS
    connection.exec_driver_sql(set_up, (str(_patience.get()), mode))


def _on_rollback_postgresql(connection: Connection) -> None:
    """What only read ends by COMMIT, so that nothing is left to roll back: after a ROLLBACK psycopg
    drops what it prepared."""
    if connection.get_execution_options().get("tracker_write", False) or connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INTRANS":
        connection.exec_driver_sql("COMMIT")


@contextmanager
def planning_anew() -> Iterator[None]:
    """Until the block says otherwise, which ends with it."""
    token = keeps_plans.set(False)
    try:
        yield
    finally:
        keeps_plans.reset(token)


def plan_anew(connection: Connection) -> None:
    """From now on in this transaction, where plans were kept so far."""
    driver: Any = connection.connection.driver_connection
    driver.prepare_threshold = PREPARED_AFTER
    connection.exec_driver_sql(PLAN_ANEW)


def listen(engine: Engine) -> None:
    """Set the engine up: once for each engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _on_connecting_sqlite)
        event.listen(engine, "connect", _on_connect_sqlite)
        event.listen(engine, "begin", _on_begin_sqlite)
    else:
        event.listen(engine, "do_connect", _on_connecting_postgresql)
        event.listen(engine, "connect", _on_connect_postgresql)
        event.listen(engine, "begin", _on_begin_postgresql)
        event.listen(engine, "rollback", _on_rollback_postgresql)


def _engine(url: URL, **options: Any) -> Engine:
    """Errors of no engine name the values that were written."""
    return create_engine(url, hide_parameters=True, **options)


def copy_to_read(path: Path) -> Engine:
    """An SQLite file that is looked through and never written, whatever it holds. The caller
    disposes of the engine."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return _engine(URL.create("sqlite", database=path.resolve().as_uri(), query=query))


@contextmanager
def copy_to_write(path: Path) -> Iterator[Connection]:
    """An SQLite file that is the caller's alone: what the block writes is kept together."""
    engine = _engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def other_database(url: URL) -> Engine:
    """A PostgreSQL database that is not the application's own, to read from. The caller disposes of
    the engine."""
    engine = _engine(url)
    listen(engine)
    return engine


@contextmanager
def without_transactions(url: URL) -> Iterator[Engine]:
    """For what a PostgreSQL server does outside of transactions: making a database, and dropping
    it."""
    engine = _engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


class _InSql(dict[Any, Any]):
    """What one statement is in SQL, by dialect, which is the first part of the key by which
    SQLAlchemy looks for it. The others say all of the statement: to work out where that is in a
    dictionary takes longer than most queries."""

    def __init__(self, made: Made) -> None:
        super().__init__()
        self.made = made

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[0], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[0], compiled)


def in_sql(made: Made) -> _InSql:
    """Kept in the statement, so that both go together: some are made anew each day, and in SQL each
    takes a megabyte. A statement made from another one has a copy of what that keeps."""
    kept: _InSql | None = vars(made).get("in_sql")
    if kept is None or kept.made is not made:
        kept = vars(made)["in_sql"] = _InSql(made)
    return kept
