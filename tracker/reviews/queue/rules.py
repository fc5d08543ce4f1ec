"""The weeks of those who review: when their reviews are due; and what a round costs them, worked
out from jobs and teams alone: nobody's ratings, nor what anybody sent, are known here."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from tracker.reviews.sending.rules import SUGGESTED
from tracker.rules.pace import REVIEWER_SECONDS, minutes_for

WEEK_DAYS = 7


class DueWeek(StrEnum):
    """*This*: until Sunday, with what is overdue."""

    THIS = "this-week"
    NEXT = "next-week"
    LATER = "later"


def due_week(due_on: dt.date, today: dt.date) -> DueWeek:
    sunday = today + dt.timedelta(days=6 - today.weekday())
    if due_on <= sunday:
        return DueWeek.THIS
    return DueWeek.NEXT if due_on <= sunday + dt.timedelta(days=7) else DueWeek.LATER


@dataclass(frozen=True, slots=True)
class ExpectedLearner:
    """Somebody who learns in the round. `near`: how many statements their job has at its target
    levels and one either side; `reviewers`: who may review them, ids and names."""

    name: str
    near: int
    reviewers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SupervisorLoad:
    name: str
    learners: int
    statements: int
    minutes: int
    minutes_a_week: int


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """So many days from the first day of the round on, the last ones fewer."""

    starts_on: dt.date
    ends_on: dt.date
    minutes: int


@dataclass(frozen=True, slots=True)
class RoundLoad:
    """`alone`: the names of those whom nobody can review; they are in no other figure.
    `minutes_of_all`: were everything near the targets sent, not only what is suggested at once."""

    supervisors: tuple[SupervisorLoad, ...]
    alone: tuple[str, ...]
    learners: int
    statements: int
    minutes: int
    minutes_of_all: int
    weeks: tuple[WeekLoad, ...]


def round_load(
    learners: Iterable[ExpectedLearner], starts_on: dt.date, ends_on: dt.date
) -> RoundLoad:
    """One review of what is suggested from each learner, at the usual pace. Learners with several
    reviewers are shared out among these, evenly and by name."""
    given: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    alone, near = [], 0
    for learner in sorted(learners, key=lambda learner: learner.name):
        if not learner.reviewers:
            alone.append(learner.name)
            continue
        least = min(learner.reviewers, key=lambda one: (len(given[one]), one[1], one[0]))
        given[least].append(min(learner.near, SUGGESTED))
        near += learner.near
    days = (ends_on - starts_on).days + 1
    supervisors = tuple(
        SupervisorLoad(
            name=name,
            learners=len(sent),
            statements=sum(sent),
            minutes=(cost := minutes_for(sum(sent), REVIEWER_SECONDS)),
            minutes_a_week=-(-cost * min(days, WEEK_DAYS) // days),
        )
        for (_, name), sent in sorted(given.items(), key=lambda item: item[0][::-1])
        if sent
    )
    minutes = sum(load.minutes for load in supervisors)
    return RoundLoad(
        supervisors=supervisors,
        alone=tuple(alone),
        learners=sum(load.learners for load in supervisors),
        statements=sum(load.statements for load in supervisors),
        minutes=minutes,
        minutes_of_all=max(minutes, minutes_for(near, REVIEWER_SECONDS)),
        weeks=_by_week(minutes, starts_on, days),
    )


def _by_week(minutes: int, starts_on: dt.date, days: int) -> tuple[WeekLoad, ...]:
    """Spread evenly over the days; the weeks add up to the whole."""
    cuts = [*range(0, days, WEEK_DAYS), days]
    return tuple(
        WeekLoad(
            starts_on + dt.timedelta(days=first),
            starts_on + dt.timedelta(days=end - 1),
            minutes * end // days - minutes * first // days,
        )
        for first, end in pairwise(cuts)
    )
