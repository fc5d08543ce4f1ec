"""The list of who can see whose record was checked."""

import datetime as dt

from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.records import audit


def confirm(actor: Actor, now: dt.datetime) -> None:
    """The audit keeps who checked it, and when."""
    with transaction() as tx:
        audit.note(
            tx, "access_reviewed", now, library_id=actor.library_id, actor_id=actor.person_id
        )
