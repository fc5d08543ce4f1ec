"""What a reviewer says to items, one or a screen of them: an answer with its ground, or a question.
All of it or nothing; each can be said anew until the reveal."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Row, Select, String, bindparam, cast, exists, select
from sqlalchemy.orm import Session

from tracker.db import ask_made, transaction
from tracker.frameworks.versions.rules_scale import CANNOT_TELL, WITHOUT_GROUND, Ground, Scale
from tracker.models import (
    Draft,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMessage,
    Team,
)
from tracker.policy.permissions import Actor
from tracker.record.workflow.rules import Move, ReviewStatus
from tracker.records import drafts
from tracker.reviews.act import records as acts
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import Thing, can
from tracker.reviews.review.queries import is_theirs
from tracker.reviews.review.rules import NewerAnswer, ReviewerResponse, clean_text
from tracker.row_locks import held
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal

ITEMS: BindParameter[int] = bindparam("items", expanding=True)
LOCKED = held(
    select(Review.id).where(
        Review.id.in_(select(ReviewItem.review_id).where(ReviewItem.id.in_(ITEMS)))
    )
)


def answer(actor: Actor, responses: Sequence[ReviewerResponse], now: dt.datetime) -> int:
    """Write what was said to each item, and to no other: an answer, or a question that returns it.
    Where one is refused, none is written. Drafts to these items go. The same again changes nothing.
    Returns how many changed.

    *Cannot tell* and *outside their job* need no ground and keep none; a question takes an answer
    given so far back. Raises Missing (one is not the actor's to answer);
    Conflict("answers_refused") with `rows`, why, by item: Invalid review_ground_needed,
    review_ground_empty (*from the evidence*, where none was sent), review_told_needed,
    review_text_needed, review_text_long,
    review_answer_needed; Conflict move_not_now, and review_item_changed with `current`.
    """
    response_to = {response.item_id: response for response in responses}
    with transaction() as tx:
        values = {"items": list(response_to), "me": actor.person_id}
        ask_made(LOCKED, {"items": values["items"]})
        rows = tx.execute(_sent(actor.today(now)), values).all()
        if len(rows) != len(response_to) or not all(row.is_theirs for row in rows):
            raise Missing
        scales = {row.Review.framework_id: acts.scale_of(row.Review) for row in rows}
        changed, refused = 0, dict[int, Refusal]()
        for row in rows:
            scale = scales[row.Review.framework_id]
            try:
                changed += _respond(tx, actor, row, response_to[row.ReviewItem.id], scale, now)
            except (Conflict, Invalid) as refusal:
                refused[row.ReviewItem.id] = refusal
        if refused:
            raise Conflict("answers_refused", rows=refused)
        typed = [str(row.ReviewItem.id) for row in rows if row.has_draft]
        if typed:
            drafts.delete_drafts(tx, actor.person_id, RESPONSE, typed)
        return changed


@lru_cache(maxsize=8)
def _sent(today: dt.date) -> Select[*tuple[Any, ...]]:
    """The items with what their answers need, in order, read after the locks. Built once a day."""
    me = bindparam("me", type_=Integer)
    drafted = exists().where(
        Draft.person_id == me, Draft.form == RESPONSE, Draft.subject == cast(ReviewItem.id, String)
    )
    return (
        select(
            ReviewItem,
            Review,
            ReviewItemText,
            Team,
            is_theirs(me, today).label("is_theirs"),
            exists().where(ReviewItemEvidence.item_id == ReviewItem.id).label("has_evidence"),
            drafted.label("has_draft"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .join(Team, Team.id == Review.team_id)
        .where(ReviewItem.id.in_(ITEMS))
        .order_by(Review.id, ReviewItem.id)
    )


def _respond(
    tx: Session,
    actor: Actor,
    row: Row[Any],
    response: ReviewerResponse,
    scale: Scale,
    now: dt.datetime,
) -> bool:
    """Write one response. Returns whether something changed."""
    note = clean_text(response.note, "note", required=response.answer is None)
    ground = response.ground if response.answer not in (None, *WITHOUT_GROUND) else None
    if response.answer is not None:
        _must_be_whole(response.answer, ground, note, scale, has_evidence=row.has_evidence)
    item, text = row.ReviewItem, row.ReviewItemText
    can_change = can(Thing.ITEM, item.status, Move.ANSWER) and item.revealed_at is None
    stands = item.reviewer_answer, item.ground, text.reviewer_note
    if can_change and stands == (response.answer, ground, note):
        return False
    if can_change and item.version != response.base_version:
        raise Conflict("review_item_changed", current=NewerAnswer(*stands, item.version))
    by = actor.person_id
    given = {"reviewer_answer": response.answer, "ground": ground}
    if response.answer is None:
        act(tx, Move.RETURN, row.Review, item, by, now, **given, answered_at=None)
        tx.add(ReviewMessage(item_id=item.id, author_id=by, text=note, written_at=now))
        text.reviewer_note = ""
        return True
    move = Move.CANNOT_TELL if response.answer == CANNOT_TELL else Move.ANSWER
    act(tx, move, row.Review, item, by, now, **given)
    text.reviewer_note = note
    if row.Review.status == ReviewStatus.SENT:
        act(tx, Move.ANSWER, row.Review, row.Review, by, now)
    return True


def _must_be_whole(
    answer: str, ground: Ground | None, note: str, scale: Scale, *, has_evidence: bool
) -> None:
    """Raises Invalid where an answer lacks what it needs of how its reviewer knows."""
    if ground is None and answer not in WITHOUT_GROUND:
        raise Invalid("review_ground_needed", "ground")
    if answer not in scale.theirs:
        raise Invalid("review_answer_needed", "answer")
    if ground is Ground.WAS_TOLD and not note:
        raise Invalid("review_told_needed", "note")
    if ground is Ground.EVIDENCE_ONLY and not has_evidence:
        raise Invalid("review_ground_empty", "ground")
