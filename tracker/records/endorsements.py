"""The only writer of endorsements: at most one stands for a person and a statement."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.models import Endorsement, Person, Review, ReviewItem
from tracker.records import audit
from tracker.rules.scale import EndorsedAnswer
from tracker.rules.trail import ENDED, GIVEN
from tracker.rules.workflow import EndorsementStatus


def stand(tx: Session, review: Review, item: ReviewItem, answer: EndorsedAnswer, now: dt.datetime) -> None:
    """Let the reviewer's or the agreed answer stand from now on; what stood before is superseded."""
    _end_standing(tx, review, item, EndorsementStatus.SUPERSEDED, now)
    tx.add(
        Endorsement(
            person_id=review.learner_id,
            statement_id=item.statement_id,
            endorser_id=review.reviewer_id,
            item_id=item.id,
            answer=answer.value,
            digest=item.digest,
            rating_version=item.rating_version,
            status=EndorsementStatus.STANDING.value,
            endorsed_at=now,
        )
    )
    tx.flush()
    audit.of_review(tx, review, GIVEN, review.reviewer_id, now, item.statement_id)


def suspend(tx: Session, review: Review, item: ReviewItem, now: dt.datetime) -> None:
    """The two do not agree any more: what stood for this statement, whoever gave it, does not count from now on."""
    _end_standing(tx, review, item, EndorsementStatus.SUSPENDED, now)


def _end_standing(tx: Session, review: Review, item: ReviewItem, to: EndorsementStatus, now: dt.datetime) -> None:
    """Under a lock on the person: endorsements of one person follow each other, also from two reviews at once."""
    tx.execute(select(Person.id).where(Person.id == review.learner_id).with_for_update(key_share=True))
    ended = tx.scalars(
        update(Endorsement)
        .where(
            Endorsement.person_id == review.learner_id,
            Endorsement.statement_id == item.statement_id,
            Endorsement.status == EndorsementStatus.STANDING.value,
        )
        .values(status=to.value, ended_at=now)
        .returning(Endorsement.id)
        .execution_options(synchronize_session=False)
    )
    if ended.all():
        audit.of_review(tx, review, ENDED[to], None, now, item.statement_id)
