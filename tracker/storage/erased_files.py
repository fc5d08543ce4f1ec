"""Removing the files of what was erased. The erasure leaves a row for each file (FileRemoval), so
that a crash after it only delays the removal."""

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db import empty_log, session_afresh, transaction
from tracker.models import FileRemoval, StoredFile
from tracker.rules.errors import Unreachable
from tracker.rules.evidence.places import FilePlace
from tracker.storage import files

LOG = structlog.get_logger("tracker.files")
LOCK = 4_702_111_831
"""The advisory lock on PostgreSQL under which a row comes to name a file, or a file is removed.
SQLite has one writer at a time."""


def lock(tx: Session) -> None:
    """From here to the commit no file is removed that a new row names."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(LOCK)))


def finish(place: FilePlace) -> int:
    """Remove the files of erasures, and what the log of the database still holds of them. Returns
    how many files went. Doing it again is harmless."""
    count = 0
    with transaction() as tx:
        lock(tx)
        for removal in tx.scalars(select(FileRemoval)).all():
            named = select(StoredFile.id).where(StoredFile.sha256 == removal.sha256).limit(1)
            if tx.scalar(named) is None:
                count += files.remove(place, removal.sha256)
            tx.delete(removal)
    empty_log()
    return count


def finish_or_leave(place: FilePlace) -> None:
    """The same after an erasure, which stands in any case: where the store is away, the daily work
    removes them."""
    try:
        finish(place)
    except Unreachable as error:
        session_afresh()
        LOG.warning("erased_files_left", error=error.code)
