"""A backup in a folder, with what its last test found: opened like any other, and holding no
database."""

import datetime as dt
import os
from pathlib import Path

from tracker.db import own_engine, transaction
from tracker.models import BackupTest
from tracker.rules.operations.backups import DatabaseContents, Manifest
from tracker.storage import archives


def kept_backup(
    folder: Path, name: str, at: dt.datetime, *, findings: str = "", is_tested: bool = True
) -> Path:
    folder.mkdir(exist_ok=True)
    target, database, kind = folder / name, folder / "none", own_engine().dialect.name
    database.write_bytes(b"none")
    manifest = Manifest(at, kind, "", 4, DatabaseContents("", {}, {}), (), ())
    archives.write(target, folder, database, kind, folder, [], lambda _missing: manifest)
    database.unlink()
    os.utime(target, (at.timestamp(),) * 2)
    if is_tested:
        size, tested_at = target.stat().st_size, at + dt.timedelta(hours=1)
        with transaction() as tx:
            tx.add(
                BackupTest(file=name, size=size, made_at=at, tested_at=tested_at, findings=findings)
            )
    return target
