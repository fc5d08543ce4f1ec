"""Differences to settle, and how they stand."""

import datetime as dt

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import NO, PART, YES, actor, answer_all, send
from tests.factories.world import World
from tracker.reviews.review import actions as review_actions

AGREED = EndorsedAnswer.PARTLY
AFTERWARDS = dt.datetime(2026, 12, 9, 0, 0, tzinfo=dt.UTC)


def differing(world: World, count: int = 2) -> int:
    """A review of which every item differs. Its id."""
    review_id = send(world, *[YES, PART, NO][:count])
    said = (ReviewerAnswer.PARTLY, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
    answer_all(world, review_id, *said[:count])
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return review_id


def confirm(
    world: World, name: str, item_id: int, answer: EndorsedAnswer = AGREED, reason: str = "talked"
) -> bool:
    return sides.confirm(actor(world, name), item_id, answer, reason, world.now)
