"""Figures that are told without names, decided on once a day."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Library
from tracker.queries.teams import release_facts
from tracker.records.reviews import releases


def release_all_due(now: dt.datetime) -> int:
    """In every library, whose rounds are kept: none shows its coordinators by name what people said
    of themselves. Returns how many figures are told anew: run daily by a command."""
    told = 0
    for library_id in session().scalars(select(Library.id).order_by(Library.id)).all():
        with transaction() as tx:
            told += releases.release_due(
                tx, library_id, now, release_facts.moments_due, release_facts.past
            )
    return told
