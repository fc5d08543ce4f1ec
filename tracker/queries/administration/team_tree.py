"""The tree of a library's teams, for its administrator."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Library, Membership, Team
from tracker.policy.permissions import Actor, current_on
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class TeamBranch:
    """A team in the tree, below those of the names `above`: the root has none."""

    id: int
    name: str
    path: str
    above: tuple[str, ...]
    open_reviews: bool
    closed_on: dt.date | None

    @property
    def depth(self) -> int:
        return len(self.above)


@dataclass(frozen=True, slots=True)
class TeamDetails:
    id: int
    parent_id: int | None
    name: str
    library: str
    open_reviews: bool
    closed_on: dt.date | None


def tree(actor: Actor) -> list[TeamBranch]:
    """Every team of the actor's library, each below its parent, siblings by name. One query."""
    query = select(
        Team.id, Team.name, Team.path, Team.sort_name, Team.open_reviews, Team.closed_on
    ).where(Team.library_id == actor.library_id)
    rows = {row.id: row for row in session().execute(query)}
    lines = [[rows[int(part)] for part in row.path.strip("/").split("/")] for row in rows.values()]
    lines.sort(key=lambda line: [(each.sort_name, each.id) for each in line])
    return [
        TeamBranch(
            here.id,
            here.name,
            here.path,
            tuple(each.name for each in above),
            here.open_reviews,
            here.closed_on,
        )
        for *above, here in lines
    ]


def people_in(team_ids: Collection[int], today: dt.date) -> Counter[tuple[int, Role]]:
    """How many people are in each of these very teams in each role. One query."""
    rows = session().execute(
        select(Membership.team_id, Membership.role, func.count(Membership.person_id.distinct()))
        .where(Membership.team_id.in_(team_ids), current_on(Membership, today))
        .group_by(Membership.team_id, Membership.role)
    )
    return Counter({(team_id, role): count for team_id, role, count in rows})


def choices(actor: Actor, *, but_below: str | None = None) -> list[tuple[int, str]]:
    """Open teams to choose from, with dashes for depth. `but_below` leaves out a path and all below
    it."""
    return [
        (branch.id, f"{'– ' * branch.depth}{branch.name}")
        for branch in tree(actor)
        if branch.closed_on is None and not (but_below and branch.path.startswith(but_below))
    ]


def detail(team_id: int) -> TeamDetails:
    """One team; the door has asked whose it is."""
    query = (
        select(Team.id, Team.parent_id, Team.name, Library.name, Team.open_reviews, Team.closed_on)
        .join(Library, Library.id == Team.library_id)
        .where(Team.id == team_id)
    )
    row = session().execute(query).one()
    return TeamDetails(*row)
