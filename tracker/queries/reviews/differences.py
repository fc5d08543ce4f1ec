"""What one side has to do about differences, has chosen, and can undo. Nothing of it is read for
the other side."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Confirmation, DifferenceChoice, Review, ReviewItem, ReviewMove
from tracker.rules.reviews.differences import ChoiceKind
from tracker.rules.reviews.workflow import ItemStatus, Move, ReviewStatus


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """Chosen, and not confirmed."""

    kind: ChoiceKind
    answer: str | None
    reason: str
    chosen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnSide:
    """Of the open differences: which `wait` for this side, and its choices, by item."""

    wait: frozenset[int]
    choices: dict[int, OwnChoice]


def own_side(review_id: int, person_id: int) -> OwnSide:
    """One query."""
    chosen = and_(
        DifferenceChoice.item_id == ReviewItem.id, DifferenceChoice.person_id == person_id
    )
    query = (
        select(
            ReviewItem.id,
            waits_for(person_id).label("waits"),
            DifferenceChoice.kind,
            DifferenceChoice.answer,
            DifferenceChoice.reason,
            DifferenceChoice.chosen_at,
        )
        .outerjoin(DifferenceChoice, chosen)
        .where(ReviewItem.review_id == review_id, ReviewItem.status == ItemStatus.DIFFERS)
    )
    rows = session().execute(query).all()
    return OwnSide(
        frozenset(row.id for row in rows if row.waits),
        {row.id: OwnChoice(*row[2:]) for row in rows if row.kind is not None},
    )


def undoable(review_id: int, person_id: int) -> frozenset[int]:
    """The items that this person ended with no agreement and can open again. One query."""
    ending, newer, again, other = (
        aliased(ReviewMove),
        aliased(ReviewMove),
        aliased(ReviewItem),
        aliased(Review),
    )
    is_last = ~exists(
        select(newer.id).where(
            newer.item_id == ending.item_id, newer.move == ending.move, newer.id > ending.id
        )
    )
    sent_again = exists(
        select(again.id)
        .join(other, other.id == again.review_id)
        .where(
            again.skill_id == ReviewItem.skill_id,
            again.id > ReviewItem.id,
            other.learner_id == Review.learner_id,
            other.status != ReviewStatus.WITHDRAWN,
        )
    )
    found = session().scalars(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(ending, ending.item_id == ReviewItem.id)
        .where(
            Review.id == review_id,
            Review.status == ReviewStatus.DIFFERENCES_OPEN,
            ReviewItem.status == ItemStatus.KEPT_APART,
            ending.move == Move.KEEP_APART,
            ending.actor_id == person_id,
            is_last,
            ~sent_again,
        )
    )
    return frozenset(found)


def waits_for(person_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Over `ReviewItem`: a difference that waits for this side: they have confirmed no answer, or
    the other side has confirmed another one. What does not, waits for the other side alone. Every
    page that says how many wait for whom asks this."""
    answers = (
        select(func.count(Confirmation.answer))
        .where(Confirmation.item_id == ReviewItem.id)
        .scalar_subquery()
    )
    mine = exists(
        select(Confirmation.id).where(
            Confirmation.item_id == ReviewItem.id,
            Confirmation.person_id == person_id,
            Confirmation.answer.is_not(None),
        )
    )
    return and_(ReviewItem.status == ItemStatus.DIFFERS, ~and_(mine, answers == 1))
