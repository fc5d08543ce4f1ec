"""Days and periods. Both dates of a period are inclusive; without an end it is open."""

import datetime as dt
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from tracker.rules.errors import Invalid

FIRST_DAY = dt.date(1950, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)


@cache
def _known_zones() -> frozenset[str]:
    """Looked up once: each look goes through some six hundred files."""
    return frozenset(available_timezones())


def time_zones() -> list[str]:
    """The names a library may choose from."""
    return sorted(name for name in _known_zones() if "/" in name or name == "UTC")


def clean_time_zone(name: str) -> str:
    """Raises Invalid("time_zone_unknown")."""
    if name not in _known_zones():
        raise Invalid("time_zone_unknown", "time_zone")
    return name


_zone = lru_cache(maxsize=64)(ZoneInfo)
"""For thousands of moments of a page: `ZoneInfo` looks longer for what it keeps itself."""


def day_in(time_zone: str, now: dt.datetime) -> dt.date:
    """The day it is there."""
    return now.astimezone(_zone(time_zone)).date()


def clean_period(starts_on: dt.date, ends_on: dt.date | None) -> None:
    """Raises Invalid: day_far (not between FIRST_DAY and LAST_DAY), dates_not_in_order."""
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise Invalid("day_far", field)
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("dates_not_in_order", "ends_on")


def overlap(
    start: dt.date, end: dt.date | None, other_start: dt.date, other_end: dt.date | None
) -> bool:
    """Whether two periods share a day."""
    return (other_end is None or start <= other_end) and (end is None or other_start <= end)


def start_of(time_zone: str, day: dt.date) -> dt.datetime:
    """The moment at which the day begins there."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(time_zone)).astimezone(dt.UTC)


def is_over(last_day: dt.date | None, today: dt.date) -> bool:
    """Whether a date that something is due on has passed: the day itself still counts."""
    return last_day is not None and today > last_day


def year_after(day: dt.date) -> dt.date:
    """The same date a year later; of February 29 it is March 1."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


def year_before(today: dt.date) -> dt.date:
    """The last day of which `year_after` has come."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return dt.date(today.year - 1, 2, 28)
