"""Who learns in the teams of a reader, and by which jobs they are measured there."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    select,
    tuple_,
    type_coerce,
)

from tracker.db import ask_made
from tracker.models import Framework, Membership, Person, RoleProfile, Team
from tracker.models.record.versions import version_learned
from tracker.policy.permissions import Actor, current_on, in_reach_on
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class TeamJob:
    """What somebody is in a team."""

    path: str
    role_profile_id: int
    role_profile: str


@dataclass(frozen=True, slots=True, eq=False)
class TeamPlace:
    """How somebody learns a framework in reach of the reader: the same row for all who are alike in
    it, as they are many.

    `jobs`: those by which they are measured, once, against the higher target of each domain
    (record/sheet/rules): all that they have there in reach, the newest last. Where they
    have no name it is the newest alone, so that they count in one team. `is_revealed`: the reader
    may read by name what they revealed of their own ratings. `is_usual`: their own pages begin with
    this framework. `profiles_anywhere`: the role profiles of all their jobs in it, also out of
    reach, by which their own pages measure them.
    """

    jobs: tuple[TeamJob, ...]
    framework_id: int
    framework_slug: str
    framework: Wording
    lang: str
    by_name: bool
    is_revealed: bool
    is_usual: bool
    profiles_anywhere: frozenset[int] = frozenset()

    @property
    def role_profile_ids(self) -> frozenset[int]:
        return frozenset(job.role_profile_id for job in self.jobs)

    @property
    def has_jobs_elsewhere(self) -> bool:
        """Whether they have job profiles by which they are not measured here."""
        return not self.profiles_anywhere <= self.role_profile_ids

    @property
    def role_profile(self) -> str:
        """The names of all their jobs here."""
        return ", ".join(dict.fromkeys(job.role_profile for job in self.jobs))

    def within(self, path: str, below: bool, role_profile_id: int | None = None) -> Self | None:
        """The same by their jobs in the team, or with `below` in it or in one below it; with a role
        profile, by those of it. None where they have none."""
        jobs = [
            job
            for job in self.jobs
            if (job.path.startswith(path) if below else job.path == path)
            and role_profile_id in (None, job.role_profile_id)
        ]
        if len(jobs) == len(self.jobs):
            return self
        return replace(self, jobs=tuple(jobs)) if jobs else None


class TeamLearner(NamedTuple):
    """Somebody who learns a framework in reach of the reader; one for each of their frameworks."""

    person_id: int
    name: str
    place: TeamPlace


def team_learners(
    actor: Actor,
    root: str,
    reach: str,
    coordinates: bool,
    names_to_coordinators: bool,
    today: dt.date,
    paths: Mapping[int, str],
) -> tuple[TeamLearner, ...]:
    """Who learns in the team at `reach`, by their jobs in the root above it; `paths`: of the teams
    that the reader may read. Two queries. The reader's own record, and those of the people they
    supervise or lately did, have names."""
    asked = {"reach": reach, "library": actor.library_id}
    of_library = coordinates and reach.count("/") == 2  # its highest team, of which each has one
    rows = ask_made(_learners_on(today, below=coordinates, of_library=of_library), asked).all()
    names: dict[int, str] = {}
    ways: dict[int, tuple[Way, ...]] = {}
    for person_id, name, team_id, role_profile_id, framework_id, is_current in rows:
        if framework_id is None:
            continue
        names[person_id] = name
        way = (team_id, role_profile_id, framework_id, is_current)
        ways[person_id] = (*ways[person_id], way) if person_id in ways else (way,)
    supervised = {place.team_id for place in actor.supervises}
    learned = {way[1:3] for of_person in {*ways.values()} for way in of_person}
    jobs = {row[:2]: row for row in ask_made(_JOBS, {"learned": [*learned]})} if learned else {}
    job = cache(TeamJob)

    @cache
    def places_of(of_person: tuple[Way, ...], is_reader: bool) -> list[TeamPlace]:
        known = is_reader or any(way[0] in supervised for way in of_person)
        current = [(way[0], jobs[way[1:3]]) for way in of_person if way[3]]
        places = []
        for slug in dict.fromkeys(of.slug for _team, of in current):
            learned_as = [of for _team, of in current if of.slug == slug]
            here = [
                job(paths[team_id], of.role_profile_id, of.role_profile)
                for team_id, of in current
                if of.slug == slug
                and team_id in paths
                and (paths[team_id].startswith(root) if coordinates else paths[team_id] == root)
            ]
            if here:
                is_usual = slug == current[-1][1].slug
                places.append(_place(learned_as, here, known, names_to_coordinators, is_usual))
        return places

    return tuple(
        TeamLearner(person_id, names[person_id], place)
        for person_id, of_person in ways.items()
        for place in places_of(of_person, person_id == actor.person_id)
    )


Way = tuple[int, int, int, int]
"""A membership as all who are alike have it: team, role profile, framework, and 1 where it is
current, which SQLAlchemy would convert to a boolean row by row."""

_JOBS = (
    select(
        RoleProfile.id.label("role_profile_id"),
        Framework.id.label("framework_id"),
        RoleProfile.name.label("role_profile"),
        Framework.slug,
        Framework.title,
        Framework.version,
        Framework.lang,
    )
    .join(Framework, Framework.slug == RoleProfile.slug)
    .where(tuple_(RoleProfile.id, Framework.id).in_(bindparam("learned", expanding=True)))
)
"""Asked once of all who have the same, as they are thousands."""


def ways_of(people: Iterable[TeamLearner]) -> Counter[TeamPlace]:
    """How these people learn, each way once: few, also of thousands."""
    return Counter(map(attrgetter("place"), people))


def all_by_name(people: Iterable[TeamLearner]) -> bool:
    """Whether the reader may see each of them by name."""
    return all(way.by_name for way in ways_of(people))


@lru_cache(maxsize=8)
def _learners_on(today: dt.date, *, below: bool, of_library: bool) -> Select[*tuple[Any, ...]]:
    """Built once a day. Of a whole library nobody is looked for first, as nearly all are in reach:
    who no longer learns there has no place. The version learned is a column, None for none: joined,
    PostgreSQL looks it up twice for each of them."""
    reach: ColumnElement[bool] = (
        Team.path.startswith(bindparam("reach", type_=String))
        if below
        else Team.path == bindparam("reach")
    )
    library = Team.library_id == bindparam("library", type_=Integer)
    in_reach = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(library, Membership.role == Role.LEARNER, current_on(Membership, today), reach)
    )
    return (
        select(
            Membership.person_id,
            Person.name,
            Membership.team_id,
            Membership.role_profile_id,
            version_learned().label("framework_id"),
            type_coerce(current_on(Membership, today), Integer).label("is_current"),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(
            Membership.role == Role.LEARNER,
            in_reach_on(Membership, today),
            Membership.team_id.in_(select(Team.id).where(library))
            if of_library
            else Membership.person_id.in_(in_reach),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.sort_name, Person.id, Membership.starts_on, Membership.id)
    )


def _place(
    learned_as: list[Any], jobs: list[TeamJob], is_known: bool, names: bool, is_usual: bool
) -> TeamPlace:
    newest = learned_as[-1]
    by_name = is_known or names
    same = (row for row in learned_as if row.framework_id == newest.framework_id)
    return TeamPlace(
        jobs=tuple(jobs if by_name else jobs[-1:]),
        framework_id=newest.framework_id,
        framework_slug=newest.slug,
        framework=f"{newest.title} {newest.version}",
        lang=newest.lang,
        by_name=by_name,
        is_revealed=is_known,
        is_usual=is_usual,
        profiles_anywhere=frozenset(row.role_profile_id for row in same),
    )


def within(
    people: Collection[TeamLearner], path: str, below: bool, role_profile_id: int | None = None
) -> list[TeamLearner]:
    """Those of them who have a job there, by it (`TeamPlace.within`)."""
    here = cache(lambda place: place.within(path, below, role_profile_id))
    return [
        one if place is one.place else TeamLearner(one.person_id, one.name, place)
        for one in people
        if (place := here(one.place)) is not None
    ]
