"""Evidence as its owner sees it. Only the current version is searched and listed; older ones are
read one by one.

A piece of evidence with one of its versions, and the files of versions.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.evidence.files.rules import MEDIA_TYPES
from tracker.evidence.pieces.rules import kind_of
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.models import (
    Domain,
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    Statement,
    StoredFile,
)
from tracker.models.joins import current_version
from tracker.models.record.words import is_said_of, skill_of
from tracker.models.reviews.reviews import NOT_WITHDRAWN
from tracker.queries.asking import Question, newest_first
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


def for_statements(
    person_id: int, statement_ids: Collection[int]
) -> Question[dict[int, list[RowMapping]]]:
    """What a person has to show for statements, as it is now, without what is archived, by
    statement; those without evidence are not there."""
    values = {"person": person_id, "shown_for": list(statement_ids)}
    return Question(_for_statements(), values, _by_statement)


def _by_statement(rows: Sequence[RowMapping]) -> dict[int, list[RowMapping]]:
    by_statement: dict[int, dict[int, RowMapping]] = {}
    for row in sorted(rows, key=lambda row: (row["linked_at"], row["link_id"])):
        by_statement.setdefault(row["statement_id"], {}).setdefault(row["id"], row)
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
            EvidenceLink.id.label("link_id"),
            EvidenceLink.linked_at,
        )
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .join(Statement, is_said_of(EvidenceLink.skill_id, Statement.skill_id))
        .where(
            Evidence.person_id == PERSON,
            Evidence.archived_at.is_(None),
            Statement.id.in_(bindparam("shown_for", expanding=True)),
        )
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


def unlinked_to(person_id: int, statement_id: int) -> Question[list[RowMapping]]:
    """What could be linked to a statement: not archived, not linked to it, the latest change
    first."""
    values = {"person": person_id, "statement": statement_id}
    return Question(_unlinked_to(), values, lambda rows: newest_first(rows, "changed_at"))


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


@dataclass(frozen=True, slots=True)
class LinkedStatement:
    """A statement that the piece is linked to, with a `reason`, or that any version of it was sent
    with. `sendings`: by review, the last first."""

    statement_id: int
    framework_id: int
    lang: str
    title: Wording
    text: Wording
    domain: Wording
    reason: str = ""
    sendings: dict[int, Row[*tuple[Any, ...]]] = field(default_factory=dict)


WORDED = (
    Statement.id,
    Statement.framework_id,
    Framework.lang,
    Statement.title,
    Statement.text,
    Domain.title.label("domain"),
)
"""The columns of a `LinkedStatement`."""


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """A piece of evidence with one of its versions; `versions` is how many there are. `shown`: what
    that version says, with its `file` or None."""

    id: int
    archived_at: dt.datetime | None
    versions: int
    shown: Row[*tuple[Any, ...]]
    links: list[LinkedStatement]

    @property
    def is_current(self) -> bool:
        return bool(self.shown.number == self.versions)

    @property
    def kind(self) -> EvidenceKind:
        return kind_of(self.shown.url, self.shown.file is not None)

    @property
    def kind_of_file(self) -> str:
        """In a word: "PDF"."""
        media_type = self.shown.file.media_type
        return next((kind.upper() for kind, of in MEDIA_TYPES.items() if of == media_type), "")


def piece(evidence_id: int, number: int | None = None) -> EvidencePiece | None:
    """One piece with its current version, or version `number`; None where there is no such. Two
    statements."""
    numbered = and_(EvidenceVersion.evidence_id == Evidence.id, EvidenceVersion.number == number)
    file = aliased(StoredFile, name="file")
    query = (
        select(
            Evidence.id,
            Evidence.archived_at,
            Evidence.version.label("versions"),
            EvidenceVersion.number,
            EvidenceVersion.made_at,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            EvidenceText.done_on,
            file,
        )
        .join(EvidenceVersion, current_version() if number is None else numbered)
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .outerjoin(file, file.id == EvidenceText.file_id)
        .where(Evidence.id == evidence_id)
    )
    row = session().execute(query).one_or_none()
    if row is None:
        return None
    return EvidencePiece(
        id=row.id,
        archived_at=row.archived_at,
        versions=row.versions,
        shown=row,
        links=_links(evidence_id),
    )


def history(evidence_id: int) -> Sequence[Row[int, dt.datetime, str]]:
    """All versions, the newest first. One query."""
    query = (
        select(EvidenceVersion.number, EvidenceVersion.made_at, EvidenceText.title)
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .order_by(EvidenceVersion.number.desc())
    )
    return session().execute(query).all()


def file_of_item(item_id: int, version_id: int) -> StoredFile | None:
    """The file of a version that went with a review item; nothing once the review was withdrawn."""
    return session().scalar(
        select(StoredFile)
        .join(EvidenceText, EvidenceText.file_id == StoredFile.id)
        .join(ReviewItemEvidence, ReviewItemEvidence.version_id == EvidenceText.version_id)
        .join(ReviewItem, ReviewItem.id == ReviewItemEvidence.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            ReviewItemEvidence.item_id == item_id,
            ReviewItemEvidence.version_id == version_id,
            NOT_WITHDRAWN,
        )
    )


def _links(evidence_id: int) -> list[LinkedStatement]:
    rows = session().execute(
        select(*WORDED, EvidenceLink.reason)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(EvidenceLink, EvidenceLink.statement_id == Statement.id)
        .join(Domain, Domain.id == Statement.domain_id)
        .where(EvidenceLink.evidence_id == evidence_id)
        .order_by(Statement.position)
    )
    return [LinkedStatement(*row) for row in rows]


def linked_in_any_version(evidence_id: int) -> set[int]:
    """The statements that it is linked to, in whichever version they are worded. One query."""
    query = select(Statement.id).join(EvidenceLink, EvidenceLink.skill_id == Statement.skill_id)
    return set(session().scalars(query.where(EvidenceLink.evidence_id == evidence_id)))


def sendings(evidence_id: int) -> dict[int, LinkedStatement]:
    """Where a piece went with a review, by statement, without reviews that were withdrawn. One
    query."""
    rows = session().execute(
        select(*WORDED, Review.id.label("review_id"), Person.name.label("reviewer"), Review.sent_at)
        .select_from(EvidenceVersion)
        .join(ReviewItemEvidence, ReviewItemEvidence.version_id == EvidenceVersion.id)
        .join(ReviewItem, ReviewItem.id == ReviewItemEvidence.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Person, Person.id == Review.reviewer_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .where(EvidenceVersion.evidence_id == evidence_id, NOT_WITHDRAWN)
        .order_by(Review.sent_at.desc(), Review.id.desc(), Statement.position)
    )
    by_statement: dict[int, LinkedStatement] = {}
    for row in rows:
        sent = by_statement.setdefault(row[0], LinkedStatement(*row[:6]))
        sent.sendings.setdefault(row.review_id, row)
    return by_statement
