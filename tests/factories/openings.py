"""Readers to whom a record is not open yet."""

import datetime as dt
from typing import Any

from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import RecordOpening
from tracker.rules.administration.openings import WAIT
from tracker.rules.roles import Role


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
