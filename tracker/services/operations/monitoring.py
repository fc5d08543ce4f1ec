"""How the installation does now, for the metrics and for the page of the operator."""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from tracker.queries.operations.totals import Totals, totals
from tracker.rules.notifications.notices import MailStatus
from tracker.storage.backup_folder import newest_at


@dataclass(frozen=True, slots=True)
class InstallationState:
    """`backup_at`: of the newest in the usual folder. `free_bytes` of the disk with the data."""

    totals: Totals
    backup_at: dt.datetime | None
    free_bytes: int

    @property
    def mails_waiting(self) -> int:
        return self.totals.mails[MailStatus.WAITING]


def state(data: Path, backups: Path) -> InstallationState:
    """Raises OperationalError where the database does not answer."""
    return InstallationState(totals(), newest_at(backups), free_bytes(data))


def free_bytes(data: Path) -> int:
    return shutil.disk_usage(data).free
