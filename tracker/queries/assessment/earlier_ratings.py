"""What a learner answered to statements of earlier versions that are to be rated again. For the
learner alone."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Rating, ScaleAnswer, Statement, StatementSuccessor
from tracker.models.joins import scale_answer
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.versions import Change
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class RatingBefore:
    """`then` and `now`: the wording that was answered and the one to answer, with the words that
    differ."""

    statement_id: int
    version: str
    title: Wording
    answer: str | None
    label: Wording
    rated_at: dt.datetime
    given_on: dt.date | None
    change: Change
    then: tuple[Piece, ...]
    now: tuple[Piece, ...]

    @property
    def can_be_kept(self) -> bool:
        """Of several that were merged none speaks for what they became."""
        return self.change is not Change.MERGED


def of_statements(
    person_id: int, statement_ids: Collection[int]
) -> dict[int, tuple[RatingBefore, ...]]:
    """By statement, the answers in the nearest version that has some: several where several were
    merged. One query; none for no statements."""
    if not statement_ids:
        return {}
    after = aliased(Statement)
    rows = (
        session()
        .execute(
            select(
                after.id.label("successor_id"),
                StatementSuccessor.steps,
                Statement.id,
                Framework.version,
                Statement.title,
                Rating.answer,
                ScaleAnswer.label,
                Rating.rated_at,
                Rating.given_on,
                StatementSuccessor.change,
                Statement.text,
                after.text.label("after"),
            )
            .select_from(StatementSuccessor)
            .join(after, after.id == StatementSuccessor.successor_id)
            .join(Statement, Statement.id == StatementSuccessor.statement_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .join(Rating, Rating.statement_id == Statement.id)
            .join(ScaleAnswer, scale_answer(Rating.answer))
            .where(
                after.id.in_(statement_ids),
                Rating.person_id == person_id,
                Rating.answer.is_not(None),
            )
            .order_by(after.id, StatementSuccessor.steps, Statement.position)
        )
        .all()
    )
    found = {}
    for successor_id, of_one in groupby(rows, key=lambda row: row.successor_id):
        lines = list(of_one)
        found[successor_id] = tuple(
            RatingBefore(*row[2:10], *pieces(row.text, row.after))
            for row in lines
            if row.steps == lines[0].steps
        )
    return found
