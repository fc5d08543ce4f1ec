"""What the tests of backups found, as codes with what they are about, none where it passed; backups
are of the whole installation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import BackupTest
from tracker.operations.backups.rules import FAULTY, BackupFile, BackupState


@dataclass(frozen=True, slots=True)
class KnownBackup:
    """One in the folder, and the last test since it was written. What was written over is another
    one."""

    file: BackupFile
    tested: BackupTest | None

    @property
    def state(self) -> BackupState:
        if self.file.path.suffix == FAULTY or (self.tested is not None and self.tested.findings):
            return BackupState.FAULTY
        return BackupState.UNTESTED if self.tested is None else BackupState.PASSED


def newest() -> BackupTest | None:
    """One query."""
    query = select(BackupTest).order_by(BackupTest.tested_at.desc(), BackupTest.id.desc())
    return session().scalar(query.limit(1))


def of(files: Sequence[BackupFile]) -> list[KnownBackup]:
    """In the same order. One query."""
    query = (
        select(BackupTest)
        .where(BackupTest.file.in_({file.path.name for file in files}))
        .order_by(BackupTest.tested_at, BackupTest.id)
    )
    last = {(test.file, test.size): test for test in session().scalars(query)}
    known = []
    for file in files:
        test = last.get((file.path.name, file.size))
        is_of_it = test is not None and test.tested_at >= file.written_at
        known.append(KnownBackup(file, test if is_of_it else None))
    return known
