"""A piece of evidence with one of its versions, and the files of versions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.evidence.files.rules import MEDIA_TYPES
from tracker.evidence.pieces.rules import kind_of
from tracker.frameworks.versions.rules_scale import EvidenceKind
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
from tracker.models.reviews.reviews import NOT_WITHDRAWN
from tracker.rules.core.wording import Wording


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
    return EvidencePiece(row.id, row.archived_at, row.versions, row, _links(evidence_id))


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
