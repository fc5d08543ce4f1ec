"""What holds for a single rating: when an answer is dated."""

import datetime as dt

FIVE = 5
"""How many statements *Rate 5* shows."""


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
