"""Who learns in the teams of a reader, and by which jobs they are measured there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Self

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, select

from tracker.db import session
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


@dataclass(frozen=True, slots=True)
class TeamLearner:
    """Somebody who learns a framework in reach of the reader; one for each of their frameworks.

    `jobs`: those by which they are measured, once, against the higher target of each domain
    (rules/profiles/targets): all that they have there in reach, the newest last. Where they have no
    name it is the newest alone, so that they count in one team. `is_revealed`: the reader may read
    by name what they revealed of their own ratings. `is_usual`: their own pages begin with this
    framework. `profiles_anywhere`: the role profiles of all their jobs in it, also out of
    reach, by which their own pages measure them.
    """

    person_id: int
    name: str
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
    def path(self) -> str:
        return self.jobs[-1].path

    @property
    def role_profile_id(self) -> int:
        return self.jobs[-1].role_profile_id

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
        """The same person by their jobs in the team, or with `below` in it or in one below it; with
        a role profile, by those of it. None where they have none."""
        jobs = [
            job
            for job in self.jobs
            if (job.path.startswith(path) if below else job.path == path)
            and role_profile_id in (None, job.role_profile_id)
        ]
        if len(jobs) == len(self.jobs):
            return self
        return replace(self, jobs=tuple(jobs)) if jobs else None


def team_learners(
    actor: Actor, root: str, coordinates: bool, names_to_coordinators: bool, today: dt.date
) -> tuple[TeamLearner, ...]:
    """One query. The reader's own record, and those of the people they supervise or lately did,
    have names."""
    rows = session().execute(
        _learners_on(today, below=coordinates), {"root": root, "library": actor.library_id}
    )
    by_person: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_person[row.person_id].append(row)
    supervised = {place.team_id for place in actor.supervises}
    job = cache(TeamJob)
    found = []
    for person_id, memberships in by_person.items():
        known = person_id == actor.person_id or any(
            row.team_id in supervised for row in memberships
        )
        current = [row for row in memberships if row.ends_on is None or row.ends_on >= today]
        for slug in dict.fromkeys(row.slug for row in current):
            there = [row for row in current if row.slug == slug]
            here = [
                job(row.path, row.role_profile_id, row.role_profile)
                for row in there
                if (row.path.startswith(root) if coordinates else row.path == root)
            ]
            if here:
                is_usual = there[-1] is current[-1]
                found.append(_learner(there, here, known, names_to_coordinators, is_usual))
    return tuple(found)


@lru_cache(maxsize=8)
def _learners_on(today: dt.date, *, below: bool) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    reach: ColumnElement[bool] = (
        Team.path.startswith(bindparam("root", type_=String))
        if below
        else Team.path == bindparam("root")
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
            Membership.ends_on,
            Person.name,
            Team.id.label("team_id"),
            Team.path,
            RoleProfile.id.label("role_profile_id"),
            RoleProfile.name.label("role_profile"),
            Framework.id.label("framework_id"),
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


def _learner(
    there: list[Any], jobs: list[TeamJob], is_known: bool, names: bool, is_usual: bool
) -> TeamLearner:
    newest = there[-1]
    by_name = is_known or names
    same = (row for row in there if row.framework_id == newest.framework_id)
    return TeamLearner(
        person_id=newest.person_id,
        name=newest.name,
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
    """Those of them who have a job there, by it (`TeamLearner.within`)."""
    found = (one.within(path, below, role_profile_id) for one in people)
    return [one for one in found if one is not None]
