"""Faults of the machine are told from those of the program."""

import errno
import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from tracker.rules.faults import Fault, fault_of


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), Fault.DISK_FULL),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), Fault.DISK_FULL),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Fault.BUSY),
        (of_sqlite(sqlite3.SQLITE_NOTADB), Fault.DAMAGED),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), Fault.UNREACHABLE),
        (of_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE), None),
        (sqlite3.OperationalError("no code"), None),
        (psycopg.errors.DiskFull(), Fault.DISK_FULL),
        (psycopg.errors.LockNotAvailable(), Fault.BUSY),
        (psycopg.errors.AdminShutdown(), Fault.UNREACHABLE),
        (psycopg.OperationalError("connection refused"), Fault.UNREACHABLE),
        (psycopg.errors.UniqueViolation(), None),
        (OSError(errno.ENOSPC, "No space left on device"), Fault.DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Fault.DISK_FULL),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (ValueError("of ours"), None),
    ],
    ids=str,
)
def test_a_fault_is_told_also_when_it_is_wrapped(error: Exception, fault: Fault | None) -> None:
    assert fault_of(error) is fault
    assert fault_of(DBAPIError("INSERT", {}, error)) is fault


def test_the_disk_itself_is_heard(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What SQLite really says, of a file that may not grow and of one that is no database."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "none").write_bytes(b"not a database" * 100)
    with (
        closing(sqlite3.connect(folder / "none")) as none,
        pytest.raises(sqlite3.DatabaseError) as caught,
    ):
        none.execute("SELECT * FROM sqlite_master")
    assert fault_of(caught.value) is Fault.DAMAGED
    with closing(sqlite3.connect(folder / "small")) as small:
        small.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            small.executescript("CREATE TABLE a (b); CREATE TABLE c (d)")
    assert fault_of(full.value) is Fault.DISK_FULL
