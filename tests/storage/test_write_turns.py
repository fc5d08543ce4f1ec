"""Writers to SQLite wait in line, and nothing that becomes of the line loses or stops a write."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

from tests.factories.world import World
from tests.web.hindrances import held
from tracker.db import db, session, transaction
from tracker.engines import LEAST_TIMEOUT_MS, PATIENCE, waiting_at_most, waiting_in_all_at_most
from tracker.locks import lock
from tracker.rules.faults import Fault, fault_of

ROOT = Path(__file__).parent.parent.parent
COUNT = text("SELECT sum(review_days) FROM libraries")
ADD = text("UPDATE libraries SET review_days = review_days + 1 WHERE id = 1")
KILLED = """
import sqlite3, sys, time
from pathlib import Path
from tracker.locks import lock
turn = lock(Path(sys.argv[1]))
writing = sqlite3.connect(sys.argv[2], isolation_level=None)
writing.execute("BEGIN IMMEDIATE")
writing.execute("UPDATE libraries SET review_days = 100")
print("writing", flush=True)
time.sleep(600)
"""


@pytest.fixture
def turn(app: Flask, world: World, engine_name: str) -> Iterator[Path]:
    """The file of the line."""
    if engine_name != "sqlite":
        pytest.skip("on PostgreSQL nobody waits for the whole database")
    with app.app_context():
        yield Path(f"{db.engine.url.database}-turn")
        db.session.remove()


@pytest.fixture
def asked(turn: Path) -> Iterator[list[int]]:
    """How long each write of the test was ready to wait for the database, in ms."""
    found: list[int] = []

    def note(connection: Connection, _cursor: object, query: str, *_rest: object) -> None:
        if query == "BEGIN IMMEDIATE":
            found.append(connection.info[PATIENCE])

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def count() -> int:
    session().rollback()
    return int(session().scalar(COUNT) or 0)


def test_a_killed_writer_gives_its_turn_back(app: Flask, turn: Path) -> None:
    """Killed in the middle, while others wait: what it wrote is gone, and they go on."""

    def add(_number: int) -> None:
        with app.app_context(), transaction() as tx:
            tx.execute(ADD)

    before = count()
    arguments = [sys.executable, "-c", KILLED, str(turn), str(db.engine.url.database)]
    other = subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=ROOT)
    assert other.stdout is not None
    with other.stdout, ThreadPoolExecutor(4) as pool:
        assert other.stdout.readline() == b"writing\n"
        waiting = [pool.submit(add, number) for number in range(4)]
        other.kill()
        other.wait()
        for each in waiting:
            each.result()
    assert count() == before + 4


def test_a_turn_that_nobody_gives_back_stops_nobody(turn: Path) -> None:
    """SQLite is asked in the end, with no time left, and it is free."""
    before, descriptor = count(), lock(turn)
    try:
        with waiting_at_most(20), transaction() as tx:
            assert tx.scalar(text("PRAGMA busy_timeout")) == 0
            tx.execute(ADD)
    finally:
        os.close(descriptor)
    assert count() == before + 1


def test_the_whole_wait_is_one(app: Flask, turn: Path) -> None:
    """Who waited for the turn in vain does not wait for the database once more."""
    descriptor = lock(turn)
    try:
        with (
            held(app),
            waiting_at_most(20),
            pytest.raises(Exception, match="locked") as refused,
            transaction() as tx,
        ):
            tx.execute(ADD)
    finally:
        os.close(descriptor)
    assert fault_of(refused.value) is Fault.BUSY
    with transaction() as tx:
        assert int(tx.scalar(text("PRAGMA busy_timeout")) or 0) > 20


def test_all_that_is_waited_is_one(app: Flask, turn: Path, asked: list[int]) -> None:
    """Whoever waited in vain with one write waits with the next ones for what is left."""
    with held(app), waiting_in_all_at_most(150):
        for _write in range(3):
            with pytest.raises(Exception, match="locked"), transaction() as tx:
                tx.execute(ADD)
    first, *later = asked
    assert first <= 150, "its turn in the line is waited for first, and counted"
    assert len(later) == 2
    assert max(later) <= LEAST_TIMEOUT_MS
    with transaction() as tx:
        assert int(tx.scalar(text("PRAGMA busy_timeout")) or 0) > 150


def test_without_the_file_of_the_line_writing_goes_on(turn: Path) -> None:
    before = count()
    turn.unlink(missing_ok=True)
    turn.mkdir()
    try:
        with transaction() as tx:
            tx.execute(ADD)
    finally:
        turn.rmdir()
    assert count() == before + 1
