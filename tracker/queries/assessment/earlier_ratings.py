"""What a learner answered to what statements were made of that are to be rated again. For the
learner alone."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Rating, ScaleAnswer, SkillOrigin, Statement
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
    """By statement, the answers to the nearest of its origins that have some: several where several
    were merged. One query; none for no statements."""
    if not statement_ids:
        return {}
    after = aliased(Statement)
    rows = (
        session()
        .execute(
            select(
                after.id.label("statement_id"),
                SkillOrigin.steps,
                Statement.id,
                Framework.version,
                Statement.title,
                Rating.answer,
                ScaleAnswer.label,
                Rating.rated_at,
                Rating.given_on,
                SkillOrigin.change,
                Statement.text,
                after.text.label("after"),
            )
            .select_from(SkillOrigin)
            .join(after, after.skill_id == SkillOrigin.skill_id)
            .join(Rating, Rating.skill_id == SkillOrigin.origin_id)
            .join(Statement, Statement.id == Rating.statement_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .join(ScaleAnswer, scale_answer(Rating.answer))
            .where(
                after.id.in_(statement_ids),
                Rating.person_id == person_id,
                Rating.answer.is_not(None),
            )
            .order_by(after.id, SkillOrigin.steps, Statement.position)
        )
        .all()
    )
    found = {}
    for statement_id, of_one in groupby(rows, key=lambda row: row.statement_id):
        lines = list(of_one)
        found[statement_id] = tuple(
            RatingBefore(*row[2:10], *pieces(row.text, row.after))
            for row in lines
            if row.steps == lines[0].steps
        )
    return found
