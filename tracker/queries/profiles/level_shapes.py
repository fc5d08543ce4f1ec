"""The domains of a framework and their levels, as a library uses them, and as they are for
somebody for whom a part of it counts later."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import and_, func, select

from tracker.db import session
from tracker.models import Domain, Level, Statement, Strand
from tracker.models.record import later
from tracker.models.record.words import left_out
from tracker.queries.assessment.learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY
from tracker.rules.record.versions import DomainShape, LevelShape

OUT = left_out(LIBRARY, FRAMEWORK)
LEFT_OUT = OUT.c.statement_id == Statement.id

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
    .outerjoin(OUT, LEFT_OUT)
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
    found: dict[int, DomainShape] = {}
    for row in session().execute(_SHAPE, {"framework": framework_id, "library": library_id}):
        level = LevelShape(row.rank, row.name, row.role_label, row.listed, row.not_rated_here)
        before = found.get(row.id)
        levels = (level,) if before is None else (*before.levels, level)
        found[row.id] = DomainShape(row.id, row.key, row.title, row.strand_key, row.strand, levels)
    return tuple(found.values())


def shapes_for(
    domains: Sequence[DomainShape],
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
) -> dict[int, tuple[DomainShape, ...]]:
    """The same by person, of the shape that is everybody's. One query."""
    values = {"people": list(person_ids), "framework": framework_id, "library": library_id}
    less: defaultdict[int, dict[tuple[int, int], tuple[int, int]]] = defaultdict(dict)
    for person_id, domain_id, rank, *counts in session().execute(
        _LATER_LISTED, {**values, **later.on(today)}
    ):
        less[person_id][domain_id, rank] = tuple(counts)
    usual = tuple(domains)
    return {
        each: tuple(_without(domain, less[each]) for domain in usual) if each in less else usual
        for each in person_ids
    }


def _without(domain: DomainShape, less: Mapping[tuple[int, int], tuple[int, int]]) -> DomainShape:
    levels = []
    for level in domain.levels:
        listed, out = less.get((domain.id, level.rank), (0, 0))
        levels.append(
            replace(level, listed=level.listed - listed, not_rated_here=level.not_rated_here - out)
        )
    return replace(domain, levels=tuple(levels))


_LATER_LISTED = (
    select(
        LATER_OF_PEOPLE.c.person_id,
        Statement.domain_id,
        Statement.rank,
        func.count(Statement.id),
        func.count(OUT.c.id),
    )
    .join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)
    .outerjoin(OUT, LEFT_OUT)
    .group_by(LATER_OF_PEOPLE.c.person_id, Statement.domain_id, Statement.rank)
)
