"""Whose levels a gaps page is about, now or at the end of a round, and which of them its reader may
see by name."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, select

from tracker.db import ask_made, session
from tracker.frameworks.versions.rules_levels import RULE_VERSION
from tracker.models import (
    Framework,
    Library,
    Person,
    Round,
    RoundFramework,
    RoundSnapshot,
    SnapshotPerson,
    Team,
)
from tracker.models.joins import opens_statements
from tracker.policy.permissions import reach, teams_in_reach
from tracker.record.sheet.queries_learners import LIBRARY
from tracker.record.standings.rules import version_of
from tracker.record.visible.queries import Reader
from tracker.rules.core.wording import Wording
from tracker.teams.team.queries_learners import (
    TeamJob,
    TeamLearner,
    TeamPlace,
    team_learners,
    within,
)


@dataclass(frozen=True, slots=True)
class TeamName:
    id: int
    parent_id: int | None
    name: str
    path: str


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


@dataclass(frozen=True)
class GapScope:
    """What a gaps page stands on for its reader, before it is filtered. `root`: the highest team
    that the reader coordinates and that holds this one, or this one itself; `people` learn in this
    one or, for who coordinates it, below it, and `in_reach` gives all who do in the root. `names`:
    whether the library shows coordinators levels by name; `by_statement`: whether the reader may
    see of who is named which statements count as met. `team_names`: by path, of all teams in reach.
    `round`: as of whose end all this is; None for now. `rule_version`: of how levels were worked
    out."""

    reader: Reader
    team: TeamName
    root: str
    coordinates: bool
    names: bool
    by_statement: bool
    above: tuple[TeamName, ...]
    children: tuple[TeamName, ...]
    people: tuple[TeamLearner, ...]
    in_reach: Callable[[], tuple[TeamLearner, ...]]
    rounds: tuple[PastRound, ...]
    team_names: Mapping[str, str]
    round: PastRound | None = None
    rule_version: int = RULE_VERSION

    @property
    def today(self) -> dt.date:
        return self.reader.today

    @property
    def library_id(self) -> int:
        return self.reader.actor.library_id

    @cached_property
    def here(self) -> list[TeamLearner]:
        """The people of this team and, for who coordinates it, of those below."""
        return within(self.people, self.team.path, self.coordinates)

    @cached_property
    def ids_here(self) -> frozenset[int]:
        return frozenset(one.person_id for one in self.here)

    def teams_of(self, one: TeamLearner) -> tuple[str, ...]:
        """The names of the teams that somebody is measured in."""
        names = (self.team_names.get(job.path) for job in one.place.jobs)
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def way(self) -> tuple[TeamName, ...]:
        """The team and those above it that the reader may read, from the top."""
        return *self.above, self.team

    @property
    def kept(self) -> list[PastRound]:
        """The rounds that are over and kept as they were, the newest first."""
        return [period for period in self.rounds if period.snapshot_id is not None]

    def open_round(self, framework_id: int) -> PastRound | None:
        """The round of that framework that today falls into."""
        mine = (period for period in self.rounds if period.framework_id == framework_id)
        return next(
            (period for period in mine if period.starts_on <= self.today <= period.ends_on), None
        )


def gap_scope(reader: Reader, team_id: int, path: str) -> GapScope:
    """For a team that they may read. Three queries."""
    actor, today = reader.actor, reader.today
    roots = [place.path for place in actor.coordinates if path.startswith(place.path)]
    root = min(roots, key=len, default=path)
    asked = {**reach(actor), "today": today}
    teams = ask_made(_teams(len(actor.coordinates)), asked).all()
    names = {team.id: TeamName(*team[:4]) for team in teams if team.is_open or team.id == team_id}
    paths = {team.id: team.path for team in teams}
    above = sorted(
        (team for team in names.values() if path.startswith(team.path)),
        key=lambda team: len(team.path),
    )
    here = next(team for team in teams if team.id == team_id)
    learners = cache(
        lambda at: team_learners(
            actor, root, at, bool(roots), here.names_to_coordinators, today, paths
        )
    )
    return GapScope(
        reader=reader,
        team=names[team_id],
        root=root,
        coordinates=bool(roots),
        names=here.names_to_coordinators,
        by_statement=not roots or here.opens,
        above=tuple(team for team in above if team.id != team_id),
        children=tuple(team for team in names.values() if team.parent_id == team_id)
        if roots
        else (),
        people=learners(path),
        in_reach=lambda: learners(root),
        rounds=tuple(PastRound(**row) for row in ask_made(_rounds(), asked).mappings()),
        team_names={team.path: team.name for team in names.values()},
    )


@cache
def _teams(roots: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Team.id,
            Team.parent_id,
            Team.name,
            Team.path,
            Library.names_to_coordinators,
            opens_statements(Library.id).label("opens"),
            Team.closed_on.is_(None).label("is_open"),
        )
        .join(Library, Library.id == Team.library_id)
        .where(teams_in_reach(roots))
        .order_by(Team.name, Team.id)
    )


@cache
def _rounds() -> Select[*tuple[Any, ...]]:
    """Those that have begun, the newest first."""
    return (
        select(
            Round.id,
            Round.name,
            RoundFramework.framework_id,
            Framework.slug.label("framework_slug"),
            (Framework.title + " " + Framework.version).label("framework"),
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
        .where(Round.library_id == LIBRARY, Round.starts_on <= bindparam("today", type_=Date))
        .order_by(Round.starts_on.desc(), Round.id.desc())
    )


def facts_of(at: PastRound) -> Mapping[str, Any]:
    """Of a round that is kept. One query."""
    query = select(RoundSnapshot.facts).where(RoundSnapshot.id == at.snapshot_id)
    facts: Mapping[str, Any] = session().scalars(query).one()
    return facts


def people_of(at: PastRound, *columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of those who were in a round that is kept, after the person's id."""
    return select(SnapshotPerson.person_id, *columns).where(
        SnapshotPerson.snapshot_id == at.snapshot_id, SnapshotPerson.framework_id == at.framework_id
    )


def scope_at(scope: GapScope, at: PastRound) -> GapScope:
    """For a round that is kept. Two queries, and one where the reader coordinates a team above.

    Who coordinates a team reads its rounds by name as they read the team by name now, also of those
    who have left since. Who only supervises it has those people whom they may see by name now. The
    reader's highest team counts where it held this one then.
    """
    facts = facts_of(at)
    teams = {row[0]: TeamName(*row) for row in facts["teams"]}
    team = teams.get(scope.team.id, scope.team)
    highest = teams.get(_id(scope.root))
    root = highest.path if highest and team.path.startswith(highest.path) else team.path
    version = version_of(facts, at.framework_id)
    now = {one.person_id: one for one in scope.in_reach() if one.place.by_name}
    rows = session().execute(
        people_of(at, Person.name, SnapshotPerson.jobs)
        .join(Person, Person.id == SnapshotPerson.person_id)
        .order_by(SnapshotPerson.id)
    )

    @cache
    def place(jobs: tuple[TeamJob, ...], is_named: bool, is_revealed: bool) -> TeamPlace:
        return TeamPlace(
            jobs=jobs,
            framework_id=at.framework_id,
            framework_slug=version.slug,
            framework=f"{version.title} {version.version}",
            lang=version.lang,
            by_name=is_named,
            is_revealed=is_revealed,
            is_usual=False,
        )

    people = []
    for row in rows:
        jobs = tuple(
            job
            for job in (TeamJob(*of) for of in row.jobs)
            if (job.path.startswith(root) if scope.coordinates else job.path == root)
        )
        is_named = row.person_id in now or (scope.coordinates and scope.names)
        if jobs and (is_named or scope.coordinates):
            measured = jobs if is_named else jobs[-1:]
            is_revealed = row.person_id in now and now[row.person_id].place.is_revealed
            people.append(
                TeamLearner(row.person_id, row.name, place(measured, is_named, is_revealed))
            )
    return replace(
        scope,
        team=team,
        root=root,
        children=tuple(
            child for child in teams.values() if scope.coordinates and child.parent_id == team.id
        ),
        people=tuple(people),
        team_names={child.path: child.name for child in teams.values()},
        round=at,
        rule_version=facts["rule_version"],
    )


def _id(path: str) -> int:
    """Of the team that a path leads to."""
    return int(path.rstrip("/").rpartition("/")[2])
