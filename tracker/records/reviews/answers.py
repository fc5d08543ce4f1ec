"""What a reviewer says to an item: an answer with its ground, or a question. Both can be said anew
until the reveal."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Review, ReviewItem, ReviewItemEvidence, ReviewItemText, ReviewMessage
from tracker.policy.permissions import Actor
from tracker.records.reviews import status
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.frameworks.scale import CANNOT_TELL, WITHOUT_GROUND, Ground
from tracker.rules.reviews.responses import NewerAnswer, ReviewerResponse, asks_what_was_told
from tracker.rules.reviews.texts import clean_text
from tracker.rules.reviews.workflow import Move, ReviewStatus, item_can


def respond(tx: Session, actor: Actor, said: ReviewerResponse, now: dt.datetime) -> bool:
    """Write it; its review is locked from here on. The same again changes nothing. Returns whether
    something changed.

    *Cannot tell* and *outside their job* need no ground and keep none; a question takes an answer
    given so far back. Raises Missing (not the actor's); Invalid: review_ground_needed,
    review_ground_empty (*from the evidence*, where none was sent), review_told_needed,
    review_text_needed, review_text_long, review_answer_needed; Conflict: move_not_now, and
    review_item_changed with `current`.
    """
    note = clean_text(said.note, "note", required=said.answer is None)
    needs_ground = said.answer is not None and said.answer not in WITHOUT_GROUND
    ground = said.ground if needs_ground else None
    if ground is None and needs_ground:
        raise Invalid("review_ground_needed", "ground")
    review, item = status.locked_item(tx, said.item_id)
    status.must_be_reviewer(tx, review, actor, now)
    scale = status.scale_of(tx, review)
    if said.answer is not None and said.answer not in scale.theirs:
        raise Invalid("review_answer_needed", "answer")
    if not note and asks_what_was_told(said.answer, ground, scale):
        raise Invalid("review_told_needed", "note")
    if ground is Ground.EVIDENCE_ONLY and not _has_evidence(tx, item):
        raise Invalid("review_ground_empty", "ground")
    text = tx.get_one(ReviewItemText, item.id)
    if said.answer is not None and _stands(item, text, said.answer, ground, note):
        return False
    _must_be_seen(item, text, said.base_version)
    if said.answer is None:
        _ask(tx, actor, review, item, text, note, now)
    else:
        _answer(tx, actor, review, item, text, said.answer, ground, note, now)
    return True


def _has_evidence(tx: Session, item: ReviewItem) -> bool:
    sent = select(ReviewItemEvidence.id).where(ReviewItemEvidence.item_id == item.id)
    return tx.scalar(sent.limit(1)) is not None


def _answer(
    tx: Session,
    actor: Actor,
    review: Review,
    item: ReviewItem,
    text: ReviewItemText,
    answer: str,
    ground: Ground | None,
    note: str,
    now: dt.datetime,
) -> None:
    move = Move.CANNOT_TELL if answer == CANNOT_TELL else Move.ANSWER
    status.move_item(
        tx,
        review,
        item,
        move,
        actor.person_id,
        now,
        reviewer_answer=answer,
        ground=ground,
        answered_at=now,
    )
    text.reviewer_note = note
    if review.status == ReviewStatus.SENT:
        status.move_review(tx, review, Move.ANSWER, actor.person_id, now)


def _ask(
    tx: Session,
    actor: Actor,
    review: Review,
    item: ReviewItem,
    text: ReviewItemText,
    question: str,
    now: dt.datetime,
) -> None:
    nothing = {"reviewer_answer": None, "ground": None, "answered_at": None}
    status.move_item(tx, review, item, Move.RETURN, actor.person_id, now, **nothing)
    text.reviewer_note = ""
    tx.add(ReviewMessage(item_id=item.id, author_id=actor.person_id, text=question, written_at=now))


def _stands(
    item: ReviewItem, text: ReviewItemText, answer: str, ground: Ground | None, note: str
) -> bool:
    """Whether this very answer stands already and can still change: the same form, sent twice."""
    can_change = item_can(item.status, Move.ANSWER) and item.revealed_at is None
    return can_change and (item.reviewer_answer, item.ground, text.reviewer_note) == (
        answer,
        ground,
        note,
    )


def _must_be_seen(item: ReviewItem, text: ReviewItemText, base_version: int) -> None:
    """Raises Conflict("review_item_changed") when the item moved since the page showed it and can
    still be answered; one that cannot is refused by the table of moves."""
    if item.version == base_version or not item_can(item.status, Move.ANSWER):
        return
    current = NewerAnswer(
        answer=item.reviewer_answer,
        ground=item.ground,
        note=text.reviewer_note,
        version=item.version,
    )
    raise Conflict("review_item_changed", current=current)
