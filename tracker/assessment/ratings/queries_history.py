"""A learner's answers over time: every one that ever stood for one statement, in each version of
it, and for what it was made of; and how fast they rate. For the learner alone."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from tracker.db import ask_made
from tracker.frameworks.versions.rules_scale import Basis
from tracker.models import Framework, RatingEntry, ScaleAnswer, Statement
from tracker.models.joins import scale_answer
from tracker.models.record.words import skills_of
from tracker.queries.asking import Question, ask
from tracker.record.sheet.queries_learners import LEARNER
from tracker.rules.core.wording import Wording
from tracker.rules.pace import LEARNER_LEAST, LEARNER_SECONDS, LOOKED_AT, seconds_each


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer` is None where it was cleared. `together`: how many were kept at the same moment;
    `is_undone`: the answer after keeping it was undone, as old as it was before; `version`: of the
    framework; `title`: of the statement, as it was answered."""

    answer: str | None
    basis: Basis
    at: dt.datetime
    given_on: dt.date | None
    together: int
    is_undone: bool
    version: str
    title: Wording
    label: Wording


def answers(person_id: int, statement_ids: Collection[int]) -> list[Answered]:
    """Every answer to these statements, the newest first. `statement_ids`: the statement, and what
    it was in earlier versions. One query."""
    values = {"learner": person_id, "statements": list(statement_ids)}
    rows = ask_made(_answers(), values)
    return [Answered(**row) for row in rows.mappings()]


@cache
def _answers() -> Select[*tuple[Any, ...]]:
    # `together`: how many answers the same press kept. `is_undone`: an answer before it has a later
    # date, so this one put back what was there before that.
    same, earlier = aliased(RatingEntry), aliased(RatingEntry)
    together = (
        select(func.count(same.id))
        .where(
            RatingEntry.basis == Basis.CONFIRMED,
            same.basis == Basis.CONFIRMED,
            same.person_id == LEARNER,
            same.rated_at == RatingEntry.rated_at,
        )
        .scalar_subquery()
    )
    is_undone = (
        select(earlier.id)
        .where(
            earlier.person_id == LEARNER,
            earlier.skill_id == RatingEntry.skill_id,
            earlier.version < RatingEntry.version,
            earlier.rated_at > RatingEntry.rated_at,
        )
        .exists()
    )
    return (
        select(
            RatingEntry.answer,
            RatingEntry.basis,
            RatingEntry.rated_at.label("at"),
            RatingEntry.given_on,
            together.label("together"),
            is_undone.label("is_undone"),
            Framework.version,
            Statement.title,
            func.coalesce(ScaleAnswer.label, "").label("label"),
        )
        .join(Statement, Statement.id == RatingEntry.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ScaleAnswer, scale_answer(RatingEntry.answer))
        .where(
            RatingEntry.person_id == LEARNER,
            RatingEntry.skill_id.in_(skills_of(bindparam("statements", expanding=True))),
        )
        .order_by(RatingEntry.id.desc())
    )


def seconds_of(person_id: int) -> int:
    """Seconds for a statement. One query."""
    return ask(pace_question(person_id))


def pace_question(person_id: int) -> Question[int]:
    return Question(
        _timed(),
        {"learner": person_id},
        lambda rows: seconds_each(
            [
                (row["skill_id"], row["rated_at"])
                for row in sorted(rows, key=lambda row: (row["rated_at"], row["first_id"]))
            ],
            LEARNER_SECONDS,
            LEARNER_LEAST,
        ),
    )


@cache
def _timed() -> Select[*tuple[Any, ...]]:
    """Answers that were given one by one: not those that were imported or kept by one press; and
    one that was put back when its keeping was undone counts once."""
    first_id = func.min(RatingEntry.id).label("first_id")
    return (
        select(RatingEntry.skill_id, RatingEntry.rated_at, first_id)
        .where(RatingEntry.person_id == LEARNER, RatingEntry.basis == Basis.RATED)
        .group_by(RatingEntry.skill_id, RatingEntry.rated_at)
        .order_by(RatingEntry.rated_at.desc(), first_id.desc())
        .limit(LOOKED_AT)
    )
