"""Services are called without a request: a context, and who acts."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories.actors import acting
from tests.factories.world import World
from tracker.policy.permissions import Actor


@pytest.fixture
def context(app: Flask, world: World) -> Iterator[World]:
    """The small world inside an application context. For tests without clients."""
    with app.app_context():
        yield world


@pytest.fixture
def adam(context: World) -> Actor:
    """The administrator of City Library."""
    return acting(context, "adam")
