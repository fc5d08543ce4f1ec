"""What a command says when the machine fails it: one sentence, and a status of 1."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from tracker.rules.faults import Fault, fault_of

WHAT = {
    Fault.DISK_FULL: "The disk is full or failing{where}.",
    Fault.BUSY: "The database is busy: somebody else has been writing for too long.",
    Fault.DAMAGED: "The database is damaged, or the file is no database.",
    Fault.UNREACHABLE: "The database cannot be reached or written: {said}.",
}
REMEDIES = {
    Fault.DISK_FULL: "Free some space, then run this again.",
    Fault.BUSY: "Run this again in a while.",
    Fault.DAMAGED: "Move it aside, then restore a backup: tracker restore FILE",
    Fault.UNREACHABLE: "Check TRACKER_DATABASE_URL, server, and folder. Then run this again.",
}
BUCKET_AWAY = (
    "The store of evidence files, {files}, does not answer, refuses the key, or has no such "
    "bucket. Look at TRACKER_FILES_BUCKET and the settings TRACKER_S3_..., and at the store."
)
NOT_LAID_OUT = "The database has no tables, or older ones. Run: tracker setup"


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """End the process with the sentence for a fault of the machine; one of the program is shown
    whole."""
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        said = sentence(error)
        if said is None:
            raise
        sys.exit(said)


def what_failed(error: BaseException) -> str | None:
    """None: not of the machine."""
    fault = fault_of(error)
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    where = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
    if fault is not None:
        return WHAT[fault].format(where=where, said=lines[0].rstrip(".") if lines else "")
    if isinstance(error, OSError):
        return f"{error.strerror or error}{where}."
    if lines and ("no such table" in lines[0] or "does not exist" in lines[0]):
        return NOT_LAID_OUT
    return None


def sentence(error: BaseException) -> str | None:
    """The same with what to do about it."""
    what, fault = what_failed(error), fault_of(error)
    return f"{what} {REMEDIES[fault]}" if fault is not None else what
