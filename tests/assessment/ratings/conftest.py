"""Who rates, and the first statement."""

import pytest

from tests.assessment.ratings.stored import actor
from tests.factories.world import World
from tracker.policy.permissions import Actor


@pytest.fixture
def rater(world: World, app_context: None) -> Actor:
    return actor(world, "ana")


@pytest.fixture
def first(world: World) -> int:
    return world.statements["communication"][0]
