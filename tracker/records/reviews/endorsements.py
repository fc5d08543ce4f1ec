"""The only writer of endorsements: at most one stands for a person and a skill.

Every change of status goes through `_become`, which writes its history in the same act.
"""

import datetime as dt

from sqlalchemy import ColumnElement, SQLColumnExpression, literal, or_, select
from sqlalchemy.orm import Session

from tracker.models import (
    Endorsement,
    EndorsementMove,
    EndorsementText,
    Review,
    ReviewItem,
    ReviewMove,
    SkillOrigin,
)
from tracker.models.record.words import is_said_of, stood
from tracker.records import audit
from tracker.records.reviews import exceptions
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.versions import Change
from tracker.rules.operations.audit_kinds import ENDED, GIVEN, RESTORED
from tracker.rules.reviews.digests import EndorsementContent, seal
from tracker.rules.reviews.workflow import EndorsementStatus, ItemStatus, Move


def stand(tx: Session, review: Review, item: ReviewItem, answer: str, now: dt.datetime) -> None:
    """Let the reviewer's or the agreed answer stand from now on; what stood before is
    superseded."""
    exceptions.lock_person(tx, review.learner_id)
    of_skill = Endorsement.skill_id == item.skill_id
    _end_standing(tx, review, of_skill, EndorsementStatus.SUPERSEDED, review.reviewer_id, now)
    made = Endorsement(
        person_id=review.learner_id,
        skill_id=item.skill_id,
        statement_id=item.statement_id,
        endorser_id=review.reviewer_id,
        item_id=item.id,
        answer=answer,
        digest=item.digest,
        rating_version=item.rating_version,
        endorsed_at=now,
    )
    _become(tx, made, EndorsementStatus.STANDING, review.reviewer_id, now)
    exceptions.end_for(tx, review.learner_id, item.skill_id, now)


def suspend(
    tx: Session, review: Review, item: ReviewItem, by: int | None, now: dt.datetime
) -> None:
    """The two do not agree any more: what stood for this skill, or counted for it, whoever gave it,
    no longer counts."""
    exceptions.lock_person(tx, review.learner_id)
    in_line = _is_in_line(Endorsement.skill_id, item.skill_id)
    _end_standing(tx, review, in_line, EndorsementStatus.SUSPENDED, by, now)


def restore(
    tx: Session, review: Review, item: ReviewItem, ended: ReviewMove, by: int, now: dt.datetime
) -> None:
    """*No agreement* of that move is undone: what it suspended stands again, unless the statement
    has had a newer word since."""
    exceptions.lock_person(tx, review.learner_id)
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
    for each in suspended.all():
        _become(tx, each, EndorsementStatus.STANDING, by, now)


def revoke(tx: Session, endorsement: Endorsement, by: int, reason: str, now: dt.datetime) -> None:
    """Raises Conflict("endorsement_ended") unless it stands."""
    _end(tx, endorsement, EndorsementStatus.REVOKED, by, now, reason)


def expire(tx: Session, endorsement: Endorsement, now: dt.datetime) -> None:
    """Raises Conflict("endorsement_ended") unless it stands."""
    _end(tx, endorsement, EndorsementStatus.EXPIRED, None, now)


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
    to: EndorsementStatus,
    by: int | None,
    now: dt.datetime,
) -> None:
    standing = tx.scalars(
        select(Endorsement)
        .where(Endorsement.person_id == review.learner_id, which, stood(None))
        .order_by(Endorsement.id)
        .execution_options(populate_existing=True)
    )
    for each in standing.all():
        _become(tx, each, to, by, now)


def _is_in_line(column: SQLColumnExpression[int], skill_id: int) -> ColumnElement[bool]:
    """Whether what is said of the skill meets a word on that of the column: itself, what counts for
    it of what it was made of, and what it counts for, as when a review of an earlier version ends
    late."""
    made_of_it = select(SkillOrigin.skill_id).where(
        SkillOrigin.origin_id == skill_id, SkillOrigin.carries, SkillOrigin.change != Change.MERGED
    )
    return or_(is_said_of(column, literal(skill_id), carrying=True), column.in_(made_of_it))


def _end(
    tx: Session,
    endorsement: Endorsement,
    to: EndorsementStatus,
    by: int | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    exceptions.lock_person(tx, endorsement.person_id)
    tx.refresh(endorsement)
    if endorsement.status != EndorsementStatus.STANDING:
        raise Conflict("endorsement_ended")
    _become(tx, endorsement, to, by, now)
    if reason:
        tx.add(EndorsementText(endorsement_id=endorsement.id, reason=reason))


def _become(
    tx: Session, endorsement: Endorsement, to: EndorsementStatus, by: int | None, now: dt.datetime
) -> None:
    """The one place that writes a status. Its seal is that of its giving, also where it stands
    again."""
    before = endorsement.status or ""
    endorsement.status = to
    endorsement.ended_at = None if to is EndorsementStatus.STANDING else now
    tx.add(endorsement)
    tx.flush()
    tx.add(
        EndorsementMove(
            endorsement_id=endorsement.id, actor_id=by, before=before, after=to, moved_at=now
        )
    )
    item = tx.get_one(ReviewItem, endorsement.item_id)
    review = tx.get_one(Review, item.review_id)
    sealed: dict[str, audit.Fact] = {}
    kind = ENDED.get(to, RESTORED)
    if not before:
        kind = GIVEN
        sealed = {"endorsement": endorsement.id, "seal": seal_of(endorsement, item)}
    audit.of_review(tx, review, kind, by, now, endorsement.statement_id, **sealed)


def seal_of(endorsement: Endorsement, item: ReviewItem) -> str:
    """It goes into the chain of the audit, so that nobody changes or deletes the endorsement
    without it showing."""
    return seal(
        EndorsementContent(
            item_digest=item.digest,
            endorser_id=endorsement.endorser_id,
            person_id=endorsement.person_id,
            statement_id=endorsement.statement_id,
            answer=endorsement.answer,
            reviewer_answer=item.reviewer_answer,
            ground=item.ground,
            endorsed_at=endorsement.endorsed_at,
        )
    )
