"""What was sent in a round and what became of it, as it is or as it was at some moment, and whom a
reminder may go to.

Nothing here reads a rating. As of a moment it is read from what was written at the time and never
changes: when a review was sent, withdrawn and closed, and the moves in between.
"""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from tracker.db import session
from tracker.models import Handover, Notice, Person, Review, ReviewItem, ReviewMove, Round
from tracker.models.reviews.due_dates import away_until, review_due
from tracker.policy.permissions import people_of
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import NAMED_ONE_BY_ONE
from tracker.rules.calendar import day_in
from tracker.rules.notifications.notices import NoticeKind
from tracker.rules.reviews.workflow import ItemStatus, Move, ReviewStatus
from tracker.rules.teams.round_progress import RoundReview


def reviews_of(
    round_id: int,
    person_ids: Collection[int],
    time_zone: str,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> list[RoundReview]:
    """What these people sent in the round, the oldest first; `at`: as of that moment. What is
    withdrawn or dropped does not count, nor a review that would tell who read a statement before.
    One query, two where something is hidden."""
    begun: ColumnElement[bool] = Review.status != ReviewStatus.SENT
    dropped: ColumnElement[bool] = ReviewItem.status == ItemStatus.DROPPED
    there: ColumnElement[bool] = Review.status != ReviewStatus.WITHDRAWN
    if at is not None:
        earlier = ReviewMove.moved_at < at
        begun = exists().where(
            ReviewMove.review_id == Review.id,
            ReviewMove.item_id.is_(None),
            ReviewMove.after == ReviewStatus.IN_REVIEW,
            earlier,
        )
        dropped = exists().where(
            ReviewMove.item_id == ReviewItem.id, ReviewMove.move == Move.DROP, earlier
        )
        there = and_(
            Review.sent_at < at, or_(Review.withdrawn_at.is_(None), Review.withdrawn_at >= at)
        )
    statements = (
        select(func.count(ReviewItem.id))
        .where(ReviewItem.review_id == Review.id, ~dropped)
        .correlate(Review)
        .scalar_subquery()
    )
    handed_on = exists().where(Handover.from_review_id == Review.id)
    rows = session().execute(
        select(
            Review.learner_id,
            Review.reviewer_id,
            Person.name,
            Review.sent_at,
            begun,
            Review.revealed_at,
            review_due(),
            statements,
            Review.closed_at,
            handed_on,
        )
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            Review.round_id == round_id,
            Review.learner_id.in_(person_ids) if len(person_ids) <= NAMED_ONE_BY_ONE else true(),
            there,
            statements > 0,
            Review.id.not_in(blind.past_reviews()),
        )
        .order_by(Review.sent_at, Review.id)
    )

    def is_past(moment: dt.datetime | None) -> bool:
        return moment is not None and (at is None or moment < at)

    found = []
    wanted = set(person_ids)
    for learner, by, name, sent_at, is_begun, revealed_at, due_on, count, closed_at, left in rows:
        if learner not in wanted:
            continue
        is_closed = is_past(closed_at)
        found.append(
            RoundReview(
                learner_id=learner,
                reviewer_id=by,
                reviewer=name,
                sent_at=sent_at,
                begun=bool(is_begun),
                waits=not is_closed and not is_past(revealed_at),
                due_on=due_on,
                statements=count,
                days=(day_in(time_zone, closed_at) - day_in(time_zone, sent_at)).days
                if is_closed
                else None,
                counts=not left,
            )
        )
    return found


class LearnerFlags(NamedTuple):
    """`is_ready`: they said so; `reminded_at`: of this round, the last time by the moment asked
    about."""

    is_ready: bool
    away_until: dt.date | None
    reminded_at: dt.datetime | None


def flags_of(
    round_id: int, person_ids: Collection[int], today: dt.date, at: dt.datetime
) -> dict[int, LearnerFlags]:
    """By person. One query."""
    last = (
        select(func.max(Notice.happened_at))
        .where(
            Notice.person_id == Person.id,
            Notice.kind == NoticeKind.ROUND_REMINDER,
            Notice.round_id == round_id,
            Notice.happened_at <= at,
        )
        .correlate(Person)
        .scalar_subquery()
    )
    of_library = select(Round.library_id).where(Round.id == round_id).scalar_subquery()
    rows = session().execute(
        select(Person.id, Person.ready_at, away_until(Person.id, today), last).where(
            Person.id.in_(person_ids)
            if len(person_ids) <= NAMED_ONE_BY_ONE
            else people_of(of_library)
        )
    )
    return {
        person_id: LearnerFlags(ready_at is not None, away, reminded_at)
        for person_id, ready_at, away, reminded_at in rows.all()
    }
