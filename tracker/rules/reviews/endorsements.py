"""How long an endorsement counts, where a library sets a time."""

import calendar
import datetime as dt

from tracker.rules.errors import Invalid

MONTHS_MAX = 120
REMINDED = 30
"""A learner is reminded so many days before an endorsement expires."""


def clean_months(months: int | None, field: str) -> int | None:
    """None: endorsements never expire. Raises Invalid("months_out_of_range")."""
    if months is not None and not 1 <= months <= MONTHS_MAX:
        raise Invalid("months_out_of_range", field, longest=MONTHS_MAX)
    return months


def expires_on(endorsed_on: dt.date, months: int) -> dt.date:
    """The last day on which it counts: the same day that many months later, or the last of a
    shorter month."""
    place = endorsed_on.month - 1 + months
    year, month = endorsed_on.year + place // 12, place % 12 + 1
    return dt.date(year, month, min(endorsed_on.day, calendar.monthrange(year, month)[1]))
