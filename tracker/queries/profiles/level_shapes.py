"""The domains of a framework and their levels, as a library uses them."""

from sqlalchemy import and_, func, select

from tracker.db import session
from tracker.models import Domain, Level, Statement, Strand
from tracker.models.record.words import left_out
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY
from tracker.rules.record.versions import DomainShape, LevelShape

OUT = left_out(LIBRARY, FRAMEWORK)
_SHAPE = (
    select(
        Domain.id,
        Domain.key,
        Domain.title,
        Strand.key.label("strand_key"),
        Strand.title.label("strand"),
        Level.rank,
        Level.name,
        Level.role_label,
        func.count(Statement.id).label("listed"),
        func.count(OUT.c.id).label("not_rated_here"),
    )
    .join(Strand, Strand.id == Domain.strand_id)
    .join(Level, Level.strand_id == Strand.id)
    .outerjoin(Statement, and_(Statement.domain_id == Domain.id, Statement.rank == Level.rank))
    .outerjoin(OUT, OUT.c.statement_id == Statement.id)
    .where(Strand.framework_id == FRAMEWORK)
    .group_by(
        Domain.id,
        Domain.key,
        Domain.title,
        Strand.key,
        Strand.title,
        Level.rank,
        Level.name,
        Level.role_label,
        Strand.position,
        Domain.position,
    )
    .order_by(Strand.position, Domain.position, Domain.id, Level.rank)
)
"""Built once: every page of levels asks it."""


def shape(framework_id: int, library_id: int) -> tuple[DomainShape, ...]:
    """The domains in the framework's order. One query."""
    rows = session().execute(_SHAPE, {"framework": framework_id, "library": library_id}).all()
    found: dict[int, DomainShape] = {}
    for row in rows:
        level = LevelShape(row.rank, row.name, row.role_label, row.listed, row.not_rated_here)
        before = found.get(row.id)
        levels = (level,) if before is None else (*before.levels, level)
        found[row.id] = DomainShape(row.id, row.key, row.title, row.strand_key, row.strand, levels)
    return tuple(found.values())
