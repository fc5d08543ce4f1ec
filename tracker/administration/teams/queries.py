"""The tree of a library's teams, for its administrator."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Membership, Team
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


def tree(actor: Actor) -> list[TeamBranch]:
    """Every team of the actor's library, each below its parent, siblings by name. One query."""
    of_library = select(Team).where(Team.library_id == actor.library_id)
    teams = {team.id: team for team in session().scalars(of_library)}
    ways = [[teams[int(part)] for part in team.path[1:-1].split("/")] for team in teams.values()]
    ways.sort(key=lambda way: [(team.sort_name, team.id) for team in way])
    return [
        TeamBranch(
            id=team.id,
            name=team.name,
            path=team.path,
            above=tuple(parent.name for parent in above),
            open_reviews=team.open_reviews,
            closed_on=team.closed_on,
        )
        for *above, team in ways
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


def detail(team_id: int) -> Team:
    """The door has asked whose it is."""
    return session().get_one(Team, team_id)
