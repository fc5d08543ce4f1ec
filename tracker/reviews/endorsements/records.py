"""What a reveal keeps, what gives endorsements and what ends them, within a transaction that has
the review and its learner locked.

At most one stands for a person and a skill. A newer one also ends what is excepted for it.
"""

import datetime as dt
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    bindparam,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from tracker.frameworks.versions.rules import Change
from tracker.models import (
    Endorsement,
    EndorsementMove,
    LevelException,
    RevealedAnswer,
    Review,
    ReviewItem,
    ReviewMove,
    SkillOrigin,
)
from tracker.models.record.words import is_said_of, stood
from tracker.record.endorsements.rules import OPEN
from tracker.record.workflow.rules import EndorsementStatus, ItemStatus, Move
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import EndorsementChange, ExceptionMove


def stand(tx: Session, review: Review, item: ReviewItem, answer: str, now: dt.datetime) -> None:
    """Let the reviewer's or the agreed answer stand from now on; what stood before is
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
    of = {"person": review.learner_id, "skill": item.skill_id}
    for excepted in tx.scalars(_open_in_line(), of).all():
        act(tx, ExceptionMove.END, review_of(tx, excepted), excepted, None, now)


@cache
def _open_in_line() -> Select[LevelException]:
    """Open exceptions for the skill, or for what it was made of."""
    skill = bindparam("skill", type_=Integer)
    return (
        select(LevelException)
        .where(
            LevelException.status.in_(OPEN),
            LevelException.person_id == bindparam("person"),
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


def suspend(
    tx: Session, review: Review, item: ReviewItem, by: int | None, now: dt.datetime
) -> None:
    """The two do not agree any more: what stood for this skill, or counted for it, whoever gave it,
    no longer counts."""
    in_line = _is_in_line(Endorsement.skill_id, item.skill_id)
    _end_standing(tx, review, in_line, EndorsementChange.SUSPEND, by, now)


def restore(
    tx: Session, review: Review, item: ReviewItem, ended: ReviewMove, by: int, now: dt.datetime
) -> None:
    """*No agreement* of that move is undone: what it suspended stands again, unless the statement
    has had a newer word since."""
    if _has_newer_word(tx, review, item, ended):
        return
    suspended = tx.scalars(
        select(Endorsement)
        .join(EndorsementMove, EndorsementMove.endorsement_id == Endorsement.id)
        .where(
            Endorsement.person_id == review.learner_id,
            _is_in_line(Endorsement.skill_id, item.skill_id),
            Endorsement.status == EndorsementStatus.SUSPENDED,
            EndorsementMove.after == EndorsementStatus.SUSPENDED,
            EndorsementMove.moved_at == ended.moved_at,
        )
        .order_by(Endorsement.id)
        .execution_options(populate_existing=True)
    )
    for given in suspended.all():
        act(tx, EndorsementChange.RESTORE, review_of(tx, given), given, by, now, ended_at=None)


def _has_newer_word(tx: Session, review: Review, item: ReviewItem, ended: ReviewMove) -> bool:
    """Whether the statement was endorsed or ended with no agreement elsewhere since then."""
    newer = (
        select(ReviewMove.id)
        .join(ReviewItem, ReviewItem.id == ReviewMove.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == review.learner_id,
            _is_in_line(ReviewItem.skill_id, item.skill_id),
            ReviewItem.id != item.id,
            ReviewItem.status.in_((ItemStatus.ENDORSED, ItemStatus.KEPT_APART)),
            ReviewMove.move.in_((Move.REVEAL_EQUAL, Move.AGREE, Move.KEEP_APART)),
            ReviewMove.id > ended.id,
        )
    )
    return tx.scalar(newer.limit(1)) is not None


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


def _is_in_line(column: SQLColumnExpression[int], skill_id: int) -> ColumnElement[bool]:
    """Whether what is said of the skill meets a word on that of the column: itself, what counts for
    it of what it was made of, and what it counts for, as when a review of an earlier version ends
    late."""
    made_of_it = select(SkillOrigin.skill_id).where(
        SkillOrigin.origin_id == skill_id, SkillOrigin.carries, SkillOrigin.change != Change.MERGED
    )
    return or_(is_said_of(column, literal(skill_id), carrying=True), column.in_(made_of_it))
