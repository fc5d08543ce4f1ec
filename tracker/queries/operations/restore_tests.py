"""When a backup was last tried out; backups are of the whole installation."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import BackupTest


@dataclass(frozen=True, slots=True)
class LastRestoreTest:
    """`findings` are codes with what they are about; none where it passed."""

    file: str
    size: int
    made_at: dt.datetime
    tested_at: dt.datetime
    findings: tuple[str, ...]


def newest() -> LastRestoreTest | None:
    """One query."""
    query = (
        select(
            BackupTest.file,
            BackupTest.size,
            BackupTest.made_at,
            BackupTest.tested_at,
            BackupTest.findings,
        )
        .order_by(BackupTest.tested_at.desc(), BackupTest.id.desc())
        .limit(1)
    )
    row = session().execute(query).one_or_none()
    return None if row is None else LastRestoreTest(*row[:4], tuple(row.findings.splitlines()))
