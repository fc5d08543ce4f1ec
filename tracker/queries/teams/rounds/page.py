"""A round of a team: how far its people are, by team below and by supervisor, and how it was at the
same point of the round before.

Of a round that is over all is told as it was at its end: the people and teams as they were kept,
and what they sent as of that moment.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from tracker.policy.permissions import Actor
from tracker.queries.reviews import eligible_reviewers
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.kept_scope import scope_at
from tracker.queries.teams.rounds.reviews import flags_of, reviews_of
from tracker.queries.teams.team_learners import TeamLearner, TeamPlace, within
from tracker.rules.calendar import day_in, start_of
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import folded
from tracker.rules.teams.round_progress import (
    REMIND_AGAIN,
    RoundCounts,
    RoundReview,
    RoundState,
    RoundSupervisor,
    SupervisorProgress,
    by_supervisor,
    counts_of,
    state_of,
    without_levels,
)


class RoundLearner(NamedTuple):
    """Somebody in a round. `branch`: the team below in which they are, "" directly in this one.
    `statements`, `since` (None: not told, or there is none) and `is_overdue` are of their reviews
    that are open; `supervisors`: who does these, or would review them. `can_be_reminded`: now."""

    person_id: int
    name: str
    branch: str
    state: RoundState
    statements: int
    since: dt.datetime | None
    is_overdue: bool
    supervisors: tuple[RoundSupervisor, ...]
    is_ready: bool
    away_until: dt.date | None
    reminded_at: dt.datetime | None
    can_be_reminded: bool


@dataclass(frozen=True, slots=True)
class BranchProgress:
    """A team below, or (`is_own`) those directly in this one."""

    team: TeamName
    is_own: bool
    people: int
    counts: RoundCounts


@dataclass(frozen=True, slots=True)
class RoundBefore:
    """So many had finished in the round before, as many days before its end."""

    name: str
    finished: int
    people: int
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class RoundPage:
    """`without_levels`: of somebody here the reader may not see levels by name, so all that is told
    is who sent, and which reviews wait; as it is of each whose record is not open to them yet.
    `as_of`: of a round that is over, the first moment after it; `is_kept`: as a snapshot."""

    team: TeamName
    round: PastRound
    frameworks: tuple[Wording, ...]
    lang: str
    days_left: int
    as_of: dt.datetime | None
    is_kept: bool
    people: int
    counts: RoundCounts
    branches: tuple[BranchProgress, ...]
    supervisors: tuple[SupervisorProgress, ...]
    learners: tuple[RoundLearner, ...]
    without_levels: bool
    before: RoundBefore | None

    @property
    def is_over(self) -> bool:
        return self.as_of is not None

    @property
    def ready(self) -> int:
        """Who says that they are ready to talk and has not sent."""
        return sum(each.is_ready for each in self.learners)

    @property
    def overlaps(self) -> bool:
        """Whether somebody is in more than one of the teams."""
        return sum(each.people for each in self.branches) > self.people

    @property
    def overdue(self) -> int:
        return sum(each.overdue for each in self.supervisors)


def offered(scope: GapScope) -> list[PastRound]:
    """The rounds that have begun, each once: those that are open, the first to close first, then
    the newest."""
    each_once = list({each.id: each for each in scope.rounds}.values())
    return sorted(
        each_once,
        key=lambda each: (
            (0, each.ends_on.toordinal())
            if each.ends_on >= scope.today
            else (1, -each.ends_on.toordinal())
        ),
    )


def page(actor: Actor, scope: GapScope, at: PastRound, now: dt.datetime) -> RoundPage:
    """Of a round that is offered. Five queries; where it is over and kept two more for each of its
    frameworks, and as many for the round before."""
    parts = [each for each in scope.rounds if each.id == at.id]
    is_over = at.ends_on < scope.today
    as_of = start_of(actor.time_zone, at.ends_on + dt.timedelta(days=1)) if is_over else None
    is_kept = at.snapshot_id is not None
    scopes = [scope_at(scope, each) for each in parts] if is_kept else [scope]
    then, ids = scopes[0], {each.framework_id for each in parts}
    everybody = _people(one for each in scopes for one in each.people if one.framework_id in ids)
    is_here = cache(lambda place: place.within(then.team.path, scope.coordinates) is not None)
    here = {key: who for key, who in everybody.items() if any(is_here(one.place) for one in who)}
    hides = not all(one.by_name for who in here.values() for one in who)
    reviews = reviews_of(at.id, here, actor.time_zone, scope.blind, as_of)
    of: defaultdict[int, list[RoundReview]] = defaultdict(list)
    for review in reviews:
        of[review.learner_id].append(review)
    states = {person_id: state_of(of[person_id]) for person_id in here}
    closed = scope.blind.closed
    veiled = here.keys() if hides else here.keys() & closed
    states |= {person_id: without_levels(states[person_id]) for person_id in veiled}
    shown = {person_id: each for person_id, each in of.items() if person_id not in veiled}
    learners = _learners(then, here, states, shown, at, as_of, now)
    told = [each for each in reviews if each.waits or each.learner_id not in closed]
    supervisors = _supervisors(told, learners, scope.today)
    return RoundPage(
        team=then.team,
        round=at,
        frameworks=tuple(each.framework for each in parts),
        lang=at.lang,
        days_left=(at.ends_on - scope.today).days,
        as_of=as_of,
        is_kept=is_kept,
        people=len(here),
        counts=counts_of(states.values()),
        branches=_branches(then, here, states),
        supervisors=tuple(each.without_levels() for each in supervisors) if hides else supervisors,
        learners=learners,
        without_levels=hides,
        before=None if hides else _before(actor, scope, at, parts, now, as_of),
    )


def _people(people: Iterable[TeamLearner]) -> dict[int, list[TeamLearner]]:
    """Each once, whatever frameworks they learn; by name."""
    found: defaultdict[int, list[TeamLearner]] = defaultdict(list)
    for one in people:
        found[one.person_id].append(one)
    return dict(found)


def _branches(
    scope: GapScope, here: Mapping[int, Sequence[TeamLearner]], states: Mapping[int, RoundState]
) -> tuple[BranchProgress, ...]:
    """Empty where there is no team below with anybody in it."""
    paths = _paths(scope)
    there: defaultdict[str, list[RoundState]] = defaultdict(list)
    for key, ones in here.items():
        for path in {path for one in ones for path in paths(one.place)}:
            there[path].append(states[key])
    found = [
        BranchProgress(team, team is scope.team, len(there[team.path]), counts_of(there[team.path]))
        for team in (*scope.children, scope.team)
        if team.path in there
    ]
    return tuple(found) if any(not each.is_own for each in found) else ()


def _paths(scope: GapScope) -> Callable[[TeamPlace], set[str]]:
    """Of the teams below, and the team itself, those in which somebody is."""
    teams = {team.path for team in (*scope.children, scope.team)}
    top = len(scope.team.path)

    @cache
    def of(place: TeamPlace) -> set[str]:
        jobs = (job.path for job in place.jobs if job.path.startswith(scope.team.path))
        return teams.intersection(
            path[: path.find("/", top) + 1] or scope.team.path for path in jobs
        )

    return of


def _supervisors(
    reviews: Collection[RoundReview], learners: Iterable[RoundLearner], today: dt.date
) -> tuple[SupervisorProgress, ...]:
    """By name."""
    not_sent = (one.supervisors for one in learners if one.state is RoundState.NOT_SENT)
    found = by_supervisor(reviews, chain.from_iterable(not_sent), today)
    return tuple(sorted(found, key=lambda each: (folded(each.name), each.person_id)))


def _learners(
    scope: GapScope,
    here: Mapping[int, Sequence[TeamLearner]],
    states: Mapping[int, RoundState],
    reviews: Mapping[int, Sequence[RoundReview]],
    at: PastRound,
    as_of: dt.datetime | None,
    now: dt.datetime,
) -> tuple[RoundLearner, ...]:
    """`reviews`: by person, those of which may be told whether they are open. Two queries; one for
    a round that is over."""
    is_over = as_of is not None
    flags = flags_of(at.id, here, scope.today, as_of or now)
    asked = [(key, job.path) for key, ones in here.items() for one in ones for job in one.jobs]
    heads = {} if is_over else eligible_reviewers.named(asked, scope.today)
    order = {team.path: (at, team.name) for at, team in enumerate(scope.children)}
    paths_of = _paths(scope)
    found = []
    for key, ones in here.items():
        branches = [order.get(path) for one in ones for path in paths_of(one.place)]
        still = [each for each in reviews.get(key, ()) if each.is_open]
        paths = [job.path for one in ones for job in one.jobs]
        does = [RoundSupervisor(each.reviewer_id, each.reviewer) for each in still]
        would = [RoundSupervisor(*each) for path in paths for each in heads.get((key, path), ())]
        flag, state = flags[key], states[key]
        is_new = flag.reminded_at is None or flag.reminded_at <= now - REMIND_AGAIN
        has_not_sent = state is RoundState.NOT_SENT and not is_over
        found.append(
            RoundLearner(
                person_id=key,
                name=ones[0].name,
                branch=min(filter(None, branches), default=(0, ""))[1],
                state=state,
                statements=sum(each.statements for each in still),
                since=min((each.sent_at for each in still), default=None),
                is_overdue=not is_over
                and any(each.waits and each.due_on < scope.today for each in still),
                supervisors=tuple(dict.fromkeys(does or would)),
                is_ready=flag.is_ready and has_not_sent,
                away_until=None if is_over else flag.away_until,
                reminded_at=flag.reminded_at,
                can_be_reminded=has_not_sent and is_new and flag.away_until is None,
            )
        )
    return tuple(sorted(found, key=lambda each: (folded(each.name), each.person_id)))


def _before(
    actor: Actor,
    scope: GapScope,
    at: PastRound,
    parts: Sequence[PastRound],
    now: dt.datetime,
    as_of: dt.datetime | None,
) -> RoundBefore | None:
    """Of the last round of the same framework that was over before this one began and is kept; None
    where there is none, or it had not begun so many days before its end."""
    slugs = {each.framework_slug for each in parts}
    past = [
        each for each in scope.kept if each.framework_slug in slugs and each.ends_on < at.starts_on
    ]
    if not past:
        return None
    last = max(past, key=lambda each: (each.ends_on, each.id))
    moment = (as_of or now) - (at.ends_on - last.ends_on)
    if day_in(actor.time_zone, moment) < last.starts_on:
        return None
    scopes = [scope_at(scope, each) for each in past if each.id == last.id]
    path = scopes[0].team.path
    people = _people(one for each in scopes for one in within(each.people, path, scope.coordinates))
    if not people or not all(one.by_name for ones in people.values() for one in ones):
        return None
    people = {key: ones for key, ones in people.items() if key not in scope.blind.closed}
    of: defaultdict[int, list[RoundReview]] = defaultdict(list)
    for review in reviews_of(last.id, people, actor.time_zone, scope.blind, moment):
        of[review.learner_id].append(review)
    finished = sum(state_of(of[key]) is RoundState.FINISHED for key in people)
    return RoundBefore(last.name, finished, len(people), last.reconstructed)
