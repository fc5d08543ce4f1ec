"""How fast somebody rates."""

from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from tracker.models import RatingEntry
from tracker.queries.asking import Question, ask
from tracker.queries.assessment.learners import LEARNER
from tracker.rules.frameworks.scale import Basis
from tracker.rules.pace import LEARNER_SECONDS, LOOKED_AT, seconds_each


def seconds_of(person_id: int) -> int:
    """Seconds for a statement. One query."""
    return ask(question(person_id))


def question(person_id: int) -> Question[int]:
    return Question(
        _timed(),
        {"learner": person_id},
        lambda rows: seconds_each(
            [
                (row["skill_id"], row["rated_at"])
                for row in sorted(rows, key=lambda row: (row["rated_at"], row["first_id"]))
            ],
            LEARNER_SECONDS,
        ),
    )


@cache
def _timed() -> Select[*tuple[Any, ...]]:
    """What was imported or kept by one key was not answered one by one, and what is as old as
    before, its keeping undone, was answered once."""
    first_id = func.min(RatingEntry.id).label("first_id")
    return (
        select(RatingEntry.skill_id, RatingEntry.rated_at, first_id)
        .where(RatingEntry.person_id == LEARNER, RatingEntry.basis == Basis.RATED)
        .group_by(RatingEntry.skill_id, RatingEntry.rated_at)
        .order_by(RatingEntry.rated_at.desc(), first_id.desc())
        .limit(LOOKED_AT)
    )
