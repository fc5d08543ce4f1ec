"""The list of who can see whose record was checked."""

import datetime as dt

from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.records.core import administration


def confirm(actor: Actor, now: dt.datetime) -> None:
    """The audit keeps who checked it, and when."""
    with transaction() as tx:
        administration.note_of_library(tx, "access_reviewed", actor, now)
