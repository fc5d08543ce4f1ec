"""What a library leaves out of rating, and what it could."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from tracker.db import session
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Domain,
    Framework,
    Level,
    NotRatedHere,
    Person,
    SensitiveDecision,
    Statement,
    Strand,
)
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import can_be_chosen
from tracker.models.record.words import STATEMENTS, decided, left_out as left_out_rows
from tracker.policy.permissions import Actor

AnyRow = Row[*tuple[Any, ...]]


def sensitive(actor: Actor) -> Sequence[AnyRow]:
    """Of every framework that the library can choose, the newest first. `decision`: None while the
    library has not decided. One that was rated before anybody was asked has no `decided_at`. One
    query."""
    decisions = decided(actor.library_id, STATEMENTS.c.sensitive)
    columns: list[Any] = [
        Statement.id,
        Statement.code,
        Statement.title,
        Statement.text,
        Framework.lang,
        (Framework.title + " " + Framework.version).label("framework"),
        SensitiveDecision.decision,
        SensitiveDecision.decided_at,
        Person.name.label("decided_by"),
    ]
    query = (
        select(*columns)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(decisions, decisions.c.statement_id == Statement.id)
        .outerjoin(SensitiveDecision, SensitiveDecision.id == decisions.c.id)
        .outerjoin(Person, Person.id == SensitiveDecision.decided_by_id)
        .where(Statement.sensitive, can_be_chosen(actor.library_id))
        .order_by(Framework.published_at.desc(), Framework.id.desc(), Statement.position)
    )
    return session().execute(query).all()


def left_out(actor: Actor, framework_id: int) -> Sequence[AnyRow]:
    """In the framework's order. Without `set_by` it is a sensitive one, not decided about yet."""
    return _left_out(actor.library_id, STATEMENTS.c.framework_id == framework_id)


def detail(not_rated_id: int) -> AnyRow:
    """In its newest wording."""
    row = session().get_one(NotRatedHere, not_rated_id)
    return _left_out(row.library_id, STATEMENTS.c.skill_id == row.skill_id)[-1]


def _left_out(library_id: int, which: ColumnElement[bool]) -> Sequence[AnyRow]:
    out = left_out_rows(library_id, which)
    columns: list[Any] = [
        NotRatedHere.id,
        NotRatedHere.reason,
        NotRatedHere.set_at,
        Framework.lang,
        Statement.id.label("statement_id"),
        Statement.code,
        Statement.title,
        Domain.title.label("domain"),
        Person.name.label("set_by"),
    ]
    query = (
        select(*columns)
        .join(out, out.c.id == NotRatedHere.id)
        .join(Statement, Statement.id == out.c.statement_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .outerjoin(Person, Person.id == NotRatedHere.set_by_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .order_by(Framework.status != VersionStatus.WITHDRAWN, Framework.id, Statement.position)
    )
    return session().execute(query).all()


def rated(actor: Actor, framework_id: int) -> dict[Domain, list[tuple[Statement, str]]]:
    """Every statement that is not left out, with the name of its level, by domain. One query."""
    out = left_out_rows(actor.library_id, framework_id)
    groups = defaultdict[Domain, list[tuple[Statement, str]]](list)
    for domain, statement, level in session().execute(
        select(Domain, Statement, Level.name)
        .select_from(Statement)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(Statement.framework_id == framework_id, out.c.id.is_(None))
        .order_by(Strand.position, Domain.position, Statement.rank, Statement.position)
    ):
        groups[domain].append((statement, level))
    return groups
