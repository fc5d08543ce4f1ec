"""What one side has to do about differences, has chosen, and can undo: nothing of that is read for
the other side. And the exceptions to a level that were proposed in a review, for both."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, exists, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Confirmation,
    DifferenceChoice,
    LevelException,
    LevelExceptionText,
    Person,
    Review,
    ReviewItem,
    ReviewMove,
)
from tracker.models.columns import written
from tracker.record.workflow.rules import ItemStatus, Move, ReviewStatus
from tracker.reviews.differences.rules import ChoiceKind
from tracker.reviews.review.queries import by_item

OwnChoice = Row[int, bool, ChoiceKind, str | None, str]
"""Chosen, and not confirmed: the `id` of an item, whether it `waits`, and the `kind`, `answer` and
`reason` of the choice."""

ProposedException = Row[*tuple[Any, ...]]
"""One that was proposed at a review item, whatever became of it."""


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
        )
        .outerjoin(DifferenceChoice, chosen)
        .where(ReviewItem.review_id == review_id, ReviewItem.status == ItemStatus.DIFFERS)
    )
    rows = session().execute(query).all()
    return OwnSide(
        frozenset(row.id for row in rows if row.waits),
        {row.id: row for row in rows if row.kind is not None},
    )


def undoable(review_id: int, person_id: int) -> frozenset[int]:
    """The items that this person ended with no agreement and can open again. One query."""
    ending, newer = aliased(ReviewMove), aliased(ReviewMove)
    is_last = ~exists(
        select(newer.id).where(
            newer.item_id == ending.item_id, newer.move == ending.move, newer.id > ending.id
        )
    )
    items = session().scalars(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(ending, ending.item_id == ReviewItem.id)
        .where(
            Review.id == review_id,
            Review.status == ReviewStatus.DIFFERENCES_OPEN,
            ReviewItem.status == ItemStatus.KEPT_APART,
            ending.move == written(Move.KEEP_APART),
            ending.actor_id == person_id,
            is_last,
        )
    )
    return frozenset(items)


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


def exceptions(review_id: int) -> dict[int, list[ProposedException]]:
    """By item, the newest first. One query."""
    proposer, confirmer = aliased(Person), aliased(Person)
    columns: list[Any] = [
        LevelException.id,
        LevelException.item_id,
        LevelException.status,
        LevelException.proposer_id,
        proposer.name.label("proposer"),
        func.coalesce(confirmer.name, "").label("confirmer"),
        func.coalesce(LevelExceptionText.reason, "").label("reason"),
        func.coalesce(LevelExceptionText.end_reason, "").label("end_reason"),
        LevelException.agreed_at,
        LevelException.ended_at,
    ]
    rows = session().execute(
        select(*columns)
        .join(ReviewItem, ReviewItem.id == LevelException.item_id)
        .join(proposer, proposer.id == LevelException.proposer_id)
        .outerjoin(confirmer, confirmer.id == LevelException.confirmer_id)
        .outerjoin(LevelExceptionText, LevelExceptionText.exception_id == LevelException.id)
        .where(ReviewItem.review_id == review_id)
        .order_by(LevelException.id.desc())
    )
    return by_item(rows)
