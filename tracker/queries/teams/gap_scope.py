"""Whose levels a gaps page is about, and which of them its reader may see by name."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from sqlalchemy import func, or_, select

from tracker.db import session
from tracker.models import Framework, Library, Round, RoundFramework, RoundSnapshot, Team
from tracker.models.joins import opens_statements
from tracker.policy.permissions import Actor, teams_readable
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.teams.team_learners import TeamLearner, team_learners, within
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import RULE


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
    one or, for who coordinates it, below it, and `in_reach` gives all who do in the root; `blind`
    is what the reader may not see of them. `names`: whether the library shows coordinators levels
    by name; `by_statement`: whether the reader may see of who is named which statements count as
    met. `team_names`: by path, of all teams in reach. `round`: as of whose end all this is; None
    for now. `rule`: name and version of the level rule that decided it."""

    reader_id: int
    library_id: int
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
    blind: BlindSpots
    today: dt.date
    team_names: Mapping[str, str]
    round: PastRound | None = None
    rule: tuple[str, int] = (RULE.name, RULE.version)

    @cached_property
    def chosen(self) -> dict[tuple[int | bool | None, ...], list[TeamLearner]]:
        """Of its people those who were chosen, by what was (gap_matrix)."""
        return {}

    @cached_property
    def here(self) -> list[TeamLearner]:
        """The people of this team and, for who coordinates it, of those below."""
        return within(self.people, self.team.path, self.coordinates)

    def learning(self, slug: str) -> list[TeamLearner]:
        """Those of them who learn a framework, in whatever version."""
        return [one for one in self.here if one.framework_slug == slug]

    def teams_of(self, one: TeamLearner) -> tuple[str, ...]:
        """The names of the teams that somebody is measured in."""
        names = (self.team_names.get(job.path) for job in one.jobs)
        return tuple(dict.fromkeys(name for name in names if name))

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
    learners = cache(
        lambda reach: team_learners(
            actor, root, reach, bool(roots), here.names_to_coordinators, today
        )
    )
    return GapScope(
        reader_id=actor.person_id,
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
        people=learners(path),
        in_reach=lambda: learners(root),
        rounds=_rounds(actor.library_id, today),
        blind=blind,
        today=today,
        team_names={each.path: each.name for each in names.values()},
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
