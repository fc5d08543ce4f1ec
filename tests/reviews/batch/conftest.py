"""Reviews to answer in a batch."""

import pytest
from flask import Flask

from tests.factories.evidence import piece
from tests.factories.sides import PART, YES, send
from tests.factories.world import World


@pytest.fixture
def review_id(app: Flask, world: World) -> int:
    """Ana's, of three levels: two, three and three statements, on one screen."""
    with app.app_context():
        piece(
            world,
            title="Drop-in",
            text="41 visits since May",
            reasons={world.statements["communication"][0]: "why"},
        )
        return send(world, *[YES, PART] * 4)
