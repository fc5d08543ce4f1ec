"""How a review and its items stand, what moved them, and answers to give."""

from sqlalchemy import select

from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import items
from tracker.db import session
from tracker.models import ReviewMove

TELLS, SAYS_PART, SAYS_NO = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
)
NOT_THEIRS, CANNOT = ReviewerAnswer.NOT_THEIR_WORK, ReviewerAnswer.CANNOT_TELL


def statuses(review_id: int) -> list[str]:
    return [item.status for item in items(review_id)]


def moves(review_id: int) -> list[tuple[str, str, str]]:
    rows = session().execute(
        select(ReviewMove.move, ReviewMove.before, ReviewMove.after)
        .where(ReviewMove.review_id == review_id)
        .order_by(ReviewMove.id)
    )
    return [(move, before, after) for move, before, after in rows]
