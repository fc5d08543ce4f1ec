"""The engine set-up, and that only a transaction can write."""

import datetime as dt
import gc
import multiprocessing
import sqlite3
import weakref
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, create_engine, event, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.db import (
    UTCDateTime,
    all_or_nothing,
    apart_from_work,
    ask_made,
    db,
    empty_log,
    piggyback,
    session,
    transaction,
)
from tracker.engines import KEPT_COMPILED, PRAGMAS, listen
from tracker.models import Library, Person


def test_pragmas_on_a_live_connection(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an app of its own: the one that tests share does not wait for the disk."""
    if engine_name != "sqlite":
        pytest.skip("PRAGMAs are SQLite's")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    app = create_app(TestConfig(f"sqlite:///{tmp_path / 'own.sqlite3'}", tmp_path))
    with app.app_context():
        with db.engine.connect() as connection:
            asked = {name: connection.exec_driver_sql(f"PRAGMA {name}") for name in PRAGMAS}
            live = {name: found.scalar_one() for name, found in asked.items()}
        db.engine.dispose()
    assert live == PRAGMAS


def test_a_connection_to_sqlite_keeps_what_the_pages_ask(tmp_path: Path) -> None:
    engine, named = create_engine(f"sqlite:///{tmp_path / 'own.sqlite3'}"), dict[str, Any]()
    listen(engine)
    event.listen(engine, "do_connect", lambda *of: named.update(of[3]))
    engine.connect().close()
    engine.dispose()
    assert named["cached_statements"] == KEPT_COMPILED > 330


def test_the_log_is_emptied_unless_somebody_reads(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads at that moment keeps it, and is not disturbed; the next time it goes."""
    if engine_name != "sqlite":
        pytest.skip("the log is SQLite's")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("tracker.db.LOG_TIMEOUT_MS", 50)
    monkeypatch.setattr("tracker.db._must_be_of_this_version", lambda _writing: None)
    path = tmp_path / "own.sqlite3"
    log = path.with_name("own.sqlite3-wal")
    app = create_app(TestConfig(f"sqlite:///{path}", tmp_path))
    with app.app_context():
        with transaction() as tx:
            tx.execute(text("CREATE TABLE notes (said TEXT)"))
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM notes").fetchall()
            with transaction() as tx:
                tx.execute(text("INSERT INTO notes VALUES ('a patron')"))
            empty_log()
            assert b"a patron" in log.read_bytes()
            assert reader.execute("SELECT * FROM notes").fetchall() == []
        empty_log()
        assert log.read_bytes() == b""
        db.engine.dispose()


def test_a_write_outside_a_transaction_fails(app: Flask, world: World) -> None:
    with app.app_context():
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            db.session.execute(text("UPDATE people SET name = 'x'"))
        db.session.rollback()
        assert (
            db.session.scalar(select(Person.name).where(Person.id == world.people["ana"])) == "Ana"
        )


def test_a_connection_is_told_where_it_changes_whether_it_may_write(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no more often: to be told makes SQLite forget what it compiled."""
    if engine_name != "sqlite":
        pytest.skip("PRAGMAs are SQLite's")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    app = create_app(TestConfig(f"sqlite:///{tmp_path / 'own.sqlite3'}", tmp_path))
    sent: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *of: sent.append(of[2]))
        for write in (False, False, True, True, False):
            with db.engine.execution_options(tracker_write=write).connect() as connection:
                connection.execute(text("SELECT 1"))
        db.engine.dispose()
    told = [int(query[-1]) for query in sent if query.startswith("PRAGMA query_only")]
    assert told == [1, 0, 1]


@pytest.mark.parametrize(
    ("write", "name", "value"),
    [(False, "transaction_read_only", "on"), (True, "lock_timeout", "4s")],
)
def test_postgresql_is_told_for_the_transaction_alone(
    app: Flask, engine_name: str, *, write: bool, name: str, value: str
) -> None:
    """How long a write waits, that nothing else writes, and to make no machine code of statements,
    as its server does of long ones by itself. A pooler lends the session to others afterwards."""
    if engine_name != "postgresql":
        pytest.skip("SQLite is told by PRAGMAs")
    with app.app_context(), db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("RESET ALL")
        raw.execute("SET jit = on")
        raw.commit()

        def shown() -> dict[str, str]:
            return {each: raw.execute(f"SHOW {each}").fetchone()[0] for each in ("jit", name)}

        before = shown()
        raw.rollback()
        with connection.execution_options(tracker_write=write).begin():
            assert shown() == {"jit": "off", name: value} != before
        assert shown() == before
        raw.execute("RESET jit")
        raw.commit()


def _zero(tx: Session) -> int:
    """Write a row, then be the cause of a failure."""
    tx.add(Library(name="Half", created_at=dt.datetime.now(dt.UTC)))
    tx.flush()
    return 0


def test_a_failed_block_keeps_nothing(app: Flask, world: World) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction() as tx:
            tx.add(Library(name="Half", created_at=world.now, review_days=1 // _zero(tx)))
        assert db.session.scalar(select(Library.id).where(Library.name == "Half")) is None


def test_transactions_do_not_nest(app: Flask) -> None:
    with app.app_context(), transaction() as tx:
        assert session() is tx
        with pytest.raises(RuntimeError, match="open already"), transaction():
            pass


def _found(name: str) -> None:
    with transaction() as tx:
        tx.add(Library(name=name, created_at=dt.datetime.now(dt.UTC)))


def _found_twice(name: str) -> None:
    _found(name)
    _found(name)


def _names() -> set[str]:
    return set(session().scalars(select(Library.name)))


def test_all_or_nothing_keeps_all(app: Flask) -> None:
    with app.app_context():
        with all_or_nothing():
            _found("One")
            assert _names() == {"One"}
            _found("Two")
        assert _names() == {"One", "Two"}


def test_all_or_nothing_keeps_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(DBAPIError), all_or_nothing():
            _found_twice("One")
        assert _names() == set()


def test_a_use_case_that_fails_within_leaves_the_others(app: Flask) -> None:
    with app.app_context():
        with all_or_nothing():
            _found("One")
            with pytest.raises(DBAPIError):
                _found("One")
            _found("Two")
        assert _names() == {"One", "Two"}


def test_a_rider_is_kept_with_the_first_work_that_is(app: Flask) -> None:
    def write(tx: Session) -> None:
        tx.add(Library(name="Rider", created_at=dt.datetime.now(dt.UTC)))
        tx.flush()

    with app.app_context():
        with piggyback(write) as rider:
            with pytest.raises(DBAPIError):
                _found("Rider")
            assert (_names(), rider.arrived) == (set(), False)
            _found("One")
            assert (_names(), rider.arrived) == ({"One", "Rider"}, True)
            _found("Two")
        _found("Three")
        assert _names() == {"One", "Two", "Three", "Rider"}


def test_what_is_apart_from_the_work_carries_no_rider(app: Flask) -> None:
    """A count of a limit is no proof that the work of a form was done."""
    with app.app_context(), piggyback(lambda tx: None) as rider:
        with apart_from_work():
            _found("Counted")
        assert not rider.arrived
        _found("Work")
        assert rider.arrived


def test_what_is_made_once_is_put_into_sql_once(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With other values each time, and several in one place."""
    made = select(Person.name).where(Person.id.in_(bindparam("ids", expanding=True)))
    put: list[object] = []
    put_into_sql = type(made)._compiler
    monkeypatch.setattr(
        type(made), "_compiler", lambda *of, **how: (put.append(of), put_into_sql(*of, **how))[1]
    )
    ana, ben = world.people["ana"], world.people["ben"]
    with app.app_context():
        asked = [ask_made(made, {"ids": ids}).scalars().all() for ids in ([ana], [ben], [ana, ben])]
    assert [*map(set, asked)] == [{"Ana"}, {"Ben"}, {"Ana", "Ben"}]
    assert len(put) == 1


def test_what_is_made_anew_each_day_goes_with_its_sql(app: Flask) -> None:
    """Else a server that runs for a month holds half a gigabyte. And what is made from another
    statement is not taken for that."""
    made = select(literal(1))
    with app.app_context():
        assert ask_made(made, {}).scalar_one() == 1
        assert ask_made(made.with_only_columns(literal(2)), {}).scalar_one() == 2
        db.session.rollback()
    gone = weakref.ref(made)
    del made
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    "kept",
    ["2026-03-02 09:30:00.000000", "2026-03-02 10:30:00+01:00", "2026-03-02 09:30:00"],
    ids=["as we keep it", "with a zone", "without a fraction"],
)
def test_a_moment_is_read_however_somebody_wrote_it_into_the_file(
    app: Flask, world: World, engine_name: str, kept: str
) -> None:
    if engine_name != "sqlite":
        pytest.skip("a moment is no text there")
    with app.app_context():
        read = text("SELECT :kept AS at").columns(at=UTCDateTime)
        assert session().scalar(read, {"kept": kept}) == dt.datetime(
            2026, 3, 2, 9, 30, tzinfo=dt.UTC
        )


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UTCDateTime().process_bind_param(dt.datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


EACH = 50
WRITERS = 8


def _count_up(url: str, write: bool) -> None:
    engine = create_engine(url)
    if write:
        listen(engine)
        engine = engine.execution_options(tracker_write=True)
    for _ in range(EACH):
        with Session(engine) as tx:
            value = tx.execute(text("SELECT value FROM counter")).scalar_one()
            tx.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})
            tx.commit()
    engine.dispose()


@pytest.mark.in_ci
def test_eight_processes_lose_no_update(tmp_path: Path) -> None:
    """Read, add one, write, from 8 processes on one SQLite file."""
    url = f"sqlite:///{tmp_path / 'counter.sqlite3'}"
    engine = create_engine(url)
    listen(engine)
    writing = engine.execution_options(tracker_write=True)
    with writing.begin() as connection:
        connection.execute(text("CREATE TABLE counter (value INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    # Processes that have opened nothing, begun from one that has imported all.
    clean = multiprocessing.get_context("forkserver")
    clean.set_forkserver_preload([__name__])
    processes = [clean.Process(target=_count_up, args=(url, True)) for _ in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * WRITERS
    with engine.connect() as connection:
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == EACH * WRITERS
    engine.dispose()
