"""How the daily work is doing, part by part, and whether the clock that it goes by can be right."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, session_afresh
from tracker.models import AuditEvent, DailyWork, Library
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.operations.daily_work.rules import ClockDoubt, DailyPart, doubt, last_due


def states() -> list[DailyWork]:
    """Of every part, in their order; without a moment where it never began. One query."""
    begun = {row.part: row for row in session().scalars(select(DailyWork))}
    return [begun.get(part) or DailyWork(part=part) for part in DailyPart]


def is_damaged() -> bool:
    """Whether the worker met damage of the database, and it isn't gone. One query."""
    part = select(DailyWork.failing_since).where(DailyWork.part == DailyPart.DAMAGE)
    return session_afresh().scalar(part) is not None


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
    head = checks_queries_chains.head()
    moments: list[dt.datetime] = []
    if row is not None and trusted is not None and now - trusted > ahead:
        later = select(AuditEvent.happened_at).where(AuditEvent.sequence > row.audit_sequence)
        moments = sorted(session().scalars(later))
    return doubt(now, trusted, None if head is None else head.at, moments, ahead)
