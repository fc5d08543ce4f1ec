"""What holds for a single rating: how long its notes may be, when an answer is dated, and how long
rating takes."""

import datetime as dt

SECONDS_EACH = 10
"""What one statement takes, read and answered, when somebody goes through a page of them."""
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


def minutes_for(statements: int) -> int:
    """Minutes that many statements take: rounded to the nearest, at least 1 while there is one, 0
    for none."""
    return 0 if statements == 0 else max(1, round(statements * SECONDS_EACH / 60))
