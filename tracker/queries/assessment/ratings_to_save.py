"""What stands at statements whose ratings are about to be saved: read in the transaction that saves
them."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, ScalarSelect, Select, and_, bindparam, exists, func, select

from tracker.db import session
from tracker.models import Domain, Draft, NotRatedHere, Rating, SkillOrigin, Statement, Strand
from tracker.models.joins import draft_of_notes, seal_head
from tracker.models.record import later
from tracker.models.record.words import STATEMENTS, left_out, own_ratings
from tracker.policy.permissions import Actor

ME, LIBRARY = bindparam("me", type_=Integer), bindparam("library", type_=Integer)
FRAMEWORKS = STATEMENTS.c.framework_id.in_(bindparam("frameworks", expanding=True))


def at_statement(
    actor: Actor, framework_ids: Collection[int], statement_id: int, today: dt.date
) -> Row[Any] | None:
    """The statement, if it is of the frameworks, the actor's rating of it, whether it counts for
    them today, and how much they have rated of what does. One query."""
    values = {
        "me": actor.person_id,
        "library": actor.library_id,
        "frameworks": list(framework_ids),
        "statement": statement_id,
        **later.on(today),
    }
    row = session().execute(_at_statement(), values).one_or_none()
    return row if row is not None and row.framework_id in framework_ids else None


def at_statements(
    actor: Actor, framework_ids: Collection[int], statement_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    """Those of the statements that are of the frameworks, with the actor's ratings of them. One
    query."""
    return (
        session()
        .execute(
            _with_rating(
                select(Statement.id, Statement.skill_id, Statement.framework_id, *_RATED)
            ).where(Statement.id.in_(statement_ids), Statement.framework_id.in_(framework_ids)),
            {"me": actor.person_id, "library": actor.library_id, "frameworks": list(framework_ids)},
        )
        .all()
    )


_RATED = (
    NotRatedHere.reason,
    Rating.version,
    Rating.answer,
    Rating.basis,
    Rating.rated_at,
    Rating.given_on,
    Rating.own_note,
    Rating.reviewer_note,
    Draft.fields.label("draft"),
    exists().where(SkillOrigin.skill_id == Statement.skill_id).label("has_origins"),
    seal_head(ME).label("seal_head"),
)
"""What stands at a statement, and the seal that a new answer follows on."""


def _with_rating(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The answer to the skill itself: one to its origins is none to save onto."""
    mine = and_(Rating.skill_id == Statement.skill_id, Rating.person_id == ME)
    out = left_out(LIBRARY, FRAMEWORKS)
    return (
        query.outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(NotRatedHere, NotRatedHere.id == out.c.id)
        .outerjoin(Rating, mine)
        .outerjoin(Draft, draft_of_notes(ME))
    )


@cache
def _at_statement() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it."""
    statement = bindparam("statement", type_=Integer)
    each, other = Rating.__table__.alias("each"), Statement.__table__.alias("other")
    versions = (
        select(func.coalesce(func.sum(each.c.version), 0))
        .where(each.c.person_id == ME)
        .scalar_subquery()
    )
    own, out = own_ratings(lambda person: person == ME, FRAMEWORKS), left_out(LIBRARY, FRAMEWORKS)
    waits = select(later.counting_later(lambda person: person == ME, FRAMEWORKS).c.statement_id)
    counted = (
        select(other)
        .join(own, own.c.statement_id == other.c.id)
        .outerjoin(out, out.c.statement_id == other.c.id)
        .where(out.c.id.is_(None), other.c.id.not_in(waits))
        .cte("counted")
    )

    def rated(*where: Any) -> ScalarSelect[int]:
        return (
            select(func.count())
            .select_from(counted)
            .where(
                counted.c.framework_id == Statement.framework_id,
                *(counted.c[column.key] == column for column in where),
            )
            .correlate(Statement)
            .scalar_subquery()
        )

    return _with_rating(
        select(
            Statement.framework_id,
            Statement.skill_id,
            Statement.rank,
            Statement.domain_id,
            Domain.key.label("domain"),
            Strand.key.label("strand"),
            *_RATED,
            rated().label("rated"),
            rated(Statement.id).label("is_rated"),
            rated(Statement.domain_id).label("rated_in_domain"),
            rated(Statement.domain_id, Statement.rank).label("rated_at_level"),
            versions.label("versions"),
            Statement.id.not_in(waits).label("counts"),
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
    ).where(Statement.id == statement)
