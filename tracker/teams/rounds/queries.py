"""A round of a team: how far its people are, by team below and by supervisor, and how it was at the
same point of the round before.

Of a round that is over all is told as it was at its end: the people and teams as they were kept,
and what they sent as of that moment.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from tracker.rules.calendar import day_in, start_of
from tracker.rules.core.wording import Wording
from tracker.rules.names import folded
from tracker.teams.gaps.queries_scope import GapScope, PastRound, TeamName, scope_at
from tracker.teams.rounds.queries_people import (
    RoundLearner,
    Someone,
    learners_of,
    paths_of_teams,
    people_of,
)
from tracker.teams.rounds.queries_reviews import reviews_of
from tracker.teams.rounds.rules import (
    RoundState,
    SupervisorProgress,
    by_supervisor,
    state_of,
    without_levels,
)


class BranchProgress(NamedTuple):
    """A team below, or (`is_own`) those directly in this one."""

    team: TeamName
    is_own: bool
    counts: Counter[RoundState]


class RoundBefore(NamedTuple):
    """So many had finished in the round before, as many days before its end."""

    name: str
    finished: int
    people: int
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class RoundPage:
    """`learners`: who has not finished, or of whom that may not be told. `without_levels`: of
    somebody here the reader may not see levels by name, so all that is told is who sent, and which
    reviews wait; as it is of each whose record is not open to them yet. `as_of`: of a round that is
    over, the first moment after it; `is_kept`: as a snapshot."""

    team: TeamName
    round: PastRound
    frameworks: tuple[Wording, ...]
    lang: str
    days_left: int
    as_of: dt.datetime | None
    is_kept: bool
    ids: Collection[int]
    counts: Counter[RoundState]
    branches: tuple[BranchProgress, ...]
    supervisors: tuple[SupervisorProgress, ...]
    learners: tuple[RoundLearner, ...]
    without_levels: bool
    before: RoundBefore | None

    @property
    def people(self) -> int:
        return len(self.ids)

    @property
    def is_over(self) -> bool:
        return self.as_of is not None

    @property
    def ready(self) -> int:
        """Who says that they are ready to talk and has not sent."""
        return sum(one.is_ready for one in self.learners)

    @property
    def overlaps(self) -> bool:
        """Whether somebody is in more than one of the teams."""
        return sum(branch.counts.total() for branch in self.branches) > self.people

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.supervisors)


def offered(scope: GapScope) -> list[PastRound]:
    """The rounds that have begun, each once: those that are open, the first to close first, then
    the newest."""
    once = {period.id: period for period in scope.rounds}.values()
    return sorted(
        once,
        key=lambda period: (
            (0, period.ends_on.toordinal())
            if period.ends_on >= scope.today
            else (1, -period.ends_on.toordinal())
        ),
    )


def page(scope: GapScope, at: PastRound) -> RoundPage:
    """Of a round that is offered. Five queries; where it is over and kept two more for each of its
    frameworks, and as many for the round before."""
    actor, now = scope.reader.actor, scope.reader.now
    parts = [part for part in scope.rounds if part.id == at.id]
    is_over = at.ends_on < scope.today
    as_of = start_of(actor.time_zone, at.ends_on + dt.timedelta(days=1)) if is_over else None
    is_kept = at.snapshot_id is not None
    scopes = [scope_at(scope, part) for part in parts] if is_kept else [scope]
    then, people = scopes[0], people_of(scopes, parts)
    ways = {one.places for one in people.values()}
    hides = not all(place.by_name for places in ways for place in places)
    reviews = reviews_of(at.id, people, scope.reader, as_of)
    states = dict.fromkeys(people, RoundState.NOT_SENT)
    states |= {person_id: state_of(sent) for person_id, sent in reviews.items()}
    # Of whom the reader sees no levels, or not yet, nothing is told but that they sent.
    closed = scope.reader.closed
    veiled = people.keys() if hides else people.keys() & closed
    states |= {person_id: without_levels(states[person_id]) for person_id in veiled}
    unfinished = {
        person_id: one
        for person_id, one in people.items()
        if states[person_id] is not RoundState.FINISHED
    }
    shown = {
        person_id: sorted(
            (one for one in reviews[person_id] if one.is_open), key=lambda one: one.sent_at
        )
        for person_id in unfinished
        if person_id in reviews and person_id not in veiled
    }
    learners = learners_of(actor, then, unfinished, states, shown, at, as_of, now)
    told = [one for person_id, sent in reviews.items() for one in sent if person_id not in veiled]
    not_sent = (one.supervisors for one in learners if one.state is RoundState.NOT_SENT)
    supervisors = by_supervisor(told, chain.from_iterable(not_sent), scope.today)
    return RoundPage(
        team=then.team,
        round=at,
        frameworks=tuple(part.framework for part in parts),
        lang=at.lang,
        days_left=(at.ends_on - scope.today).days,
        as_of=as_of,
        is_kept=is_kept,
        ids=tuple(people),
        counts=Counter(states.values()),
        branches=_branches(then, people, states),
        supervisors=tuple(sorted(supervisors, key=lambda one: (folded(one.name), one.person_id))),
        learners=learners,
        without_levels=hides,
        before=None if hides else _before(scope, at, parts, as_of or now),
    )


def _branches(
    scope: GapScope, people: Mapping[int, Someone], states: Mapping[int, RoundState]
) -> tuple[BranchProgress, ...]:
    """Empty where there is no team below with anybody in it."""
    paths = paths_of_teams(scope)
    of_team: defaultdict[str, Counter[RoundState]] = defaultdict(Counter)
    ways = Counter((one.places, states[person_id]) for person_id, one in people.items())
    for (places, state), count in ways.items():
        for path in paths(places):
            of_team[path][state] += count
    branches = [
        BranchProgress(team, team is scope.team, of_team[team.path])
        for team in (*scope.children, scope.team)
        if team.path in of_team
    ]
    return tuple(branches) if any(not branch.is_own for branch in branches) else ()


def _before(
    scope: GapScope, at: PastRound, parts: Sequence[PastRound], moment: dt.datetime
) -> RoundBefore | None:
    """Of the last round of the same framework that was over before this one began and is kept, as
    many days before its end as the moment is before the end of this one; None where there is none,
    or it had not begun so many days before its end."""
    slugs = {part.framework_slug for part in parts}
    past = [
        part for part in scope.kept if part.framework_slug in slugs and part.ends_on < at.starts_on
    ]
    if not past:
        return None
    last = max(past, key=lambda part: (part.ends_on, part.id))
    then = moment - (at.ends_on - last.ends_on)
    if day_in(scope.reader.actor.time_zone, then) < last.starts_on:
        return None
    people = people_of([scope_at(scope, part) for part in past if part.id == last.id], past)
    if not people or not all(place.by_name for one in people.values() for place in one.places):
        return None
    people = {key: one for key, one in people.items() if key not in scope.reader.closed}
    reviews = reviews_of(last.id, people, scope.reader, then)
    finished = sum(state_of(sent) is RoundState.FINISHED for sent in reviews.values())
    return RoundBefore(last.name, finished, len(people), last.reconstructed)
