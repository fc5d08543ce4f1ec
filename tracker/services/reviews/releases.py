"""Figures for readers who see no names, decided on once a day."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Library
from tracker.queries.teams import release_facts
from tracker.records.reviews import releases


def release_all_due(now: dt.datetime) -> int:
    """In the libraries that show coordinators no names, whose rounds are kept. Returns how many
    figures are told anew: run daily by a command."""
    hiding = select(Library.id).where(~Library.names_to_coordinators).order_by(Library.id)
    told = 0
    for library_id in session().scalars(hiding).all():
        with transaction() as tx:
            told += releases.release_due(
                tx, library_id, now, release_facts.moments_due, release_facts.past
            )
    return told
