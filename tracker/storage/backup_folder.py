"""The folder that backups are written to."""

import datetime as dt
from contextlib import suppress
from pathlib import Path

from tracker.rules.operations.backups import FAULTY, BackupFile


def newest_first(folder: Path) -> list[BackupFile]:
    """Those in it, also what was made before an update or a restore, and the copy with faults.

    Raises OSError: the folder cannot be read.
    """
    found = []
    for path in [*folder.glob("*.tar"), *folder.glob(f"*{FAULTY}")]:
        with suppress(FileNotFoundError):
            about = path.stat()
            at = dt.datetime.fromtimestamp(about.st_mtime, dt.UTC)
            found.append(BackupFile(path, about.st_size, at))
    return sorted(found, key=lambda file: (file.written_at, file.path.name), reverse=True)
