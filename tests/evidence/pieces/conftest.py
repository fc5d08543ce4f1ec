"""Whose evidence it is."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.evidence.pieces.stored import Somebody
from tests.factories.world import World
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person


@pytest.fixture
def somebody(app: Flask, world: World) -> Iterator[Somebody]:
    """Actors by name. These tests hold a context: no client is in play."""

    def named(name: str) -> Actor:
        actor = actor_for_person(world.people[name], world.now)
        assert actor is not None
        return actor

    with app.app_context():
        yield named
