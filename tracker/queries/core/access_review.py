"""When it was last checked who can see whose record."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, select

from tracker.db import session
from tracker.models import AuditEvent, Library, Person
from tracker.rules.calendar import day_in

CHECKED = "access_reviewed"
"""The kind of event that says that the list was checked."""
EVERY = dt.timedelta(days=182)
"""Twice a year."""


@dataclass(frozen=True, slots=True)
class LastReview:
    """When the list was last checked, and by whom; None and "" before the first time."""

    at: dt.datetime | None
    by: str
    next_on: dt.date


def last_review(library_id: int) -> LastReview:
    """One query."""
    row = (
        session()
        .execute(
            select(Library.created_at, Library.time_zone, AuditEvent.happened_at, Person.name)
            .outerjoin(
                AuditEvent, and_(AuditEvent.library_id == Library.id, AuditEvent.kind == CHECKED)
            )
            .outerjoin(Person, Person.id == AuditEvent.actor_id)
            .where(Library.id == library_id)
            .order_by(AuditEvent.id.desc())
            .limit(1)
        )
        .one()
    )
    since = day_in(row.time_zone, row.happened_at or row.created_at)
    return LastReview(row.happened_at, row.name or "", since + EVERY)
