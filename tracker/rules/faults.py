"""What a fault of the machine is, from what the system, SQLite or PostgreSQL says of it."""

import errno
import sqlite3
from enum import StrEnum

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
STORAGE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
UNREACHABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
OF_POSTGRESQL = {
    "53100": "disk_full",
    "58030": "disk_full",
    "55P03": "busy",
    "40P01": "busy",
    "40001": "busy",
    "XX001": "damaged",
    "TL001": "another_layout",
}
"""SQLSTATE -> fault: disk full, input or output failed, lock not available, two transactions waited
for each other, or could not follow one another, data corrupted; and our own, on both engines, for a
layout that another version made (tracker/db.py)."""


class Fault(StrEnum):
    DISK_FULL = "disk_full"
    """Full, over its quota, or failing: reading goes on, writing does not."""
    BUSY = "busy"
    """Somebody else writes, for longer than one waits."""
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"
    """No server answers, or the file cannot be opened or written."""
    ANOTHER_LAYOUT = "another_layout"
    """Another version of the program brought the database to its own."""


def fault_of(error: BaseException) -> Fault | None:
    """None: a fault of the program, as far as one can tell. `orig` is what SQLAlchemy wraps."""
    error = getattr(error, "orig", None) or error
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return Fault.DISK_FULL if error.errno in FULL else None
    state = getattr(error, "sqlstate", "")
    if state in OF_POSTGRESQL:
        return Fault(OF_POSTGRESQL[state])
    lost = state is None or str(state)[:2] in ("08", "57")
    return Fault.UNREACHABLE if lost else None


def _of_sqlite(code: int) -> Fault | None:
    faults = {
        Fault.DISK_FULL: STORAGE,
        Fault.BUSY: BUSY,
        Fault.DAMAGED: DAMAGED,
        Fault.UNREACHABLE: UNREACHABLE,
    }
    return next((fault for fault, codes in faults.items() if code in codes), None)
