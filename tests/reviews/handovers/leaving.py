"""Reviews whose reviewer leaves."""

import datetime as dt

from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.reviews.handovers import queries as handovers_queries

SAYS_YES, SAYS_NO, CANNOT = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)


def stranded(
    world: World, at: dt.datetime, team: str = "city"
) -> list[handovers_queries.OpenReview]:
    """As their coordinator sees it."""
    return handovers_queries.stranded(actor(world, "cora"), f"/{world.teams[team]}/", at.date())
