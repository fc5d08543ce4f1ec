"""What a library leaves out of rating, and what it could."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select

from tracker.db import session
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
from tracker.models.joins import decision_comes_along, level_of_statement, not_rated_in
from tracker.policy.permissions import Actor
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class ExcludedStatement:
    id: int
    statement_id: int
    code: str
    title: Wording
    domain: Wording
    reason: str
    set_at: dt.datetime
    set_by: str | None
    lang: str


@dataclass(frozen=True, slots=True)
class ExcludableStatement:
    id: int
    code: str
    title: Wording
    text: Wording
    level: Wording


@dataclass(frozen=True, slots=True)
class RatedDomain:
    """The statements of a domain that are rated here."""

    domain_id: int
    title: Wording
    strand: Wording
    statements: tuple[ExcludableStatement, ...]


@dataclass(frozen=True, slots=True)
class SensitiveStatement:
    """`decision`: None while the library has not decided. One that was rated before anybody was
    asked has no `decided_at`. `comes_along`: what was decided of it in the version before, once
    people move."""

    id: int
    code: str
    title: Wording
    text: Wording
    framework: Wording
    lang: str
    decision: Decision | None
    decided_at: dt.datetime | None
    decided_by: str | None
    comes_along: bool


def sensitive(actor: Actor) -> list[SensitiveStatement]:
    """Of every framework, the newest first. One query."""
    decided = and_(
        SensitiveDecision.statement_id == Statement.id,
        SensitiveDecision.library_id == actor.library_id,
    )
    columns: list[Any] = [
        Statement.id,
        Statement.code,
        Statement.title,
        Statement.text,
        Framework.title + " " + Framework.version,
        Framework.lang,
        SensitiveDecision.decision,
        SensitiveDecision.decided_at,
        Person.name,
        and_(SensitiveDecision.id.is_(None), decision_comes_along(literal(actor.library_id))),
    ]
    rows = session().execute(
        select(*columns)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(SensitiveDecision, decided)
        .outerjoin(Person, Person.id == SensitiveDecision.decided_by_id)
        .where(Statement.sensitive)
        .order_by(Framework.published_at.desc(), Framework.id.desc(), Statement.position)
    )
    return [SensitiveStatement(*row) for row in rows]


def left_out(actor: Actor, framework_id: int) -> list[ExcludedStatement]:
    """In the framework's order."""
    return _rows(
        NotRatedHere.library_id == actor.library_id, Statement.framework_id == framework_id
    )


def detail(not_rated_id: int) -> ExcludedStatement:
    return _rows(NotRatedHere.id == not_rated_id)[0]


def _rows(*where: ColumnElement[bool]) -> list[ExcludedStatement]:
    rows = session().execute(
        select(
            NotRatedHere.id,
            Statement.id,
            Statement.code,
            Statement.title,
            Domain.title,
            NotRatedHere.reason,
            NotRatedHere.set_at,
            Person.name,
            Framework.lang,
        )
        .join(Statement, Statement.id == NotRatedHere.statement_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .outerjoin(Person, Person.id == NotRatedHere.set_by_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(*where)
        .order_by(Statement.position)
    )
    return [ExcludedStatement(*row) for row in rows]


def rated(actor: Actor, framework_id: int) -> list[RatedDomain]:
    """Every statement that is not left out, by domain. One query."""
    rows = session().execute(
        select(
            Domain.id,
            Domain.title,
            Strand.title,
            Statement.id,
            Statement.code,
            Statement.title,
            Statement.text,
            Level.name,
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .outerjoin(NotRatedHere, not_rated_in(actor.library_id))
        .where(Statement.framework_id == framework_id, NotRatedHere.id.is_(None))
        .order_by(Strand.position, Domain.position, Statement.rank, Statement.position)
    )
    groups: dict[tuple[int, str, str], list[ExcludableStatement]] = {}
    for domain_id, domain, strand, statement_id, code, title, text, level in rows:
        statement = ExcludableStatement(statement_id, code, title, text, level)
        groups.setdefault((domain_id, domain, strand), []).append(statement)
    return [RatedDomain(*key, statements=tuple(found)) for key, found in groups.items()]
