"""People of the small library who are carried to a next version, as the worker does it."""

import datetime as dt

from tests.factories.sending import actor
from tests.factories.versions import NextVersion
from tests.factories.world import World
from tracker.queries.frameworks.carrying import CarryingScope
from tracker.services.frameworks import carrying
from tracker.services.frameworks.carrying import CarryingOutcome

AFTER = dt.datetime(2026, 12, 14, 10, 0, tzinfo=dt.UTC)
"""The round of the small world is over."""


def planned(
    world: World,
    version: NextVersion,
    *,
    by: str | None = "adam",
    person: str | None = None,
    team: str | None = None,
    now: dt.datetime = AFTER,
    starts_on: dt.date | None = None,
) -> int:
    scope = CarryingScope(
        world.libraries["city"],
        world.framework_id,
        version.framework_id,
        world.teams[team] if team else None,
        world.people[person] if person else None,
    )
    who = actor(world, by, now) if by else None
    return carrying.plan(who, scope, starts_on or now.date(), now)


def done(carrying_id: int, now: dt.datetime = AFTER, *, at_most: int = 1_000) -> CarryingOutcome:
    """Go on with it, there or back; `at_most` so many people, as if cut short after them."""
    for each in carrying.begin(carrying_id, now)[:at_most]:
        carrying.go_on(carrying_id, each, now)
    return carrying.finish(carrying_id, now)


def carried(world: World, version: NextVersion, now: dt.datetime = AFTER) -> int:
    """The whole library. The carrying's id."""
    carrying_id = planned(world, version, now=now)
    done(carrying_id, now)
    return carrying_id


def undone(world: World, carrying_id: int, now: dt.datetime = AFTER) -> CarryingOutcome:
    carrying.undo(actor(world, "adam", now), carrying_id, now)
    return done(carrying_id, now)
