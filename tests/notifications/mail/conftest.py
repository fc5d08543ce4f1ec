"""When mail is looked at."""

import datetime as dt

import pytest

from tests.factories.world import World


@pytest.fixture
def now(context: World) -> dt.datetime:
    return context.now
