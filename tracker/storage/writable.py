"""Whether something could be written, without writing it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


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
        return error.sqlite_errorcode in BUSY
    return True


def takes_files(folder: Path) -> bool:
    """Whether files can be put into it, or it can be made."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
