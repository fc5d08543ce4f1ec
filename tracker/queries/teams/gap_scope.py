"""Whose levels a gaps page is about, and which of them its reader may see by name."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import ColumnElement, func, or_, select

from tracker.db import session
from tracker.models import (
    Framework,
    Library,
    Membership,
    Person,
    RoleProfile,
    Round,
    RoundFramework,
    RoundSnapshot,
    Team,
)
from tracker.models.joins import opens_statements
from tracker.policy.permissions import Actor, current_on, in_reach_on, teams_readable
from tracker.queries.access.blind_spots import BlindSpots
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import RULE
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class TeamName:
    id: int
    parent_id: int | None
    name: str
    path: str


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
    name it is the newest alone, so that they count in one team. `is_usual`: their own pages begin
    with this framework. `profiles_anywhere`: the role profiles of all their jobs in it, also out of
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
        jobs = tuple(
            job
            for job in self.jobs
            if (job.path.startswith(path) if below else job.path == path)
            and role_profile_id in (None, job.role_profile_id)
        )
        return replace(self, jobs=jobs) if jobs else None


@dataclass(frozen=True, slots=True)
class PastRound:
    """A round that has begun, for one of its frameworks. `snapshot_id`: of how things were `as_of`
    its end; None before that is kept. `reconstructed`: it was put together afterwards."""

    id: int
    name: str
    framework_id: int
    framework_slug: str
    framework: Wording
    lang: str
    starts_on: dt.date
    ends_on: dt.date
    snapshot_id: int | None
    as_of: dt.datetime | None
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class GapScope:
    """What a gaps page stands on, before it is filtered. `root`: the highest team that the reader
    coordinates and that holds this one, or this one itself; `people` are all who learn in it or
    below it; `blind` is what the reader may not see of them. `names`: whether the library shows
    coordinators levels by name; `by_statement`: whether the reader may see of who is named which
    statements count as met. `team_names`: by path, of all teams in reach. `round`: as of whose
    end all this is; None for now. `rule`: name and version of the level rule that decided it."""

    library_id: int
    team: TeamName
    root: str
    coordinates: bool
    names: bool
    by_statement: bool
    above: tuple[TeamName, ...]
    children: tuple[TeamName, ...]
    people: tuple[TeamLearner, ...]
    rounds: tuple[PastRound, ...]
    blind: BlindSpots
    today: dt.date
    team_names: Mapping[str, str]
    round: PastRound | None = None
    rule: tuple[str, int] = (RULE.name, RULE.version)

    @property
    def here(self) -> list[TeamLearner]:
        """The people of this team and, for who coordinates it, of those below."""
        return within(self.people, self.team.path, self.coordinates)

    def learning(self, slug: str) -> list[TeamLearner]:
        """Those of them who learn a framework, in whatever version."""
        return [one for one in self.here if one.framework_slug == slug]

    @property
    def all_by_name(self) -> bool:
        """Whether the reader may see everybody here by name."""
        return all(one.by_name for one in self.here)

    @property
    def kept(self) -> list[PastRound]:
        """The rounds that are over and kept as they were, the newest first."""
        return [each for each in self.rounds if each.snapshot_id is not None]

    def open_round(self, framework_id: int) -> PastRound | None:
        """The round of that framework that today falls into."""
        mine = (each for each in self.rounds if each.framework_id == framework_id)
        return next((each for each in mine if each.starts_on <= self.today <= each.ends_on), None)


def gap_scope(
    actor: Actor, team_id: int, path: str, blind: BlindSpots, now: dt.datetime
) -> GapScope:
    """For a team that the actor may read. Three queries."""
    today = actor.today(now)
    roots = [place.path for place in actor.coordinates if path.startswith(place.path)]
    root = min(roots, key=len, default=path)
    query = (
        select(
            Team.id,
            Team.parent_id,
            Team.name,
            Team.path,
            Library.names_to_coordinators,
            opens_statements(Library.id).label("opens"),
        )
        .join(Library, Library.id == Team.library_id)
        .where(teams_readable(actor), or_(Team.closed_on.is_(None), Team.id == team_id))
        .order_by(Team.name, Team.id)
    )
    teams = session().execute(query).all()
    names = {team.id: TeamName(*team[:4]) for team in teams}
    above = sorted(
        (each for each in names.values() if path.startswith(each.path)),
        key=lambda each: len(each.path),
    )
    here = next(team for team in teams if team.id == team_id)
    return GapScope(
        library_id=actor.library_id,
        team=names[team_id],
        root=root,
        coordinates=bool(roots),
        names=here.names_to_coordinators,
        by_statement=not roots or here.opens,
        above=tuple(each for each in above if each.id != team_id),
        children=tuple(each for each in names.values() if each.parent_id == team_id)
        if roots
        else (),
        people=_people(actor, root, bool(roots), here.names_to_coordinators, today),
        rounds=_rounds(actor.library_id, today),
        blind=blind,
        today=today,
        team_names={each.path: each.name for each in names.values()},
    )


def _people(
    actor: Actor, root: str, coordinates: bool, names_to_coordinators: bool, today: dt.date
) -> tuple[TeamLearner, ...]:
    """One query. The reader's own record, and those of the people they supervise or lately did,
    have names."""
    reach: ColumnElement[bool] = (
        Team.path.startswith(root, autoescape=True) if coordinates else Team.path == root
    )
    in_reach = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.role == Role.LEARNER, current_on(Membership, today), reach)
    )
    rows = session().execute(
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
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .where(
            Membership.role == Role.LEARNER,
            in_reach_on(Membership, today),
            Membership.person_id.in_(in_reach),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    by_person: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_person[row.person_id].append(row)
    supervised = {place.team_id for place in actor.supervises}
    found = []
    for person_id, memberships in by_person.items():
        known = person_id == actor.person_id or any(
            row.team_id in supervised for row in memberships
        )
        current = [row for row in memberships if row.ends_on is None or row.ends_on >= today]
        for slug in dict.fromkeys(row.slug for row in current):
            there = [row for row in current if row.slug == slug]
            here = [
                TeamJob(row.path, row.role_profile_id, row.role_profile)
                for row in there
                if (row.path.startswith(root) if coordinates else row.path == root)
            ]
            if here:
                by_name = known or names_to_coordinators
                found.append(_learner(there, here, by_name, there[-1] is current[-1]))
    return tuple(found)


def _learner(there: list[Any], jobs: list[TeamJob], by_name: bool, is_usual: bool) -> TeamLearner:
    newest = there[-1]
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
        is_usual=is_usual,
        profiles_anywhere=frozenset(row.role_profile_id for row in same),
    )


def _rounds(library_id: int, today: dt.date) -> tuple[PastRound, ...]:
    """Those that have begun, the newest first. One query."""
    rows = session().execute(
        select(
            Round.id,
            Round.name,
            RoundFramework.framework_id,
            Framework.slug,
            Framework.title,
            Framework.version,
            Framework.lang,
            Round.starts_on,
            Round.ends_on,
            RoundSnapshot.id.label("snapshot_id"),
            RoundSnapshot.as_of,
            func.coalesce(RoundSnapshot.reconstructed, False).label("reconstructed"),
        )
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(Framework, Framework.id == RoundFramework.framework_id)
        .outerjoin(RoundSnapshot, RoundSnapshot.round_id == Round.id)
        .where(Round.library_id == library_id, Round.starts_on <= today)
        .order_by(Round.starts_on.desc(), Round.id.desc())
    )
    return tuple(
        PastRound(
            id=row.id,
            name=row.name,
            framework_id=row.framework_id,
            framework_slug=row.slug,
            framework=f"{row.title} {row.version}",
            lang=row.lang,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            snapshot_id=row.snapshot_id,
            as_of=row.as_of,
            reconstructed=row.reconstructed,
        )
        for row in rows
    )


def within(
    people: Collection[TeamLearner], path: str, below: bool, role_profile_id: int | None = None
) -> list[TeamLearner]:
    """Those of them who have a job there, by it (`TeamLearner.within`)."""
    found = (one.within(path, below, role_profile_id) for one in people)
    return [one for one in found if one is not None]
