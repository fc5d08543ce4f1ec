"""How the daily work is doing, part by part, and whether the clock that it goes by can be right."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session
from tracker.models import AuditEvent, DailyWork, Library
from tracker.operations.checks import queries_chains as audit_chain
from tracker.operations.daily_work.rules import ClockDoubt, DailyPart, doubt, last_due


def states() -> list[DailyWork]:
    """Of every part, in their order; without a moment where it never began. One query."""
    begun = {row.part: row for row in session().scalars(select(DailyWork))}
    return [begun.get(part) or DailyWork(part=part) for part in DailyPart]


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
