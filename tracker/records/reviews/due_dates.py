"""The only writer of the dates on which reviews are due, once they are sent or revealed; within a
transaction that has the review locked."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import AwayPeriod, Review, ReviewMove
from tracker.records.reviews import status
from tracker.rules.errors import Conflict
from tracker.rules.reviews.due_dates import Away, a_week_later, due_day
from tracker.rules.reviews.workflow import Move, ReviewStatus


def away_of(tx: Session, *person_ids: int) -> tuple[Away, ...]:
    rows = tx.execute(
        select(AwayPeriod.starts_on, AwayPeriod.until_on).where(
            AwayPeriod.person_id.in_(person_ids)
        )
    )
    return tuple(Away(*row) for row in rows)


def differences_end(tx: Session, review: Review) -> dt.date | None:
    """The last day for the differences of the review."""
    on, since = review.differences_due_on, review.differences_from
    if on is None or since is None:
        return None
    return due_day(on, since, away_of(tx, review.reviewer_id, review.learner_id))


def one_more_week(
    tx: Session, review: Review, by: int, today: dt.date, now: dt.datetime
) -> dt.date:
    """The date that the review has now is a week later, or a week from today where it is over.
    Returns it. Raises Conflict: week_taken, move_not_now."""
    taken = select(ReviewMove.id).where(
        ReviewMove.review_id == review.id, ReviewMove.move == Move.ONE_MORE_WEEK
    )
    if tx.scalar(taken) is not None:
        raise Conflict("week_taken")
    status.move_review(tx, review, Move.ONE_MORE_WEEK, by, now)
    on, since = review.differences_due_on, review.differences_from
    if review.status is ReviewStatus.DIFFERENCES_OPEN and on is not None and since is not None:
        away = away_of(tx, review.reviewer_id, review.learner_id)
        review.differences_due_on = a_week_later(on, since, away, today)
        return due_day(review.differences_due_on, since, away)
    away = away_of(tx, review.reviewer_id)
    review.due_on = a_week_later(review.due_on, review.due_from, away, today)
    return due_day(review.due_on, review.due_from, away)
