"""More people, where they work, and to whom a record is not open yet."""

import datetime as dt
from typing import Any

from sqlalchemy import true, update

from tests.factories.world import HASH, START, World, add
from tracker.db import transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import Invitation, Membership, Person, RecordOpening, Team, UseStatement
from tracker.records import seals as seals_records
from tracker.rules.core.openings import WAIT
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
        frameworks_versions_records_moves.begin(tx, [world.people[name]], world.now)
    return world.people[name]


def closed_to(
    world: World,
    reader: str,
    person: str,
    team: str = "central",
    *,
    role: Role = Role.SUPERVISOR,
    given_by: str | None = "oda",
    at: dt.datetime | None = None,
    **columns: Any,
) -> int:
    """`person`, who was told at `at` (now), is not open to `reader` yet. Returns the row's id."""
    told_at = at or world.now
    with transaction() as tx:
        return add(
            tx,
            RecordOpening(
                reader_id=world.people[reader],
                person_id=world.people[person],
                role=role,
                team_id=world.teams[team],
                given_by_id=world.people[given_by] if given_by else None,
                given_at=told_at,
                **{"told_at": told_at, "opens_at": told_at + WAIT, **columns},
            ),
        )


def let_links_work() -> None:
    """The one-time links that are out, as after a day."""
    with transaction() as tx:
        seals_records.change_many(tx, Invitation, true(), opens_at=None)


def supervises_no_more(world: World, name: str = "sue") -> None:
    """Since yesterday, anywhere."""
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.person_id == world.people[name], Membership.role == Role.SUPERVISOR)
            .values(ends_on=world.now.date() - dt.timedelta(days=1))
        )


def newer_use_statement(world: World) -> None:
    """Nobody has read it yet."""
    with transaction() as tx:
        city = world.libraries["city"]
        tx.add(UseStatement(library_id=city, version=2, text="New.", published_at=world.now))
