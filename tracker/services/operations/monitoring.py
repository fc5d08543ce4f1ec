"""How the installation does now, for the metrics and for the page of the operator."""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from tracker.queries.operations import restore_tests
from tracker.queries.operations.restore_tests import KnownBackup
from tracker.queries.operations.totals import Totals, totals
from tracker.rules.notifications.notices import MailStatus
from tracker.rules.operations.backups import BackupState
from tracker.storage import backup_folder


@dataclass(frozen=True, slots=True)
class InstallationState:
    """`backup`: the newest in the usual folder, with what its test found. `good_backup_at`: when
    the newest one was made that passed. `free_bytes` of the disk with the data."""

    totals: Totals
    backup: KnownBackup | None
    good_backup_at: dt.datetime | None
    free_bytes: int

    @property
    def mails_waiting(self) -> int:
        return self.totals.mails[MailStatus.WAITING]


def state(data: Path, backups: Path) -> InstallationState:
    """Raises OperationalError where the database does not answer."""
    known = restore_tests.of(backup_folder.newest_first(backups))
    good = (each.file.written_at for each in known if each.state is BackupState.PASSED)
    return InstallationState(totals(), next(iter(known), None), next(good, None), free_bytes(data))


def free_bytes(data: Path) -> int:
    return shutil.disk_usage(data).free
