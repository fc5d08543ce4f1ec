"""The only writer of new reviews, and of what they freeze: sent by the learner, or handed on to
another reviewer."""

import datetime as dt
import secrets
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import (
    Handover,
    HandoverText,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
)
from tracker.models.record.words import skill_of
from tracker.policy.permissions import Actor
from tracker.record.endorsements.rules import reviewed_digest
from tracker.record.workflow.rules import SEALED, ItemStatus, Move
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.endorsements import records as endorsements_records
from tracker.reviews.sending.queries import Freezable
from tracker.row_locks import held
from tracker.rules.errors import Missing

Frozen = tuple[ReviewItem, ReviewItemText, list[tuple[int, str]]]
"""What an item holds from its first moment on. Its salt is "" where its text was erased; evidence
is the ids of versions, with the reason why each counts."""
COPIED = (
    "statement_id",
    "rated_at",
    "rating_version",
    "digest",
    "learner_answer",
    "learner_answer_label",
    "learner_answer_description",
)


def send(tx: Session, review: Review, statements: list[Freezable], now: dt.datetime) -> int:
    """Write a new review with its items frozen, in the order given. Returns its id."""
    _begin(tx, review, map(_freeze, statements), review.learner_id, now)
    return review.id


def hand_on(
    tx: Session, review: Review, to_id: int, note: str, by: int, now: dt.datetime
) -> int | None:
    """Give what is sealed to another reviewer, as it was frozen and without a word of the first
    one's.

    What was revealed stays with the first. Returns the id of the new review; None where nothing was
    sealed.
    """
    sealed = [
        item
        for item in act_records.items(tx, review)
        if item.status in SEALED and item.revealed_at is None
    ]
    if not sealed:
        return None
    going_on = Review(
        learner_id=review.learner_id,
        reviewer_id=to_id,
        team_id=review.team_id,
        framework_id=review.framework_id,
        round_id=review.round_id,
        open=review.open,
    )
    for item in sealed:
        act(tx, Move.HAND_ON, review, item, by, now)
    _begin(tx, going_on, [_as_it_was(tx, item) for item in sealed], by, now)
    tx.add(Handover(review_id=going_on.id, from_review_id=review.id))
    tx.flush()
    tx.add(HandoverText(review_id=going_on.id, note=note))
    endorsements_records.close_if_ended(tx, review, by, now)
    return going_on.id


def lock_active(tx: Session, actor: Actor) -> None:
    """Lock the actor's row, so that what they send, or whom they name, follows one another. Raises
    Missing when they may not sign in any more."""
    active = select(Person.id).where(Person.id == actor.person_id, Person.disabled_at.is_(None))
    if tx.scalar(held(active)) is None:
        raise Missing


def _freeze(sent: Freezable) -> Frozen:
    salt, content = secrets.token_hex(32), sent.content
    item = ReviewItem(
        statement_id=sent.statement_id,
        rated_at=sent.rated_at,
        rating_version=sent.rating_version,
        digest=reviewed_digest(salt, content),
        learner_answer=content.answer,
        learner_answer_label=content.answer_label,
        learner_answer_description=content.answer_description,
    )
    pieces = [(piece.version_id, piece.reason) for piece in content.evidence]
    return item, ReviewItemText(salt=salt, learner_note=content.note), pieces


def _as_it_was(tx: Session, item: ReviewItem) -> Frozen:
    text = tx.get(ReviewItemText, item.id)
    pieces = tx.execute(
        select(ReviewItemEvidence.version_id, ReviewItemEvidence.reason)
        .where(ReviewItemEvidence.item_id == item.id)
        .order_by(ReviewItemEvidence.id)
    )
    return (
        ReviewItem(**{name: getattr(item, name) for name in COPIED}),
        ReviewItemText(
            salt=text.salt if text is not None else "",
            learner_note=text.learner_note if text is not None else "",
        ),
        [(piece.version_id, piece.reason) for piece in pieces],
    )


def _begin(tx: Session, review: Review, items: Iterable[Frozen], by: int, now: dt.datetime) -> None:
    act(tx, Move.SEND, review, review, by, now)
    for position, (item, text, pieces) in enumerate(items, 1):
        item.review_id, item.position = review.id, position
        item.skill_id = skill_of(item.statement_id)
        item.status, item.version = ItemStatus.WAITING, 1
        tx.add(item)
        tx.flush()
        text.item_id = item.id
        tx.add(text)
        for version_id, reason in pieces:
            tx.add(ReviewItemEvidence(item_id=item.id, version_id=version_id, reason=reason))
