"""What the tests of backups found; backups are of the whole installation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tracker.db import session
from tracker.models import BackupTest
from tracker.rules.operations.backups import FAULTY, BackupFile, BackupState


@dataclass(frozen=True, slots=True)
class LastRestoreTest:
    """`findings` are codes with what they are about; none where it passed."""

    file: str
    size: int
    made_at: dt.datetime
    tested_at: dt.datetime
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownBackup:
    """One in the folder, and the last test since it was written. What was written over is another
    one."""

    file: BackupFile
    tested: LastRestoreTest | None

    @property
    def state(self) -> BackupState:
        if self.file.path.suffix == FAULTY or (self.tested is not None and self.tested.findings):
            return BackupState.FAULTY
        return BackupState.UNTESTED if self.tested is None else BackupState.PASSED


QUERY = select(
    BackupTest.file, BackupTest.size, BackupTest.made_at, BackupTest.tested_at, BackupTest.findings
)


def newest() -> LastRestoreTest | None:
    """One query."""
    found = _tests(
        session()
        .execute(QUERY.order_by(BackupTest.tested_at.desc(), BackupTest.id.desc()).limit(1))
        .all()
    )
    return found[0] if found else None


def of(files: Sequence[BackupFile]) -> list[KnownBackup]:
    """In the same order. One query."""
    names = {file.path.name for file in files}
    query = QUERY.where(BackupTest.file.in_(names)).order_by(BackupTest.tested_at, BackupTest.id)
    last = {(test.file, test.size): test for test in _tests(session().execute(query).all())}
    known = []
    for file in files:
        test = last.get((file.path.name, file.size))
        is_of_it = test is not None and test.tested_at >= file.written_at
        known.append(KnownBackup(file, test if is_of_it else None))
    return known


def _tests(rows: Sequence[Any]) -> list[LastRestoreTest]:
    return [
        LastRestoreTest(row.file, row.size, row.made_at, row.tested_at, tuple(row[4].splitlines()))
        for row in rows
    ]
