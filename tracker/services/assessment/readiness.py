"""Being ready for a review talk: a flag that the learner sets, and all that others see before
anything is sent."""

import datetime as dt

from sqlalchemy import update

from tracker.db import transaction
from tracker.models import Person
from tracker.policy.permissions import Actor


def declare(actor: Actor, is_ready: bool, now: dt.datetime) -> None:
    """Set the flag or take it back. Said again, it keeps its date."""
    change = update(Person).where(Person.id == actor.person_id)
    with transaction() as tx:
        if is_ready:
            tx.execute(change.where(Person.ready_at.is_(None)).values(ready_at=now))
        else:
            tx.execute(change.values(ready_at=None))
