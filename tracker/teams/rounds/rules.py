"""How far people are in a round, as others may know it: from what they sent and what became of it.

What was not sent is seen by its owner alone, also as a count: who has not begun and who has rated
everything are both *not sent*.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from tracker.rules.calendar import is_over

REMIND_AGAIN = dt.timedelta(days=7)
"""Nobody is reminded of a round twice within this time."""
MEDIAN_LEAST = 5
"""A median is told of at least so many finished reviews."""


class RoundState(StrEnum):
    """*Finished*: of what they sent nothing is with a supervisor, and nothing left to agree on."""

    __hash__ = str.__hash__  # Enum's own is called from Python, and states are counted by thousands

    NOT_SENT = "not_sent"
    SENT = "sent"
    IN_REVIEW = "in_review"
    FINISHED = "finished"


STATES = tuple(RoundState)


class RoundSupervisor(NamedTuple):
    """Who reviews somebody of the round, or would."""

    person_id: int
    name: str


class RoundReview(NamedTuple):
    """A review that was sent in a round, as it stood at some moment. `begun`: who does it gave an
    answer; `days`: from when it was sent until it was closed, None while it is open; `due_on` and
    `statements`, how many are in it, while it is open. `counts`: it was not handed on."""

    by: RoundSupervisor
    sent_at: dt.datetime
    begun: bool
    due_on: dt.date | None
    statements: int
    days: int | None
    counts: bool

    @property
    def is_open(self) -> bool:
        return self.days is None

    def is_overdue(self, today: dt.date) -> bool:
        """Also while the two talk: that something was revealed and is open would tell others that
        they differ."""
        return self.is_open and is_over(self.due_on, today)


def state_of(reviews: Collection[RoundReview]) -> RoundState:
    """Of one person, by all that they sent in the round."""
    if not reviews:
        return RoundState.NOT_SENT
    still = [review for review in reviews if review.is_open]
    if not still:
        return RoundState.FINISHED
    return RoundState.IN_REVIEW if any(review.begun for review in still) else RoundState.SENT


def without_levels(state: RoundState) -> RoundState:
    """What is told of it to who may not see levels by name. That a review ended says that the two
    agreed on what is revealed, and would tie their voices together."""
    return RoundState.NOT_SENT if state is RoundState.NOT_SENT else RoundState.SENT


@dataclass(frozen=True, slots=True)
class SupervisorProgress:
    """Reviews of a round by the one who does them, and how many people who have `not_sent` are
    theirs. `oldest_at`: since when the oldest of the `open` reviews is; `median_days`: until one is
    finished, None under MEDIAN_LEAST of them."""

    person_id: int
    name: str
    not_sent: int
    open: int
    overdue: int
    oldest_at: dt.datetime | None
    finished: int
    median_days: float | None


def by_supervisor(
    reviews: Iterable[RoundReview], not_sent: Iterable[RoundSupervisor], today: dt.date
) -> list[SupervisorProgress]:
    """In no order of theirs: who shows them sorts them by name. `not_sent`: of each who has not,
    those who would review them."""
    of: defaultdict[RoundSupervisor, list[RoundReview]] = defaultdict(list)
    for review in reviews:
        if review.is_open or review.counts:
            of[review.by].append(review)
    expected = Counter(not_sent)
    supervisors = []
    for who in of.keys() | expected.keys():
        still = [review for review in of[who] if review.is_open]
        days = [review.days for review in of[who] if review.days is not None]
        supervisors.append(
            SupervisorProgress(
                person_id=who.person_id,
                name=who.name,
                not_sent=expected[who],
                open=len(still),
                overdue=sum(review.is_overdue(today) for review in still),
                oldest_at=min((review.sent_at for review in still), default=None),
                finished=len(days),
                median_days=float(median(days)) if len(days) >= MEDIAN_LEAST else None,
            )
        )
    return supervisors
