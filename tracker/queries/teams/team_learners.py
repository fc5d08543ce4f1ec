"""Who learns in the teams of a reader, and by which jobs they are measured there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Integer, Row, Select, String, bindparam, select

from tracker.db import ask_made
from tracker.models import Framework, Membership, Person, PersonVersion, RoleProfile, Team
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, current_on, in_reach_on
from tracker.rules.frameworks.wording import Wording
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
    (rules/profiles/targets): all that they have there in reach, the newest last. Where they have no
    name it is the newest alone, so that they count in one team. `is_revealed`: the reader may read
    by name what they revealed of their own ratings. `is_usual`: their own pages begin with this
    framework. `profiles_anywhere`: the role profiles of all their jobs in it, also out of
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

    @property
    def jobs(self) -> tuple[TeamJob, ...]:
        return self.place.jobs

    @property
    def framework_id(self) -> int:
        return self.place.framework_id

    @property
    def framework_slug(self) -> str:
        return self.place.framework_slug

    @property
    def framework(self) -> Wording:
        return self.place.framework

    @property
    def lang(self) -> str:
        return self.place.lang

    @property
    def by_name(self) -> bool:
        return self.place.by_name

    @property
    def is_revealed(self) -> bool:
        return self.place.is_revealed

    @property
    def is_usual(self) -> bool:
        return self.place.is_usual

    @property
    def role_profile_ids(self) -> frozenset[int]:
        return self.place.role_profile_ids

    @property
    def has_jobs_elsewhere(self) -> bool:
        """Whether they have job profiles by which they are not measured here."""
        return not self.place.profiles_anywhere <= self.role_profile_ids

    @property
    def role_profile(self) -> str:
        """The names of all their jobs here."""
        return ", ".join(dict.fromkeys(job.role_profile for job in self.jobs))


def team_learners(
    actor: Actor,
    root: str,
    reach: str,
    coordinates: bool,
    names_to_coordinators: bool,
    today: dt.date,
) -> tuple[TeamLearner, ...]:
    """Who learns in the team at `reach`, by their jobs in the root above it. One query. The
    reader's own record, and those of the people they supervise or lately did, have names."""
    rows = ask_made(
        _learners_on(today, below=coordinates), {"reach": reach, "library": actor.library_id}
    )
    of_person: defaultdict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows.all():
        of_person[row[0]].append(row)
    supervised = {place.team_id for place in actor.supervises}
    job = cache(TeamJob)

    def places_of(person_id: int, memberships: list[Row[*tuple[Any, ...]]]) -> list[TeamPlace]:
        known = person_id == actor.person_id or any(
            row.team_id in supervised for row in memberships
        )
        current = [row for row in memberships if row.is_current]
        found = []
        for slug in dict.fromkeys(row.slug for row in current):
            there = [row for row in current if row.slug == slug]
            here = [
                job(row.path, row.role_profile_id, row.role_profile)
                for row in there
                if (row.path.startswith(root) if coordinates else row.path == root)
            ]
            if here:
                is_usual = there[-1] is current[-1]
                found.append(_place(there, here, known, names_to_coordinators, is_usual))
        return found

    places: dict[tuple[Any, ...], list[TeamPlace]] = {}
    found = []
    for person_id, memberships in of_person.items():
        alike = (person_id == actor.person_id, *(row[2:6] for row in memberships))
        if alike not in places:
            places[alike] = places_of(person_id, memberships)
        found += [TeamLearner(person_id, memberships[0][1], each) for each in places[alike]]
    return tuple(found)


@lru_cache(maxsize=8)
def _learners_on(today: dt.date, *, below: bool) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    reach: ColumnElement[bool] = (
        Team.path.startswith(bindparam("reach", type_=String))
        if below
        else Team.path == bindparam("reach")
    )
    in_reach = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Team.library_id == bindparam("library", type_=Integer),
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            reach,
        )
    )
    return (
        select(
            Membership.person_id,
            Person.name,
            Membership.team_id,
            Membership.role_profile_id,
            PersonVersion.framework_id,
            current_on(Membership, today).label("is_current"),
            Team.path,
            RoleProfile.name.label("role_profile"),
            Framework.slug,
            Framework.title,
            Framework.version,
            Framework.lang,
        )
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .where(
            Membership.role == Role.LEARNER,
            in_reach_on(Membership, today),
            Membership.person_id.in_(in_reach),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )


def _place(
    there: list[Any], jobs: list[TeamJob], is_known: bool, names: bool, is_usual: bool
) -> TeamPlace:
    newest = there[-1]
    by_name = is_known or names
    same = (row for row in there if row.framework_id == newest.framework_id)
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
