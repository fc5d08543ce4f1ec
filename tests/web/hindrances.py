"""What keeps an installation from writing: somebody who holds the database, and a full disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from tracker.db import db


@contextmanager
def held(app: Flask) -> Iterator[None]:
    """Somebody else writes for as long as the block lasts."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            tables = "looks, sign_ins, notices, audit_events, submissions, ratings"
            connection.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
            yield
    finally:
        engine.dispose()


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """Every write finds the disk full."""

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError(statement, {}, error)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
