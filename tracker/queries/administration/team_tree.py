"""The tree of a library's teams, for its administrator."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Library, Membership, Team
from tracker.policy.permissions import Actor, current_on
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class TeamBranch:
    """A team in the tree: the root has depth 0. `learners` and `supervisors` count current
    memberships of it alone."""

    id: int
    parent_id: int | None
    name: str
    path: str
    depth: int
    open_reviews: bool
    closed_on: dt.date | None
    learners: int = 0
    supervisors: int = 0


@dataclass(frozen=True, slots=True)
class TeamDetails:
    id: int
    parent_id: int | None
    name: str
    library: str
    open_reviews: bool
    closed_on: dt.date | None


def tree(actor: Actor, today: dt.date) -> list[TeamBranch]:
    """Every team of the actor's library, each below its parent, siblings by name. Two
    statements."""
    counts = {
        (team_id, role): count
        for team_id, role, count in session().execute(
            select(Membership.team_id, Membership.role, func.count(Membership.person_id.distinct()))
            .join(Team, Team.id == Membership.team_id)
            .where(Team.library_id == actor.library_id, current_on(Membership, today))
            .group_by(Membership.team_id, Membership.role)
        )
    }
    query = select(
        Team.id, Team.parent_id, Team.name, Team.path, Team.open_reviews, Team.closed_on
    ).where(Team.library_id == actor.library_id)
    rows = session().execute(query).all()
    names = {row.id: row.name.casefold() for row in rows}

    def place(path: str) -> list[tuple[str, int]]:
        return [(names[int(part)], int(part)) for part in path.strip("/").split("/")]

    return [
        TeamBranch(
            *row[:4],
            row.path.count("/") - 2,
            *row[4:],
            learners=counts.get((row.id, Role.LEARNER), 0),
            supervisors=counts.get((row.id, Role.SUPERVISOR), 0),
        )
        for row in sorted(rows, key=lambda row: place(row.path))
    ]


def choices(actor: Actor, today: dt.date, *, but_below: str | None = None) -> list[tuple[int, str]]:
    """Open teams to choose from, with dashes for depth. `but_below` leaves out a path and all below
    it."""
    return [
        (branch.id, f"{'– ' * branch.depth}{branch.name}")
        for branch in tree(actor, today)
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
