"""What holds for a single rating: when an answer is dated, and notes that become one."""

import datetime as dt
from enum import StrEnum

from tracker.rules.texts import NOTE_MAX

FIVE = 5
"""How many statements *Rate 5* shows."""


class RatingFilter(StrEnum):
    """Which statements of a page are shown."""

    JOB = "job"
    """Up to the target of one's job profile."""
    NOT_RATED = "not_rated"
    AGAIN = "again"
    """What it was made of was rated, but that doesn't count for it."""
    OLDER = "older"
    """Rated before the open round began."""
    CHANGED = "changed"
    """Answered otherwise than was reviewed, since then."""
    NOT_SURE = "not_sure"


def joined(first: str, second: str) -> str:
    """Two notes as one, as far as there is room and one does not hold the other's paragraphs; where
    they come from they stay whole."""
    for longer, shorter in ((first, second), (second, first)):
        if not shorter or f"\n\n{shorter}\n\n" in f"\n\n{longer}\n\n":
            return longer
    both = f"{first}\n\n{second}"
    return both if len(both) <= NOTE_MAX else first


def is_dated(
    rated_at: dt.datetime, round_starts_on: dt.date | None, given_on: dt.date | None = None
) -> bool:
    """Whether an answer was given before the open round began. Without an open round none is.

    An imported one is as old as its own list says, however lately it was imported.
    """
    return (
        round_starts_on is not None
        and min(given_on or dt.date.max, rated_at.date()) < round_starts_on
    )
