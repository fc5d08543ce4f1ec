"""What a learner's own list is compared with: the statements of their framework and what stands
there."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from tracker.assessment.imports.rules import KnownStatement
from tracker.db import session
from tracker.models import Rating, ScaleAnswer, Statement
from tracker.models.record.words import left_out, own_ratings
from tracker.policy.permissions import Actor
from tracker.rules.calendar import day_in
from tracker.rules.core.wording import Wording
from tracker.rules.delimited import plain


@dataclass(frozen=True, slots=True)
class ImportTargets:
    """`answers`: what an answer may be called in a list, by `plain` words; `labels` as the
    framework shows them."""

    statements: list[KnownStatement]
    answers: dict[str, str]
    labels: dict[str, Wording]


def targets(actor: Actor, framework_id: int) -> ImportTargets:
    """Two queries."""
    me = actor.person_id
    own = own_ratings(lambda person: person == me, framework_id)
    out, mine = left_out(actor.library_id, framework_id), aliased(Rating)
    query = (
        select(
            Statement.id,
            Statement.skill_id,
            Statement.code,
            Statement.title,
            out.c.id.label("out"),
            Rating.answer,
            mine.version,
            Rating.rated_at,
            Rating.given_on,
            Rating.own_note,
            Rating.reviewer_note,
        )
        .outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(mine, and_(mine.skill_id == Statement.skill_id, mine.person_id == me))
        .outerjoin(own, own.c.statement_id == Statement.id)
        .outerjoin(Rating, Rating.id == func.coalesce(own.c.id, mine.id))
        .where(Statement.framework_id == framework_id)
        .order_by(Statement.position)
    )
    rows = session().execute(query).all()
    scale = session().execute(
        select(ScaleAnswer.key, ScaleAnswer.label)
        .where(ScaleAnswer.framework_id == framework_id)
        .order_by(ScaleAnswer.position)
    )
    labels = {row.key: row.label for row in scale}
    return ImportTargets(
        statements=[
            KnownStatement(
                statement_id=row.id,
                skill_id=row.skill_id,
                code=row.code,
                title=row.title,
                is_rated_here=row.out is None,
                answer=row.answer,
                version=row.version or 0,
                stored_on=day_in(actor.time_zone, row.rated_at) if row.rated_at else None,
                given_on=row.given_on,
                own_note=row.own_note or "",
                reviewer_note=row.reviewer_note or "",
            )
            for row in rows
        ],
        answers={
            plain(word): answer for answer, label in labels.items() for word in (answer, label)
        },
        labels=labels,
    )
