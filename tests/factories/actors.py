"""People of the world as policy sees them, for tests of services and queries. Needs an application
context."""

from tests.factories.world import World
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person


def acting(world: World, name: str) -> Actor:
    actor = actor_for_person(world.people[name], world.now)
    assert actor is not None
    return actor
