"""Differences to settle."""

import pytest
from flask import Flask

from tests.copies import made_once
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import NO, PART, SURE_NOT, YES
from tests.factories.world import World
from tests.reviews.differences.pages import revealed


@pytest.fixture
def three(app: Flask, world: World, engine_name: str) -> tuple[str, list[int]]:
    """One step apart, two steps, and not sure; a fourth matches."""
    pairs = (
        (PART, ReviewerAnswer.NOT_YET),
        (YES, ReviewerAnswer.NOT_YET),
        (SURE_NOT, ReviewerAnswer.PARTLY),
        (NO, ReviewerAnswer.NOT_YET),
    )
    with app.app_context():
        return made_once("three", engine_name, lambda: revealed(world, *pairs))
