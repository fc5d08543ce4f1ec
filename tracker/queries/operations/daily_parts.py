"""How the daily work is doing, part by part, and whether the clock that it goes by can be right."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session
from tracker.models import AuditEvent, DailyWork, Library
from tracker.queries.operations import audit_chain
from tracker.rules.operations.daily_work import (
    ClockDoubt,
    DailyPart,
    DailyPartState,
    doubt,
    last_due,
)


def states() -> list[DailyPartState]:
    """Of every part, in their order. One query."""
    found = {row.part: row for row in session().scalars(select(DailyWork))}
    return [
        DailyPartState(part, row.done_at, row.failing_since, row.tries, row.next_try_at)
        if (row := found.get(part)) is not None
        else DailyPartState(part)
        for part in DailyPart
    ]


def due_since(now: dt.datetime) -> dt.datetime | None:
    """When the day began last, in any library; None without one."""
    zones = session().scalars(select(Library.time_zone).distinct().order_by(Library.time_zone))
    return last_due(zones, now)


def clock_doubt(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Why the clock cannot be right, by the newest event of the audit and by the last daily work;
    None where it can, or where nobody asks (`ahead` is None). Two queries, three after a long
    pause."""
    if ahead is None:
        return None
    row = session().get(DailyWork, DailyPart.CLOCK, populate_existing=True)
    trusted = None if row is None else row.done_at
    head = audit_chain.head()
    moments: list[dt.datetime] = []
    if row is not None and trusted is not None and now - trusted > ahead:
        later = select(AuditEvent.happened_at).where(AuditEvent.sequence > row.audit_sequence)
        moments = sorted(session().scalars(later))
    return doubt(now, trusted, None if head is None else head.at, moments, ahead)
