"""The only writer of new reviews, and of what they freeze: sent by the learner, or handed on to
another reviewer."""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import (
    Handover,
    HandoverText,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
)
from tracker.models.record.words import skill_of
from tracker.records.reviews import status
from tracker.rules.reviews.digests import ReviewedContent, reviewed_digest
from tracker.rules.reviews.workflow import SEALED, ItemStatus, Move, ReviewStatus


@dataclass(frozen=True, slots=True)
class StatementToFreeze:
    """One statement to freeze. `content` goes into the digest; its evidence goes with the item."""

    statement_id: int
    rated_at: dt.datetime
    rating_version: int
    content: ReviewedContent


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What an item holds from its first moment on. `salt` is "" where its text was erased.
    `evidence`: ids of versions with the reason why each counts."""

    statement_id: int
    rated_at: dt.datetime
    rating_version: int
    answer: str
    answer_label: str
    answer_description: str
    note: str
    salt: str
    digest: str
    evidence: tuple[tuple[int, str], ...]


def send(tx: Session, review: Review, statements: list[StatementToFreeze], now: dt.datetime) -> int:
    """Write a new review with its items frozen, in the order given. Returns its id."""
    _begin(tx, review, [_freeze(sent) for sent in statements])
    status.note_move(tx, review, None, Move.SEND, review.learner_id, "", ReviewStatus.SENT, now)
    return review.id


def hand_on(
    tx: Session,
    review: Review,
    to_id: int,
    note: str,
    due: tuple[dt.date, dt.date],
    by: int,
    now: dt.datetime,
) -> int | None:
    """Give what is sealed to another reviewer, as it was frozen and without a word of the first
    one's.

    What was revealed stays with the first. `due`: the first and the last day of its time. Returns
    the id of the new review; None where nothing was sealed.
    """
    sealed = [
        item
        for item in status.items(tx, review)
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
        sent_at=now,
        due_from=due[0],
        due_on=due[1],
    )
    _begin(tx, going_on, [_as_it_was(tx, item) for item in sealed])
    tx.add(Handover(review_id=going_on.id, from_review_id=review.id))
    tx.flush()
    tx.add(HandoverText(review_id=going_on.id, note=note))
    for item in sealed:
        status.move_item(tx, review, item, Move.HAND_ON, by, now)
    status.note_move(tx, going_on, None, Move.SEND, by, "", ReviewStatus.SENT, now)
    status.close_if_ended(tx, review, by, now)
    return going_on.id


def _freeze(sent: StatementToFreeze) -> _Frozen:
    salt, content = secrets.token_hex(32), sent.content
    return _Frozen(
        statement_id=sent.statement_id,
        rated_at=sent.rated_at,
        rating_version=sent.rating_version,
        answer=content.answer,
        answer_label=content.answer_label,
        answer_description=content.answer_description,
        note=content.note,
        salt=salt,
        digest=reviewed_digest(salt, content),
        evidence=tuple((each.version_id, each.reason) for each in content.evidence),
    )


def _as_it_was(tx: Session, item: ReviewItem) -> _Frozen:
    text = tx.get(ReviewItemText, item.id)
    pieces = tx.execute(
        select(ReviewItemEvidence.version_id, ReviewItemEvidence.reason)
        .where(ReviewItemEvidence.item_id == item.id)
        .order_by(ReviewItemEvidence.id)
    )
    return _Frozen(
        statement_id=item.statement_id,
        rated_at=item.rated_at,
        rating_version=item.rating_version,
        answer=item.learner_answer,
        answer_label=item.learner_answer_label,
        answer_description=item.learner_answer_description,
        note=text.learner_note if text is not None else "",
        salt=text.salt if text is not None else "",
        digest=item.digest,
        evidence=tuple((version_id, reason) for version_id, reason in pieces),
    )


def _begin(tx: Session, review: Review, items: Iterable[_Frozen]) -> None:
    review.status = ReviewStatus.SENT
    tx.add(review)
    tx.flush()
    for position, frozen in enumerate(items, 1):
        item = ReviewItem(
            review_id=review.id,
            skill_id=skill_of(frozen.statement_id),
            statement_id=frozen.statement_id,
            position=position,
            status=ItemStatus.WAITING,
            version=1,
            digest=frozen.digest,
            learner_answer=frozen.answer,
            learner_answer_label=frozen.answer_label,
            learner_answer_description=frozen.answer_description,
            rated_at=frozen.rated_at,
            rating_version=frozen.rating_version,
        )
        tx.add(item)
        tx.flush()
        tx.add(ReviewItemText(item_id=item.id, salt=frozen.salt, learner_note=frozen.note))
        for version_id, reason in frozen.evidence:
            tx.add(ReviewItemEvidence(item_id=item.id, version_id=version_id, reason=reason))
