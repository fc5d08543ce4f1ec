"""Every answer of a learner that ever stood for one statement. For the learner alone."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import RatingEntry
from tracker.rules.frameworks.scale import Basis


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer` is None where it was cleared."""

    answer: str | None
    basis: Basis
    at: dt.datetime
    given_on: dt.date | None


def answers(person_id: int, statement_id: int) -> list[Answered]:
    """The newest first. One query."""
    rows = session().execute(
        select(
            RatingEntry.answer,
            RatingEntry.basis,
            RatingEntry.rated_at.label("at"),
            RatingEntry.given_on,
        )
        .where(RatingEntry.person_id == person_id, RatingEntry.statement_id == statement_id)
        .order_by(RatingEntry.rated_at.desc(), RatingEntry.id.desc())
    )
    return [Answered(**row) for row in rows.mappings()]
