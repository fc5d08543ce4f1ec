"""Random worlds of teams and people."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.world import add, job
from tracker.db import db, transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import Framework, Library, Membership, Person, Team
from tracker.policy.permissions import Actor, profiles_readable
from tracker.rules.roles import Permission, Role

TODAY = NOW.date()
TEAM_READ, GAPS_READ = Permission.TEAM_READ, Permission.GAPS_READ


@dataclass(frozen=True)
class Plan:
    """`parents[i]` is the team above team i, None for a root; `places` are (person, team, role,
    begins, ends)."""

    parents: tuple[int | None, ...]
    closed: frozenset[int]
    people: int
    places: tuple[tuple[int, int, Role, int, int | None], ...]


def root_of(plan: Plan, team: int) -> int:
    above = plan.parents[team]
    return team if above is None else root_of(plan, above)


def build(plan: Plan) -> tuple[list[int], list[int]]:
    """Ids of the people and of the teams. Person n is of library n % 2, and joins teams of their
    own library only."""
    with transaction() as tx:
        framework_id = add(
            tx, Framework(slug="f", version="1", title="F", digest="0", about={}, published_at=NOW)
        )
        libraries = [
            add(tx, Library(name=f"Library {number}", created_at=NOW, names_to_coordinators=False))
            for number in range(2)
        ]
        profiles = [job(tx, library, framework_id, "P", None) for library in libraries]
        teams: list[int] = []
        for number, above in enumerate(plan.parents):
            parent = None if above is None else tx.get_one(Team, teams[above])
            row = Team(
                library_id=libraries[root_of(plan, number)],
                parent_id=None if parent is None else parent.id,
                name=f"Team {number}",
                path="",
                closed_on=TODAY if number in plan.closed else None,
            )
            teams.append(add(tx, row))
            row.path = f"{'/' if parent is None else parent.path}{row.id}/"
        people = [
            add(
                tx,
                Person(
                    library_id=libraries[number % 2],
                    name=f"P{number}",
                    email=f"p{number}",
                    created_at=NOW,
                ),
            )
            for number in range(plan.people)
        ]
        for person, team, role, begins, ends in plan.places:
            until = None if ends is None else TODAY + dt.timedelta(days=ends)
            add(
                tx,
                Membership(
                    person_id=people[person],
                    team_id=teams[team],
                    role=role,
                    ends_on=until,
                    role_profile_id=profiles[person % 2],
                    starts_on=TODAY + dt.timedelta(days=begins),
                ),
            )
        frameworks_versions_records_moves.begin(tx, people, NOW)
    return people, teams


def profiles(actor: Actor, *, named: bool) -> set[int]:
    """By SQL: whose profiles the actor may read, where coordinators see names and where not."""
    query = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(profiles_readable(actor, TODAY, named=named))
    )
    return {*db.session.scalars(query)}
