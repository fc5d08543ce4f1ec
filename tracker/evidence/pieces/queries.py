"""Evidence as its owner sees it. Only the current version is searched and listed; older ones are
read one by one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from tracker.db import ask_made, session
from tracker.models import (
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Statement,
    StoredFile,
)
from tracker.models.joins import current_version
from tracker.models.record.words import is_said_of, skill_of
from tracker.queries.asking import Question
from tracker.rules.core.wording import Wording
from tracker.rules.pagination import PAGE, pages_of

PERSON: BindParameter[int] = bindparam("person", type_=Integer)


class EvidenceFilter(StrEnum):
    """Which of my evidence to list; archived pieces are listed as archived only."""

    ALL = "all"
    UNLINKED = "unlinked"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class EvidencePage:
    rows: Sequence[Row[*tuple[Any, ...]]]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return pages_of(self.total)


@dataclass(frozen=True, slots=True)
class StatementTitle:
    title: Wording
    lang: str


def mine(
    person_id: int,
    *,
    find: str = "",
    show: EvidenceFilter = EvidenceFilter.ALL,
    statement_id: int | None = None,
    page: int = 1,
) -> EvidencePage:
    """A page of a person's evidence, the latest change first. One query."""
    links = (
        select(func.count(EvidenceLink.id))
        .where(EvidenceLink.evidence_id == Evidence.id)
        .scalar_subquery()
    )
    wanted: list[ColumnElement[bool]] = [Evidence.person_id == person_id, _among(show)]
    if find:
        wanted.append(_holds(find))
    if statement_id is not None:
        wanted.append(_linked(_is_for(statement_id)))
    query = (
        _as_it_is(
            *LISTED,
            Evidence.archived_at.is_not(None).label("archived"),
            links.label("statements"),
            func.count().over().label("total"),
        )
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(*wanted)
        .order_by(Evidence.changed_at.desc(), Evidence.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = session().execute(query).all()
    return EvidencePage(rows, rows[0].total if rows else 0, page)


def unlinked(person_id: int) -> Question[int]:
    """How many pieces are linked to no statement."""
    return Question(_unlinked(), {"person": person_id}, lambda rows: rows[0]["unlinked"])


@cache
def _unlinked() -> Select[int]:
    count: Select[int] = _as_it_is(func.count(Evidence.id).label("unlinked"))
    return count.where(Evidence.person_id == PERSON, _among(EvidenceFilter.UNLINKED))


def counts(person_id: int) -> Row[*tuple[Any, ...]]:
    """How much there is of each kind of list, without what was erased. One query."""
    columns = (func.count(Evidence.id).filter(_among(kind)).label(kind) for kind in EvidenceFilter)
    return session().execute(_as_it_is(*columns).where(Evidence.person_id == person_id)).one()


def for_statement(person_id: int, statement_id: int) -> list[Row[*tuple[Any, ...]]]:
    """What a person has to show for a statement, as it is now, without what is archived. One
    statement."""
    return for_statements(person_id, [statement_id]).get(statement_id, [])


def for_statements(
    person_id: int, statement_ids: Collection[int]
) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """The same for many statements, by statement; those without evidence are not there. One
    statement."""
    values = {"person": person_id, "statements": list(statement_ids)}
    by_statement: dict[int, dict[int, Row[*tuple[Any, ...]]]] = {}
    for row in ask_made(_for_statements(), values):
        by_statement.setdefault(row.statement_id, {}).setdefault(row.id, row)
    return {key: list(pieces.values()) for key, pieces in by_statement.items()}


@cache
def _for_statements() -> Select[*tuple[Any, ...]]:
    return (
        _as_it_is(
            Statement.id.label("statement_id"),
            Evidence.id,
            EvidenceVersion.id.label("version_id"),
            Evidence.kind,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.done_on,
            EvidenceLink.reason,
        )
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .join(Statement, is_said_of(EvidenceLink.skill_id, Statement.skill_id))
        .where(
            Evidence.person_id == PERSON,
            Evidence.archived_at.is_(None),
            Statement.id.in_(bindparam("statements", expanding=True)),
        )
        .order_by(EvidenceLink.linked_at, EvidenceLink.id)
    )


def statement_title(statement_id: int | None) -> StatementTitle | None:
    """None where there is no such statement."""
    if statement_id is None:
        return None
    titled = (
        select(Statement.title, Framework.lang)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Statement.id == statement_id)
    )
    row = session().execute(titled).one_or_none()
    return None if row is None else StatementTitle(*row)


def unlinked_to(person_id: int, statement_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """What could be linked to a statement: not archived, not linked to it, the latest change first.
    One query."""
    return ask_made(_unlinked_to(), {"person": person_id, "statement": statement_id}).all()


@cache
def _unlinked_to() -> Select[*tuple[Any, ...]]:
    return (
        _as_it_is(*LISTED)
        .where(
            Evidence.person_id == PERSON,
            Evidence.archived_at.is_(None),
            ~_linked(_is_for(bindparam("statement", type_=Integer))),
        )
        .order_by(Evidence.changed_at.desc(), Evidence.id.desc())
        .limit(200)
    )


LISTED = (Evidence.id, Evidence.kind, EvidenceText.title, EvidenceText.done_on, Evidence.changed_at)
"""What a list says of each piece."""


def _as_it_is(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Of pieces of evidence, with what their current version says."""
    return (
        select(*columns)
        .select_from(Evidence)
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
    )


def _is_for(statement_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Over `EvidenceLink`: to the skill of a statement, or to what it was made of."""
    return is_said_of(EvidenceLink.skill_id, skill_of(statement_id))


def _linked(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(EvidenceLink.id).where(EvidenceLink.evidence_id == Evidence.id, *more))


def _among(show: EvidenceFilter) -> ColumnElement[bool]:
    if show is EvidenceFilter.ARCHIVED:
        return Evidence.archived_at.is_not(None)
    if show is EvidenceFilter.UNLINKED:
        return and_(Evidence.archived_at.is_(None), ~_linked())
    return Evidence.archived_at.is_(None)


def _holds(find: str) -> ColumnElement[bool]:
    """Every word of `find`, each anywhere in what the current version says; % and _ stand for
    themselves."""
    places = (
        EvidenceText.title,
        EvidenceText.text,
        EvidenceText.url,
        func.coalesce(StoredFile.name, ""),
    )
    return and_(
        *(
            or_(*(place.icontains(word, autoescape=True) for place in places))
            for word in find.split()[:8]
        )
    )
