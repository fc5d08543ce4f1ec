"""What an installation has tried out: a test message that arrived, a backup that was brought
back."""

import datetime as dt

from tests.factories.world import World
from tracker.db import transaction
from tracker.models import BackupTest, MailTest
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.mail import MailOutcome


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
