"""What was sent in a round, as of a moment."""

import datetime as dt

import pytest

from tests.factories.frameworks import open_round
from tests.factories.sides import actor
from tests.factories.world import World
from tests.teams.rounds.pages import DAY, sent
from tracker.db import transaction
from tracker.models import Review
from tracker.record.visible.queries import Reader
from tracker.record.workflow.rules import ReviewStatus
from tracker.teams.rounds.queries_reviews import reviews_of

pytestmark = pytest.mark.usefixtures("app_context")


def test_it_is_open_until_it_is_closed_whatever_was_revealed(world: World) -> None:
    """Also as of a moment, when it is closed by now."""
    spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    ago = (world.now.date() - dt.date(2026, 5, 20)).days
    review_id = sent(world, "ben", ReviewStatus.CLOSED, days_ago=ago, round_name="Spring 2026")
    with transaction() as tx:
        review = tx.get_one(Review, review_id)
        begun = review.sent_at
        review.revealed_at, review.closed_at = begun + 3 * DAY, begun + 20 * DAY
    stood, cora = [], Reader(actor(world, "cora"), world.now)
    for days in (2, 10, 21):
        ben = [world.people["ben"]]
        (one,) = reviews_of(spring, ben, cora, begun + days * DAY)[ben[0]]
        stood.append((one.is_open, one.days))
    assert stood == [(True, None), (True, None), (False, 20)]
