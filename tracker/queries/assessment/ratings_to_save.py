"""What stands at statements whose ratings are about to be saved: read in the transaction that saves
them."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, ScalarSelect, Select, and_, bindparam, func, select

from tracker.db import session
from tracker.models import Domain, Draft, NotRatedHere, Rating, Statement, Strand
from tracker.models.joins import draft_of_notes, not_rated_in, seal_head
from tracker.policy.permissions import Actor


def at_statement(
    actor: Actor, framework_ids: Collection[int], statement_id: int
) -> Row[Any] | None:
    """The statement, if it is of the frameworks, the actor's rating of it, and how much they have
    rated. One query."""
    values = {"me": actor.person_id, "library": actor.library_id, "statement": statement_id}
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
            _with_rating(select(Statement.id, Statement.framework_id, *_RATED)).where(
                Statement.id.in_(statement_ids), Statement.framework_id.in_(framework_ids)
            ),
            {"me": actor.person_id, "library": actor.library_id},
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
    seal_head(bindparam("me", type_=Integer)).label("seal_head"),
)
"""What stands at a statement, and the seal that a new answer follows on."""


def _with_rating(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    me, library = bindparam("me", type_=Integer), bindparam("library", type_=Integer)
    mine = and_(Rating.statement_id == Statement.id, Rating.person_id == me)
    return (
        query.outerjoin(NotRatedHere, not_rated_in(library))
        .outerjoin(Rating, mine)
        .outerjoin(Draft, draft_of_notes(me))
    )


@cache
def _at_statement() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it."""
    me, library = bindparam("me", type_=Integer), bindparam("library", type_=Integer)
    statement = bindparam("statement", type_=Integer)
    each = Rating.__table__.alias("each")
    versions = (
        select(func.coalesce(func.sum(each.c.version), 0))
        .where(each.c.person_id == me)
        .scalar_subquery()
    )

    def rated(*where: Any) -> ScalarSelect[int]:
        mine, other = Rating.__table__.alias("mine"), Statement.__table__.alias("other")
        out = select(NotRatedHere.statement_id).where(NotRatedHere.library_id == library)
        return (
            select(func.count())
            .select_from(mine.join(other, other.c.id == mine.c.statement_id))
            .where(
                mine.c.person_id == me,
                mine.c.answer.is_not(None),
                other.c.framework_id == Statement.framework_id,
                other.c.id.not_in(out),
                *(other.c[column.key] == column for column in where),
            )
            .correlate(Statement)
            .scalar_subquery()
        )

    return _with_rating(
        select(
            Statement.framework_id,
            Statement.rank,
            Statement.domain_id,
            Domain.key.label("domain"),
            Strand.key.label("strand"),
            *_RATED,
            rated().label("rated"),
            rated(Statement.domain_id).label("rated_in_domain"),
            rated(Statement.domain_id, Statement.rank).label("rated_at_level"),
            versions.label("versions"),
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
    ).where(Statement.id == statement)
