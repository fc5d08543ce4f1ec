"""What a library leaves out of rating, and what it could."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

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
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import can_be_chosen
from tracker.models.record.words import STATEMENTS, decided
from tracker.models.record.words import left_out as left_out_rows
from tracker.policy.permissions import Actor
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.frameworks.versions import VersionStatus
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
    asked has no `decided_at`."""

    id: int
    code: str
    title: Wording
    text: Wording
    framework: Wording
    lang: str
    decision: Decision | None
    decided_at: dt.datetime | None
    decided_by: str | None


def sensitive(actor: Actor) -> list[SensitiveStatement]:
    """Of every framework that the library can choose, the newest first. One query."""
    found = decided(actor.library_id, STATEMENTS.c.sensitive)
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
    ]
    rows = session().execute(
        select(*columns)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(found, found.c.statement_id == Statement.id)
        .outerjoin(SensitiveDecision, SensitiveDecision.id == found.c.id)
        .outerjoin(Person, Person.id == SensitiveDecision.decided_by_id)
        .where(Statement.sensitive, can_be_chosen(actor.library_id))
        .order_by(Framework.published_at.desc(), Framework.id.desc(), Statement.position)
    )
    return [SensitiveStatement(*row) for row in rows]


def left_out(actor: Actor, framework_id: int) -> list[ExcludedStatement]:
    """In the framework's order."""
    return _rows(actor.library_id, STATEMENTS.c.framework_id == framework_id)


def detail(not_rated_id: int) -> ExcludedStatement:
    """In its newest wording."""
    of = select(NotRatedHere.library_id, NotRatedHere.skill_id).where(
        NotRatedHere.id == not_rated_id
    )
    library_id, skill_id = session().execute(of).one()
    return _rows(library_id, STATEMENTS.c.skill_id == skill_id)[-1]


def _rows(library_id: int, which: ColumnElement[bool]) -> list[ExcludedStatement]:
    out = left_out_rows(library_id, which)
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
        .join(out, out.c.id == NotRatedHere.id)
        .join(Statement, Statement.id == out.c.statement_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .outerjoin(Person, Person.id == NotRatedHere.set_by_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .order_by(Framework.status != VersionStatus.WITHDRAWN, Framework.id, Statement.position)
    )
    return [ExcludedStatement(*row) for row in rows]


def rated(actor: Actor, framework_id: int) -> list[RatedDomain]:
    """Every statement that is not left out, by domain. One query."""
    out = left_out_rows(actor.library_id, framework_id)
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
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(Statement.framework_id == framework_id, out.c.id.is_(None))
        .order_by(Strand.position, Domain.position, Statement.rank, Statement.position)
    )
    groups: dict[tuple[int, str, str], list[ExcludableStatement]] = {}
    for domain_id, domain, strand, statement_id, code, title, text, level in rows:
        statement = ExcludableStatement(statement_id, code, title, text, level)
        groups.setdefault((domain_id, domain, strand), []).append(statement)
    return [RatedDomain(*key, statements=tuple(found)) for key, found in groups.items()]
