"""The folder that backups are written to."""

import datetime as dt
from contextlib import suppress
from pathlib import Path


def newest_at(folder: Path) -> dt.datetime | None:
    """When the newest backup in it was finished; None where there is none. What was made before an
    update or a restore counts as well.

    Raises OSError: the folder cannot be read.
    """
    times = []
    for path in folder.glob("*.tar"):
        with suppress(FileNotFoundError):
            times.append(path.stat().st_mtime)
    return dt.datetime.fromtimestamp(max(times), dt.UTC) if times else None
