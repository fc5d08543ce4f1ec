"""Somebody who looks after frameworks, where one is published."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.world import World
from tests.frameworks.next_files import seed
from tracker.administration.library.actions import set_framework_editor


@pytest.fixture
def editor(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Client:
    """Ana, a learner whom an operator let edit frameworks."""
    with app.app_context():
        first_version(seed(), NOW)
        set_framework_editor(None, world.email("ana"), True, NOW)
    return sign_in(world.email("ana"))
