"""When something is due: the one rule for pages, reminders and the daily command.

Days on which somebody who must act is away do not count, so nothing ends or reminds while they are
away. What was due before they left is due on the day they are back.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tracker.rules.errors import Invalid

WEEK = dt.timedelta(days=7)
"""What either side may add to a review, once."""
DAY = dt.timedelta(days=1)
AWAY_MOST = dt.timedelta(days=366)
"""Nobody is away for longer at a time."""


@dataclass(frozen=True, slots=True, order=True)
class Away:
    """Days on which somebody is away, the last one too."""

    starts_on: dt.date
    until_on: dt.date

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.until_on


def read_periods(text: str | None) -> tuple[Away, ...]:
    """What the database put together: "2026-11-25/2026-12-03,...", in any order."""
    return tuple(
        Away(*map(dt.date.fromisoformat, period.split("/")))
        for period in (text or "").split(",")
        if period
    )


def due_day(on: dt.date, since: dt.date, away: Iterable[Away]) -> dt.date:
    """The last day, where the time began on `since` and would end on `on` if nobody were away."""
    counted_from = since
    for period in sorted(away):
        first = max(period.starts_on, counted_from)
        if first <= period.until_on:
            counted_from = period.until_on + DAY
            on = max(on, first) + (counted_from - first)
    return on


def a_week_later(on: dt.date, since: dt.date, away: Collection[Away], today: dt.date) -> dt.date:
    """What to keep as `on` so that the last day is a week after the one it has, or after today
    where that one is over."""
    wanted = max(due_day(on, since, away), today) + WEEK
    return wanted - (due_day(wanted, since, away) - wanted)


def back_after(day: dt.date, away: Iterable[Away]) -> dt.date:
    """That day, or the first one after it on which they are not away."""
    for period in sorted(away):
        if period.covers(day):
            day = period.until_on + DAY
    return day


def clean_until(until_on: dt.date, today: dt.date) -> dt.date:
    """The last day of being away. Raises Invalid: away_past, away_far."""
    if until_on < today:
        raise Invalid("away_past", "until_on")
    if until_on > today + AWAY_MOST:
        raise Invalid("away_far", "until_on")
    return until_on
