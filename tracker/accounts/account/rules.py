"""Being away: for how long, and on which days; two accounts of one person that become one;
and what a browser is called."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.errors import Invalid

DAY = dt.timedelta(days=1)
AWAY_MOST = dt.timedelta(days=366)
"""Nobody is away for longer at a time."""
MERGE_WAITS = dt.timedelta(days=7)
"""From when both accounts are told until they become one, if nobody objects."""
MERGE_LASTS = dt.timedelta(days=30)
"""What was not done by then is told anew."""


@dataclass(frozen=True, slots=True, order=True)
class Away:
    """Days on which somebody is away, the last one too."""

    starts_on: dt.date
    until_on: dt.date

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.until_on


def read_periods(text: str | None) -> tuple[Away, ...]:
    """What the database put together: "2026-11-25/2026-12-03,...", in any order."""
    periods = text.split(",") if text else ()
    return tuple(Away(*map(dt.date.fromisoformat, period.split("/"))) for period in periods)


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


class MergeOutcome(StrEnum):
    MERGED = "merged"
    OBJECTED = "objected"


BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Headless)?(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
"""Each pattern stands before those that its owner also claims to be."""


def device(agent: str) -> tuple[str | None, str | None]:
    """Browser and system, each None when it is not one of the common ones."""
    return _first(BROWSERS, agent), _first(SYSTEMS, agent)


def _first(patterns: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for name, pattern in patterns if re.search(pattern, agent)), None)
