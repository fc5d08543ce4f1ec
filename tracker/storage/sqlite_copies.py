"""Copies of an SQLite database while it is in use: by the backup interface, in small steps within
one transaction, so a copy is of one moment.

A plain copy of the file is not: what is written meanwhile leaves sums in it that never were
(docs/running.md).
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, Update

from tracker.engines import copy_to_read, copy_to_write
from tracker.storage.workplaces import STEP, settle

T = TypeVar("T")
WAIT = 15
"""How many seconds a copy waits for who is writing."""


def take(engine: Engine, target: Path, look: Callable[[Connection], T]) -> T:
    """Write a copy to `target`; returns what `look` sees in it."""
    target.touch(mode=0o600)
    with closing(_open(str(engine.url.database))) as source, closing(_open(str(target))) as copy:
        source.execute("BEGIN")
        (size,) = source.execute("PRAGMA page_size").fetchone()
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it reads
        with target.open("rb") as file:
            settled = partial(settle, file.fileno())
            source.backup(copy, pages=STEP // size, progress=lambda *_left: settled())
    with opened(target, engine) as copied, copied.connect() as connection:
        return look(connection)


@contextmanager
def opened(copy: Path, _engine: Engine) -> Iterator[Engine]:
    """An engine to look through a copy."""
    other = copy_to_read(copy)
    try:
        yield other
    finally:
        other.dispose()


def put_back(copy: Path, engine: Engine, closing_doors: Sequence[Update]) -> None:
    """Put the copy in the place of the database, all at once and with its doors closed: whoever is
    connected sees the one or the other."""
    with copy_to_write(copy) as other:
        for closing_door in closing_doors:
            other.execute(closing_door)
    with closing(_open(str(copy))) as source, closing(_open(str(engine.url.database))) as target:
        source.backup(target)


def _open(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=WAIT)
