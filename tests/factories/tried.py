"""What an installation has tried out: a test message that arrived, a backup that was brought
back."""

import datetime as dt
import os
from pathlib import Path

from tests.factories.world import World
from tracker.db import own_engine, transaction
from tracker.models import BackupTest, MailTest
from tracker.operations.backups.rules import DatabaseContents, Manifest
from tracker.rules.core.mail import MailOutcome
from tracker.rules.core.tokens import token_hash
from tracker.storage import archives


def mail_tried(
    world: World, person: str = "adam", outcome: MailOutcome = MailOutcome.ARRIVED, **more: str
) -> None:
    """The code is ABC234."""
    arrived_at = world.now if outcome is MailOutcome.ARRIVED else None
    with transaction() as tx:
        tx.add(
            MailTest(
                library_id=world.libraries["city"],
                person_id=world.people[person],
                outcome=outcome.value,
                code_hash=token_hash("ABC234"),
                sent_at=world.now,
                arrived_at=arrived_at,
                **more,
            )
        )


def backup_tried(now: dt.datetime, findings: str = "") -> None:
    with transaction() as tx:
        tx.add(
            BackupTest(
                file="tracker.tar",
                size=5_000_000_000,
                made_at=now,
                tested_at=now,
                findings=findings,
            )
        )


def kept_backup(
    folder: Path, name: str, at: dt.datetime, *, findings: str = "", is_tested: bool = True
) -> Path:
    """In a folder: opened like any other, and holding no database."""
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
