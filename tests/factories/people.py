"""More people, and where they work."""

import datetime as dt

from sqlalchemy import update

from tests.factories.world import HASH, START, World, add
from tracker.db import transaction
from tracker.models import Invitation, Membership, Person, Team
from tracker.rules.roles import Role


def join(
    world: World,
    name: str,
    team: str,
    role: Role = Role.LEARNER,
    *,
    starts_on: dt.date = START,
    ends_on: dt.date | None = None,
    role_profile: str = "city",
) -> int:
    """Put somebody, new or known, into a team in a role. Returns the person's id."""
    with transaction() as tx:
        library_id = tx.get_one(Team, world.teams[team]).library_id
        if name not in world.people:
            world.people[name] = add(
                tx,
                Person(
                    library_id=library_id,
                    name=name.title(),
                    email=world.email(name),
                    password_hash=HASH,
                    created_at=world.now,
                ),
            )
        profile_id = world.role_profiles[role_profile] if role is Role.LEARNER else None
        add(
            tx,
            Membership(
                person_id=world.people[name],
                team_id=world.teams[team],
                role=role,
                role_profile_id=profile_id,
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        )
    return world.people[name]


def let_links_work() -> None:
    """The one-time links that are out, as after a day."""
    with transaction() as tx:
        tx.execute(update(Invitation).values(opens_at=None))
