"""Figures that are told without names, decided on once a day."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Library
from tracker.queries.teams import release_facts
from tracker.records.reviews import releases


def release_all_due(now: dt.datetime) -> int:
    """In every library. Returns how many figures are told anew: run daily by a command."""
    ids = session().scalars(select(Library.id).order_by(Library.id)).all()
    return sum(release_due(library_id, now) for library_id in ids)


def release_due(library_id: int, now: dt.datetime) -> int:
    """In a library whose rounds are kept: none shows its coordinators by name what people said of
    themselves. Returns how many figures are told anew."""
    with transaction() as tx:
        return releases.release_due(
            tx, library_id, now, release_facts.moments_due, release_facts.past
        )
