"""What came of talks about a learner's differences and is not done yet, for the learner."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from tracker.db import session
from tracker.models import Person, Review, ReviewItem, Statement, TrainingAction
from tracker.models.joins import versions_of
from tracker.queries.assessment.learners import FRAMEWORK, LEARNER, Learner, of
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name


@dataclass(frozen=True, slots=True)
class OpenStep:
    """`is_mine`: the learner does it; else the reviewer does."""

    item_id: int
    review_id: int
    text: str
    due_on: dt.date | None
    statement: Wording
    reviewer: str
    is_mine: bool


def open_steps(learner: Learner) -> list[OpenStep]:
    """Of the learner's framework, in every version, the next due first, those without a date last.
    One query."""
    rows = session().execute(_open_steps(), of(learner))
    return [
        OpenStep(
            row.item_id,
            row.review_id,
            row.text,
            row.due_on,
            row.title,
            short_name(row.name),
            row.owner_id == learner.person_id,
        )
        for row in rows
    ]


@cache
def _open_steps() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TrainingAction.item_id,
            ReviewItem.review_id,
            TrainingAction.text,
            TrainingAction.due_on,
            Statement.title,
            Person.name,
            TrainingAction.owner_id,
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            Review.learner_id == LEARNER,
            Review.framework_id.in_(versions_of(FRAMEWORK)),
            TrainingAction.done_at.is_(None),
        )
        .order_by(TrainingAction.due_on.is_(None), TrainingAction.due_on, TrainingAction.id)
    )
