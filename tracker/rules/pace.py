"""How long rating and reviewing take: the one rule for every page that estimates it."""

import datetime as dt
import math
import statistics
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import itemgetter

LEARNER_SECONDS = 18
"""Per statement, until somebody's own pace is known: "rate 5, about a minute and a half", the short
sitting that the assess page was planned for."""
REVIEWER_SECONDS = 40
"""The same for whoever reviews: 30 statements in 20 minutes by keyboard, the aim of the review
page."""
ENOUGH = 20
"""So many answers must have been timed before a pace is somebody's own."""
BREAK = dt.timedelta(minutes=2)
"""A longer time for one answer is a break between two sittings, and is no pace."""
LEARNER_LEAST, REVIEWER_LEAST = 8, 30
"""No estimate is below it, however fast somebody clicks: a statement has to be read, and reviewed
with the person in mind."""
LOOKED_AT = 200
"""Of the newest answers: a pace changes with practice."""


def seconds_each(answers: Iterable[tuple[int, dt.datetime]], default: int, least: int) -> int:
    """The median of the seconds that somebody took for a statement in one sitting; `default` until
    ENOUGH are timed, and never under `least`.

    `answers`: the statement and the moment, the oldest first. The same statement answered again at
    once is one answer, and answers saved together share the time since those before.
    """
    last = [list(group)[-1][1] for _, group in groupby(answers, key=itemgetter(0))]
    saved = [(at, len(list(group))) for at, group in groupby(last)]
    timed: list[dt.timedelta] = []
    for (before, _), (at, together) in pairwise(saved):
        took = (at - before) / together
        if took <= BREAK:
            timed += [took] * together
    if len(timed) < ENOUGH:
        return default
    return max(least, math.ceil(statistics.median(time.total_seconds() for time in timed)))


def minutes_for(statements: int, seconds: int) -> int:
    """Minutes that many statements take, at so many seconds each: rounded up, 0 for none."""
    return -(-statements * seconds // 60)
