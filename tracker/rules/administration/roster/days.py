"""Days as people write them in a spreadsheet."""

import datetime as dt
import re

from tracker.rules.calendar import FIRST_DAY, LAST_DAY
from tracker.rules.regions import Region

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(
    r"(?:([a-z]{3,9})\.? (\d{1,2})|(\d{1,2})\.? ([a-z]{3,9})\.?),? (\d{4})", re.ASCII
)
NUMBERED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)


def read_day(text: str, region: Region) -> dt.date:
    """2026-11-24, Nov 24, 2026, 24 November 2026, and 11/24/2026 in the order that the library's
    region writes (the day first where a point stands between).

    Raises ValueError for all else, and for a day before 1950 or after 2099.
    """
    day = _read(" ".join(text.lower().split()), region)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def _read(text: str, region: Region) -> dt.date:
    if re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return dt.datetime.fromisoformat(text).date()
    if found := NAMED.fullmatch(text):
        month, day = found[1] or found[4], found[2] or found[3]
        return dt.date(int(found[5]), MONTHS.index(month[:3]) + 1, int(day))
    if found := NUMBERED.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        is_month_first = region in (Region.US, Region.CA) and found[2] != "."
        month_, day_ = (first, second) if is_month_first else (second, first)
        return dt.date(int(found[4]), month_, day_)
    raise ValueError(text)
