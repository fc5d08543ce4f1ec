"""The only writer of the status of reviews and of their items: each change writes its move in the
same act.

A review's row is locked before anything of it is read for writing, so its moves follow each other.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import Session

from tracker.models import RevealedAnswer, Review, ReviewItem, ReviewMove
from tracker.models.joins import scale_rows
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.records import audit
from tracker.records.notifications import notices
from tracker.records.reviews import endorsements, exceptions
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing
from tracker.rules.frameworks.scale import Scale
from tracker.rules.reviews.agreement import endorsed_answer, reveal_move
from tracker.rules.reviews.workflow import (
    LIVE,
    ItemStatus,
    Move,
    ReviewStatus,
    is_settled,
    item_after,
    review_after,
)


def locked(tx: Session, review_id: int, *, with_learner: bool = False) -> Review:
    """The review, locked until the transaction ends. `with_learner`: what counts for them may
    change by it. Raises Missing."""
    review = tx.scalar(held(select(Review).where(Review.id == review_id)))
    if review is None:
        raise Missing
    if with_learner:
        exceptions.lock_person(tx, review.learner_id)
    return review


def locked_item(
    tx: Session, item_id: int, *, with_learner: bool = False
) -> tuple[Review, ReviewItem]:
    """An item with its review locked, as above. Raises Missing."""
    review_id = tx.scalar(select(ReviewItem.review_id).where(ReviewItem.id == item_id))
    if review_id is None:
        raise Missing
    review = locked(tx, review_id, with_learner=with_learner)
    return review, tx.get_one(ReviewItem, item_id, populate_existing=True)


def must_be_learner(review: Review, actor: Actor) -> None:
    """Raises Missing."""
    if review.learner_id != actor.person_id:
        raise Missing


@lru_cache(maxsize=64)
def _supervision(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day: every answer asks it."""
    return select(reviewer_may_go_on(today)).where(Review.id == bindparam("review", type_=Integer))


def must_be_reviewer(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Raises Missing: not theirs, or they supervise its learner no more (asked of the tables, not
    of the actor)."""
    theirs = review.reviewer_id == actor.person_id and review.learner_id != actor.person_id
    if not theirs or not tx.scalar(_supervision(actor.today(now)), {"review": review.id}):
        raise Missing


def must_be_either(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Raises Missing."""
    if review.learner_id != actor.person_id:
        must_be_reviewer(tx, review, actor, now)


def scale_of(tx: Session, review: Review) -> Scale:
    return Scale.of(tx.execute(scale_rows(review.framework_id)).all())


def items(tx: Session, review: Review) -> list[ReviewItem]:
    return list(
        tx.scalars(
            select(ReviewItem)
            .where(ReviewItem.review_id == review.id)
            .order_by(ReviewItem.position)
        ).all()
    )


def move_item(
    tx: Session,
    review: Review,
    item: ReviewItem,
    move: Move,
    by: int | None,
    now: dt.datetime,
    **written: object,
) -> None:
    """`written`: the columns that the move fills or empties, in the same act as the status.

    Raises Conflict("move_not_now"): the table has no such move, the review is over, or the item has
    been shown.
    """
    before = item.status
    over = review.status not in LIVE
    if over or (before is ItemStatus.NOT_OBSERVED and item.revealed_at is not None):
        raise Conflict("move_not_now", move=move, status=before)
    after = item_after(before, move)
    item.status = after
    item.version += 1
    for column, value in written.items():
        setattr(item, column, value)
    note_move(tx, review, item, move, by, before, after, now)


def move_review(tx: Session, review: Review, move: Move, by: int | None, now: dt.datetime) -> None:
    """Raises Conflict("move_not_now")."""
    before = review.status
    after = review_after(before, move)
    review.status = after
    if after is ReviewStatus.CLOSED:
        review.closed_at = now
    elif after is ReviewStatus.WITHDRAWN:
        review.withdrawn_at = now
    note_move(tx, review, None, move, by, before, after, now)


def close_if_ended(tx: Session, review: Review, by: int | None, now: dt.datetime) -> None:
    """Close the review when every item has ended for good."""
    if all(is_settled(item.status, item.revealed_at is not None) for item in items(tx, review)):
        move_review(tx, review, Move.CLOSE, by, now)


def reveal_item(tx: Session, review: Review, item: ReviewItem, by: int, now: dt.datetime) -> None:
    """Show each side the other's answer: equal ones stand as endorsements from here on."""
    theirs = str(item.reviewer_answer)
    move = reveal_move(item.learner_answer, theirs)
    item.revealed_at = now
    move_item(tx, review, item, move, by, now)
    keep_revealed(tx, review.learner_id, item, now)
    if move is Move.REVEAL_EQUAL:
        endorsements.stand(tx, review, item, endorsed_answer(theirs), now)


def keep_revealed(tx: Session, person_id: int, item: ReviewItem, at: dt.datetime) -> None:
    """The answer of an item is what others see of that person from then on."""
    tx.merge(
        RevealedAnswer(
            person_id=person_id,
            skill_id=item.skill_id,
            statement_id=item.statement_id,
            answer=item.learner_answer,
            revealed_at=at,
        )
    )


def note_move(
    tx: Session,
    review: Review,
    item: ReviewItem | None,
    move: Move,
    by: int | None,
    before: str,
    after: str,
    now: dt.datetime,
) -> None:
    """Write the move into the history and the trail, and tell whom it concerns."""
    tx.add(
        ReviewMove(
            review_id=review.id,
            item_id=item.id if item is not None else None,
            move=move,
            actor_id=by,
            before=str(before),
            after=str(after),
            moved_at=now,
        )
    )
    audit.moved(tx, review, move, by, now)
    notices.notify(tx, review, move, by, now)
