"""The weeks of a reviewer's plan."""

import datetime as dt
from enum import StrEnum


class DueWeek(StrEnum):
    """*This*: until Sunday, with what is overdue."""

    THIS = "this-week"
    NEXT = "next-week"
    LATER = "later"


def due_week(due_on: dt.date, today: dt.date) -> DueWeek:
    sunday = today + dt.timedelta(days=6 - today.weekday())
    if due_on <= sunday:
        return DueWeek.THIS
    return DueWeek.NEXT if due_on <= sunday + dt.timedelta(days=7) else DueWeek.LATER
