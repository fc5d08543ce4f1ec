"""A round of a team: how far its people are, by team below and by supervisor, and how it was at the
same point of the round before.

Of a round that is over all is told as it was at its end: the people and teams as they were kept,
and what they sent as of that moment.

How things are at the end of a round: who learned what where, against which targets, and where
they stood by their sheets of that moment.

What is said of statements is read as of that moment; teams, job profiles, targets and what is not
rated here are read as they are, so this is asked before any of them changes.

Who is in a round of a team, and what a list of them says of each.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from tracker.db import session
from tracker.frameworks.versions.rules_levels import RULE_VERSION
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.rules import Sheet, Side, higher_of
from tracker.record.standings.queries import StandingScope, basis
from tracker.record.standings.rules import KeptJob, KeptVersion, short
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.rules.calendar import day_in, start_of
from tracker.rules.core.wording import Wording
from tracker.rules.names import folded
from tracker.rules.roles import Role
from tracker.teams.figures.queries import newest_reviews, outcomes as outcomes_of
from tracker.teams.figures.rules import Outcome
from tracker.teams.gaps.queries_matrix import child_path
from tracker.teams.gaps.queries_scope import GapScope, PastRound, TeamName, scope_at
from tracker.teams.rounds.queries_reviews import LearnerFlags, flags_of, reviews_of
from tracker.teams.rounds.rules import (
    REMIND_AGAIN,
    RoundReview,
    RoundState,
    RoundSupervisor,
    SupervisorProgress,
    by_supervisor,
    state_of,
    without_levels,
)
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


def learning_in(scopes: Sequence[GapScope], parts: Iterable[PastRound]) -> dict[int, Someone]:
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
    heads = (
        sending_queries_reviewers.named(paths, scope.today) if paths else lambda _learner, _path: ()
    )
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
    then, people = scopes[0], learning_in(scopes, parts)
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
    people = learning_in([scope_at(scope, part) for part in past if part.id == last.id], past)
    if not people or not all(place.by_name for one in people.values() for place in one.places):
        return None
    people = {key: one for key, one in people.items() if key not in scope.reader.closed}
    reviews = reviews_of(last.id, people, scope.reader, then)
    finished = sum(state_of(sent) is RoundState.FINISHED for sent in reviews.values())
    return RoundBefore(last.name, finished, len(people), last.reconstructed)


AT_ONCE = 200
"""So many sheets are held at a time."""
Jobs = Mapping[int, Sequence[KeptJob]]
"""By person, in the order of their names, the newest job last."""


class RoundAtEnd(NamedTuple):
    """What a snapshot is made of, its `people` as rows; and what figures without names may
    count."""

    facts: Mapping[str, Any]
    people: Sequence[Mapping[str, Any]]
    outcomes: Sequence[Outcome]


def at_end(round_id: int, day: dt.date, as_of: dt.datetime) -> RoundAtEnd:
    """Of its last day, or an earlier one; `as_of`: the first moment after it. Two queries for each
    of its frameworks and one for every AT_ONCE people there, and five more."""
    period = session().get_one(Round, round_id)
    teams = session().execute(
        select(Team.id, Team.parent_id, Team.name, Team.path)
        .where(Team.library_id == period.library_id)
        .order_by(Team.name, Team.id)
    )
    frameworks = session().scalars(
        select(Framework)
        .join(RoundFramework, RoundFramework.framework_id == Framework.id)
        .where(RoundFramework.round_id == round_id)
        .order_by(Framework.id)
    )
    versions: dict[str, Any] = {}
    people: list[Mapping[str, Any]] = []
    outcomes: list[Outcome] = []
    reviewed = newest_reviews(round_id, as_of)
    for of in frameworks.all():
        place = StandingScope(of.id, period.library_id)
        jobs = jobs_on(place, day, as_of)
        measured = basis(place, {job.role_profile_id for had in jobs.values() for job in had})
        targets = measured.targets
        version = KeptVersion(
            slug=of.slug,
            title=of.title,
            version=of.version,
            lang=of.lang,
            domains=measured.domains,
            targets=targets,
        )
        versions[str(of.id)] = version.as_facts()
        for sheet in sheets_at(list(jobs), place, day, as_of):
            had = jobs[sheet.person_id]
            person = {"person_id": sheet.person_id, "framework_id": of.id, "jobs": list(had)}
            standing = short(sheet)._asdict()
            del standing["changes_on"]
            people.append(person | standing)
            expected = higher_of(targets[job.role_profile_id] for job in had)
            outcomes += outcomes_of(sheet, of.slug, expected, reviewed)
    facts = {
        "rule_version": RULE_VERSION,
        "teams": [list(team) for team in teams],
        "frameworks": versions,
    }
    return RoundAtEnd(facts, people, outcomes)


def sheets_at(
    person_ids: Sequence[int], place: StandingScope, day: dt.date, as_of: dt.datetime
) -> Iterator[Sheet]:
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        yield from sheet_queries.of_people(some, *place, day, Side.REVEALED, None, as_of)


def jobs_on(place: StandingScope, day: dt.date, as_of: dt.datetime) -> Jobs:
    rows = session().execute(
        select(Membership.person_id, Team.path, RoleProfile.id, RoleProfile.name)
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.role == Role.LEARNER,
            current_on(Membership, day),
            people_of(place.library_id),
            or_(Person.disabled_at.is_(None), Person.disabled_at >= as_of),
            PersonVersion.framework_id == place.framework_id,
        )
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    of_person: defaultdict[int, list[KeptJob]] = defaultdict(list)
    for person_id, path, role_profile_id, role_profile in rows:
        of_person[person_id].append(KeptJob(path, role_profile_id, role_profile))
    return dict(of_person)
