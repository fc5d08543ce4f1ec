"""How far people are in a round, as others may know it: from what they sent and what became of it.

What was not sent is seen by its owner alone, also as a count: who has not begun and who has rated
everything are both *not sent*.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from tracker.rules.teams.suppression import CountedGroup, shown_groups

REMIND_AGAIN = dt.timedelta(days=7)
"""Nobody is reminded of a round twice within this time."""
MEDIAN_LEAST = 5
"""A median is told of at least so many finished reviews."""


class RoundState(StrEnum):
    """*Finished*: everything that they sent is reviewed, and nothing is left to agree on."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    IN_REVIEW = "in_review"
    FINISHED = "finished"


STATES = tuple(RoundState)


@dataclass(frozen=True, slots=True)
class RoundReview:
    """A review that was sent in a round, as it stood at some moment. `begun`: its reviewer gave an
    answer; `statements`: how many are in it; `days`: from when it was sent until it was closed;
    None while it is open. `waits`: for its reviewer. `counts`: it was not handed on."""

    learner_id: int
    reviewer_id: int
    reviewer: str
    sent_at: dt.datetime
    begun: bool
    waits: bool
    due_on: dt.date
    statements: int
    days: int | None
    counts: bool

    @property
    def is_open(self) -> bool:
        return self.days is None


def state_of(reviews: Collection[RoundReview]) -> RoundState:
    """Of one person, by all that they sent in the round."""
    if not reviews:
        return RoundState.NOT_SENT
    still = [each for each in reviews if each.is_open]
    if not still:
        return RoundState.FINISHED
    return RoundState.IN_REVIEW if any(each.begun for each in still) else RoundState.SENT


@dataclass(frozen=True, slots=True)
class SupervisorProgress:
    """Reviews of a round by the one who does them. Of the `open` ones some are `waiting` for them;
    `oldest_at`: since when the oldest does; `median_days`: until one is finished, None under
    MEDIAN_LEAST of them."""

    person_id: int
    name: str
    open: int
    waiting: int
    overdue: int
    oldest_at: dt.datetime | None
    finished: int
    median_days: float | None


def by_supervisor(reviews: Iterable[RoundReview], today: dt.date) -> list[SupervisorProgress]:
    """In no order of theirs: who shows them sorts them by name."""
    of: defaultdict[tuple[int, str], list[RoundReview]] = defaultdict(list)
    for each in reviews:
        if each.is_open or each.counts:
            of[each.reviewer_id, each.reviewer].append(each)
    found = []
    for (person_id, name), theirs in of.items():
        waiting = [each for each in theirs if each.waits]
        days = [each.days for each in theirs if each.days is not None]
        found.append(
            SupervisorProgress(
                person_id=person_id,
                name=name,
                open=len(theirs) - len(days),
                waiting=len(waiting),
                overdue=sum(each.due_on < today for each in waiting),
                oldest_at=min((each.sent_at for each in waiting), default=None),
                finished=len(days),
                median_days=float(median(days)) if len(days) >= MEDIAN_LEAST else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class RoundCounts:
    """People of a group by state."""

    not_sent: int = 0
    sent: int = 0
    in_review: int = 0
    finished: int = 0

    @property
    def people(self) -> int:
        return self.not_sent + self.sent + self.in_review + self.finished


def counts_of(states: Iterable[RoundState]) -> RoundCounts:
    return RoundCounts(*_tally(states))


class ToldCounts:
    """The one place that decides which counts of a round a reader may be told who does not see
    everybody by name.

    `nameless`: those people, by the path of the one team in which each is counted; `root`: the
    highest team that the reader coordinates. All teams are settled together (`suppression`).
    """

    def __init__(self, root: str, nameless: Iterable[tuple[str, RoundState]]) -> None:
        self._own: defaultdict[str, list[RoundState]] = defaultdict(list)
        self._below: defaultdict[str, set[str]] = defaultdict(set)
        for path, state in nameless:
            self._own[path].append(state)
            at = path
            while at != root:
                above = at.rstrip("/").rpartition("/")[0] + "/"
                self._below[above].add(at)
                at = above
        self._shown = shown_groups(self._group(root))

    def may_tell(self, path: str, below: bool) -> bool:
        """Of a team with those below it, or alone. Where all have names there is nothing to
        hide."""
        if not below and not self._own[path]:
            return True
        if below and not self._group(path).people:
            return True
        return (path, below) in self._shown

    def _group(self, path: str) -> CountedGroup:
        parts = [self._group(child) for child in sorted(self._below[path])]
        own = _tally(self._own[path])
        if any(own):
            parts.append(CountedGroup((path, False), own))
        total = tuple(map(sum, zip(*(part.counts for part in parts), strict=True)))
        return CountedGroup((path, True), total, tuple(parts))


def _tally(states: Iterable[RoundState]) -> tuple[int, ...]:
    given = list(states)
    return tuple(given.count(state) for state in STATES)
