"""Agreed exceptions to a level: either side of a review proposes one, the other confirms it, either
withdraws it.

Missing: not the actor's review, or not an exception of that item.
"""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import (
    Endorsement,
    LevelException,
    Person,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
)
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import Actor
from tracker.queries.access.blind_spots import BlindSpots, blind_spots
from tracker.records.notifications import notices
from tracker.records.reviews import exceptions, status
from tracker.rules.errors import Conflict, Missing
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.reviews.exceptions import ExceptionMove, TakenBack, may_be_excepted, taken_back
from tracker.rules.reviews.texts import clean_text
from tracker.rules.reviews.workflow import REVEALED


def propose(actor: Actor, item_id: int, reason: str, now: dt.datetime) -> int:
    """Propose that the statement of a revealed item does not count at its level for the learner.
    Returns its id.

    Raises Invalid: review_text_needed, review_text_long; Conflict: exception_not_here (met, not
    rated here, or revealed again since), exception_there (one is proposed or agreed for that
    level), statement_hidden (the actor is to rate one of that level by itself, or the record is not
    open to them yet).
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        review, item = _of_both(tx, actor, item_id, now)
        statement = tx.get_one(Statement, item.statement_id)
        if not _is_below_met(tx, item) or _is_left_out(tx, review, statement):
            raise Conflict("exception_not_here")
        if _is_blind_at(tx, blind_spots(actor, now), review, statement):
            raise Conflict("statement_hidden")
        if _is_older(tx, review, item):
            raise Conflict("exception_not_here")
        if (
            exceptions.open_at(tx, review.learner_id, statement.domain_id, statement.rank)
            is not None
        ):
            raise Conflict("exception_there")
        made = exceptions.propose(tx, review, item, statement, actor.person_id, reason, now)
        other = review.reviewer_id if actor.person_id == review.learner_id else review.learner_id
        notices.note(
            tx,
            other,
            NoticeKind.EXCEPTION_PROPOSED,
            happening("exception", made.id, now),
            now,
            review_id=review.id,
            about_id=actor.person_id,
        )
        return made.id


def confirm(actor: Actor, item_id: int, exception_id: int, now: dt.datetime) -> None:
    """The other side agrees: from now on the statement does not count at its level in the endorsed
    voice.

    Raises Conflict: exception_needs_other (the actor proposed it), exception_over.
    """
    with transaction() as tx:
        found = _locked(tx, actor, item_id, exception_id, now)
        if found.proposer_id == actor.person_id:
            raise Conflict("exception_needs_other")
        exceptions.move(tx, found, ExceptionMove.CONFIRM, actor.person_id, now)


def withdraw(
    actor: Actor, item_id: int, exception_id: int, reason: str, now: dt.datetime
) -> TakenBack:
    """Either side takes back what is agreed, so that the statement counts again, or what is
    proposed. Returns which.

    Raises Invalid: review_text_needed, review_text_long; Conflict("exception_over").
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        found = _locked(tx, actor, item_id, exception_id, now)
        what = taken_back(found.status, by_proposer=found.proposer_id == actor.person_id)
        exceptions.move(tx, found, ExceptionMove.WITHDRAW, actor.person_id, now, reason)
        return what


def _of_both(
    tx: Session, actor: Actor, item_id: int, now: dt.datetime
) -> tuple[Review, ReviewItem]:
    review, item = status.locked_item(tx, item_id, with_learner=True)
    status.must_be_either(tx, review, actor, now)
    return review, item


def _locked(
    tx: Session, actor: Actor, item_id: int, exception_id: int, now: dt.datetime
) -> LevelException:
    review, item = _of_both(tx, actor, item_id, now)
    if blind_spots(actor, now).hide_since(review.learner_id, item.statement_id, review.sent_at):
        raise Conflict("statement_hidden")
    found = tx.get(LevelException, exception_id, populate_existing=True)
    if found is None or found.item_id != item.id:
        raise Missing
    return found


def _is_below_met(tx: Session, item: ReviewItem) -> bool:
    endorsed = tx.scalar(
        select(ScaleAnswer.counts_as)
        .join(Statement, Statement.framework_id == ScaleAnswer.framework_id)
        .join(Endorsement, Endorsement.statement_id == Statement.id)
        .where(Endorsement.item_id == item.id, ScaleAnswer.key == Endorsement.answer)
    )
    return may_be_excepted(item.status, endorsed)


def _is_blind_at(tx: Session, blind: BlindSpots, review: Review, statement: Statement) -> bool:
    """Whether the actor may not know of an exception that would be in the way."""
    if review.learner_id in blind.closed:
        return True
    hidden = [each for person_id, each in blind.pairs if person_id == review.learner_id]
    at_this_level = select(Statement.id).where(
        Statement.id.in_(hidden),
        Statement.domain_id == statement.domain_id,
        Statement.rank == statement.rank,
    )
    return bool(hidden) and tx.scalar(at_this_level.limit(1)) is not None


def _is_older(tx: Session, review: Review, item: ReviewItem) -> bool:
    """Whether the statement was revealed again since, in this or another review of the learner."""
    newest = tx.scalar(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == review.learner_id,
            ReviewItem.skill_id == item.skill_id,
            ReviewItem.status.in_(REVEALED),
        )
        .order_by(ReviewItem.revealed_at.desc(), ReviewItem.id.desc())
        .limit(1)
    )
    return newest != item.id


def _is_left_out(tx: Session, review: Review, statement: Statement) -> bool:
    """Whether the learner's library does not rate the statement at all."""
    library = select(Person.library_id).where(Person.id == review.learner_id).scalar_subquery()
    out = left_out(library, STATEMENTS.c.id == statement.id)
    return tx.scalar(select(out.c.id)) is not None
