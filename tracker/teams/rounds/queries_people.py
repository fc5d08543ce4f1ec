"""Who is in a round of a team, and what a list of them says of each."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from tracker.policy.permissions import Actor
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.rules.names import folded
from tracker.teams.gaps.queries_matrix import child_path
from tracker.teams.gaps.queries_scope import GapScope, PastRound
from tracker.teams.rounds.queries_reviews import LearnerFlags, flags_of
from tracker.teams.rounds.rules import REMIND_AGAIN, RoundReview, RoundState, RoundSupervisor
from tracker.teams.team.queries_learners import TeamJob, TeamPlace


class RoundLearner(NamedTuple):
    """Somebody in a round. `branch`: the team below in which they are, "" directly in this one.
    `statements`, `since` (None: not told, or there is none) and `is_overdue` are of their reviews
    that are open; `supervisors`: who does these, or would review them. `can_be_reminded`: now."""

    person_id: int
    name: str
    branch: str
    state: RoundState
    supervisors: tuple[RoundSupervisor, ...]
    can_be_reminded: bool
    statements: int = 0
    since: dt.datetime | None = None
    is_overdue: bool = False
    is_ready: bool = False
    away_until: dt.date | None = None
    reminded_at: dt.datetime | None = None


class Someone(NamedTuple):
    """Somebody in a round, whatever frameworks they learn."""

    name: str
    places: tuple[TeamPlace, ...]


def people_of(scopes: Sequence[GapScope], parts: Iterable[PastRound]) -> dict[int, Someone]:
    """Who learns one of the frameworks of a round and is in the team by one of them; by name.
    `scopes`: one for each framework, or one of them all."""
    team, below = scopes[0].team.path, scopes[0].coordinates
    framework_ids = {part.framework_id for part in parts}
    # Thousands of people learn in few ways: what is the same for all who are alike is asked once.
    alone = cache(lambda place: (place,))
    people: dict[int, Someone] = {}
    for person_id, name, place in chain.from_iterable(scope.people for scope in scopes):
        if place.framework_id in framework_ids:
            before = people.get(person_id)
            places = alone(place) if before is None else (*before.places, place)
            people[person_id] = Someone(name, places)
    is_here = cache(lambda place: place.within(team, below) is not None)
    are_here = cache(lambda places: any(map(is_here, places)))
    here = {key: one for key, one in people.items() if are_here(one.places)}
    if len(scopes) > 1:
        here = dict(sorted(here.items(), key=lambda item: folded(item[1].name)))
    return here


def paths_of_teams(scope: GapScope) -> Callable[[tuple[TeamPlace, ...]], set[str]]:
    """Of the teams below, and the team itself, those in which somebody is."""
    team = scope.team.path
    teams = {team, *(child.path for child in scope.children)}

    @cache
    def of(places: tuple[TeamPlace, ...]) -> set[str]:
        jobs = (job for job in _jobs(places) if job.path.startswith(team))
        return teams.intersection(child_path(team, job.path) for job in jobs)

    return of


def _jobs(places: Iterable[TeamPlace]) -> list[TeamJob]:
    return [job for place in places for job in place.jobs]


def learners_of(
    actor: Actor,
    scope: GapScope,
    people: Mapping[int, Someone],
    states: Mapping[int, RoundState],
    reviews: Mapping[int, Sequence[RoundReview]],
    at: PastRound,
    as_of: dt.datetime | None,
    now: dt.datetime,
) -> tuple[RoundLearner, ...]:
    """`reviews`: by person, those that are open and of which that may be told. Two queries; one for
    a round that is over."""
    is_over = as_of is not None
    flags = flags_of(actor.library_id, at.id, scope.today, as_of or now)
    ways = {one.places for one in people.values()}
    paths = {job.path for places in ways for job in _jobs(places)} if not is_over else ()
    heads = eligible_reviewers.named(paths, scope.today) if paths else lambda _learner, _path: ()
    # Nobody reviews themselves: who leads a team and learns there is one for themselves.
    leads = people.keys() & {key for path in paths for key, _name in heads(0, path)}
    order = {team.path: (at, team.name) for at, team in enumerate(scope.children)}
    paths_of = paths_of_teams(scope)

    @cache
    def usual(places: tuple[TeamPlace, ...], state: RoundState, lead: int) -> RoundLearner:
        """Of whom nothing else is told: nearly everybody, so it is put together once."""
        branches = [order.get(path) for path in paths_of(places)]
        would = [one for job in _jobs(places) for one in heads(lead, job.path)]
        return RoundLearner(
            person_id=0,
            name="",
            branch=min(filter(None, branches), default=(0, ""))[1],
            state=state,
            supervisors=tuple(dict.fromkeys(RoundSupervisor(*one) for one in would)),
            can_be_reminded=state is RoundState.NOT_SENT and not is_over,
        )

    learners = []
    for key, (name, places) in people.items():
        one = usual(places, states[key], key if key in leads else 0)
        still, flag = reviews.get(key, ()), flags.get(key)
        if not still and flag is None:
            learners.append(RoundLearner._make((key, name, *one[2:])))
            continue
        flag = flag or LearnerFlags()
        has_not_sent = one.can_be_reminded
        is_new = flag.reminded_at is None or flag.reminded_at <= now - REMIND_AGAIN
        does = tuple(dict.fromkeys(review.by for review in still))
        learners.append(
            one._replace(
                person_id=key,
                name=name,
                statements=sum(review.statements for review in still),
                since=min((review.sent_at for review in still), default=None),
                is_overdue=not is_over and any(review.is_overdue(scope.today) for review in still),
                supervisors=does or one.supervisors,
                is_ready=flag.is_ready and has_not_sent,
                away_until=None if is_over else flag.away_until,
                reminded_at=flag.reminded_at,
                can_be_reminded=has_not_sent and is_new and flag.away_until is None,
            )
        )
    return tuple(learners)
