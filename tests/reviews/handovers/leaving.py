"""Reviews whose reviewer leaves."""

import datetime as dt

from tests.factories.answers import ReviewerAnswer
from tracker.policy.permissions import Actor
from tracker.reviews.handovers import queries as handovers_now

SAYS_YES, SAYS_NO, CANNOT = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)


def waiting(by: Actor, path: str, today: dt.date) -> list[handovers_now.OpenReview]:
    return handovers_now.waiting(handovers_now.queue(by, path, today), today)
