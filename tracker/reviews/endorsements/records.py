"""What the end of a review keeps for others, gives, and takes, within a transaction that has the
review and its learner locked. Until then it is between the two: what was endorsed when would tell
others who had rated alike.

At most one stands for a person and a skill. A newer one also ends what is excepted for it.
"""

import datetime as dt
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select
from sqlalchemy.orm import Session

from tracker.models import Endorsement, Handover, LevelException, RevealedAnswer, Review, ReviewItem
from tracker.models.record.words import is_in_line, is_said_of, stood
from tracker.models.reviews.reviews import AGREED
from tracker.record.endorsements.rules import OPEN
from tracker.record.workflow.rules import REVEALED, ItemStatus, Move
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import AnyMove, Closing, EndorsementChange, ExceptionMove


def close_if_ended(tx: Session, review: Review, by: int | None, now: dt.datetime) -> None:
    """Close the review when every item has ended for good: what it came to counts from now on. One
    that was handed on has been told by that, and what is shown at its end by the reveal."""
    if not act_records.is_ended(tx, review):
        return
    handed_on = select(Handover.review_id).where(Handover.from_review_id == review.id)
    closing: AnyMove = Closing.AT_REVEAL if review.revealed_at == now else Move.CLOSE
    if tx.scalar(handed_on) is not None:
        closing = Closing.HANDED_ON
    act(tx, closing, review, review, by, now)
    for item in act_records.items(tx, review):
        if item.status in REVEALED:
            keep_revealed(tx, review.learner_id, item, now)
        if item.status is ItemStatus.ENDORSED:
            answer = tx.scalars(select(AGREED).where(ReviewItem.id == item.id)).one()
            stand(tx, review, item, answer, now)
        elif item.status is ItemStatus.KEPT_APART:
            # The two don't agree anymore: what stood for the skill, or counted for it, ends,
            # whoever gave it.
            in_line = is_in_line(Endorsement.skill_id, item.skill_id)
            _end_standing(tx, review, in_line, EndorsementChange.SUSPEND, None, now)


def stand(tx: Session, review: Review, item: ReviewItem, answer: str, now: dt.datetime) -> None:
    """Let the answer that both gave or agreed on stand from now on; what stood before is
    superseded."""
    of_skill = Endorsement.skill_id == item.skill_id
    _end_standing(tx, review, of_skill, EndorsementChange.SUPERSEDE, review.reviewer_id, now)
    made = Endorsement(
        person_id=review.learner_id,
        skill_id=item.skill_id,
        statement_id=item.statement_id,
        endorser_id=review.reviewer_id,
        item_id=item.id,
        answer=answer,
        digest=item.digest,
        rating_version=item.rating_version,
    )
    act(tx, EndorsementChange.GIVE, review, made, review.reviewer_id, now)
    of = {"person": review.learner_id, "skill": item.skill_id, "item": item.id}
    for excepted in tx.scalars(_open_in_line(), of).all():
        act(tx, ExceptionMove.END, review_of(tx, excepted), excepted, None, now)


@cache
def _open_in_line() -> Select[LevelException]:
    """Open exceptions for the skill, or for what it was made of, but for those of the item."""
    skill = bindparam("skill", type_=Integer)
    return (
        select(LevelException)
        .where(
            LevelException.status.in_(OPEN),
            LevelException.person_id == bindparam("person"),
            LevelException.item_id != bindparam("item"),
            is_said_of(LevelException.skill_id, skill, carrying=True),
        )
        .order_by(LevelException.id)
    )


def keep_revealed(tx: Session, person_id: int, item: ReviewItem, at: dt.datetime) -> None:
    """From now on others see this answer of the item as the person's own."""
    tx.merge(
        RevealedAnswer(
            person_id=person_id,
            skill_id=item.skill_id,
            statement_id=item.statement_id,
            answer=item.learner_answer,
            revealed_at=at,
        )
    )


def _end_standing(
    tx: Session,
    review: Review,
    which: ColumnElement[bool],
    change: EndorsementChange,
    by: int | None,
    now: dt.datetime,
) -> None:
    standing = tx.scalars(
        select(Endorsement)
        .where(Endorsement.person_id == review.learner_id, which, stood(None))
        .order_by(Endorsement.id)
        .execution_options(populate_existing=True)
    )
    for given in standing.all():
        act(tx, change, review_of(tx, given), given, by, now)


def review_of(tx: Session, given: Endorsement | LevelException) -> Review:
    """The review in which the endorsement was given."""
    return tx.get_one(Review, tx.get_one(ReviewItem, given.item_id).review_id)
