"""What erasing evidence would reach, and what was erased, as its owner sees it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from tracker.db import session
from tracker.models import (
    Evidence,
    EvidenceErasure,
    EvidenceVersion,
    FileRemoval,
    HeldText,
    LegalHold,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
)
from tracker.rules.evidence.erasures import ErasureReason, HeldSource


@dataclass(frozen=True, slots=True)
class UsedIn:
    """A review that a version went into, with how many of its statements it went with."""

    review_id: int
    reviewer: str
    sent_at: dt.datetime
    statements: int


@dataclass(frozen=True, slots=True)
class ErasedVersion:
    """The skeleton of a version. `is_hidden`: a legal hold keeps its text out of sight."""

    evidence_id: int
    number: int
    made_at: dt.datetime
    erased_at: dt.datetime
    reason: ErasureReason
    is_hidden: bool


def is_file_left() -> bool:
    """Whether a file of what was erased still lies in its place: it could not be reached."""
    return session().scalar(select(FileRemoval.sha256).limit(1)) is not None


def used_in(evidence_id: int, number: int | None = None) -> list[UsedIn]:
    """The reviews that one version, or any, went into, the newest first. One query."""
    query = (
        select(Review.id, Person.name, Review.sent_at, func.count(ReviewItem.id.distinct()))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(ReviewItemEvidence, ReviewItemEvidence.item_id == ReviewItem.id)
        .join(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .group_by(Review.id, Person.name, Review.sent_at)
        .order_by(Review.sent_at.desc(), Review.id.desc())
    )
    if number is not None:
        query = query.where(EvidenceVersion.number == number)
    return [UsedIn(*row) for row in session().execute(query)]


def erased(evidence_id: int) -> list[ErasedVersion]:
    """The erased versions of a piece, the newest first. One query."""
    return _erased(EvidenceVersion.evidence_id == evidence_id)


def erased_by(person_id: int) -> list[ErasedVersion]:
    """All that somebody erased, the last first. One query."""
    return _erased(Evidence.person_id == person_id)


def on_hold_since(person_id: int) -> dt.datetime | None:
    """Since when a legal hold is open. One query."""
    return session().scalar(
        select(LegalHold.began_at).where(
            LegalHold.person_id == person_id, LegalHold.ended_at.is_(None)
        )
    )


def _erased(where: ColumnElement[bool]) -> list[ErasedVersion]:
    kept = (
        select(HeldText.id)
        .where(HeldText.source == HeldSource.EVIDENCE, HeldText.row_id == EvidenceVersion.id)
        .exists()
    )
    rows = session().execute(
        select(
            EvidenceVersion.evidence_id,
            EvidenceVersion.number,
            EvidenceVersion.made_at,
            EvidenceErasure.erased_at,
            EvidenceErasure.reason,
            kept,
        )
        .join(EvidenceErasure, EvidenceErasure.version_id == EvidenceVersion.id)
        .join(Evidence, Evidence.id == EvidenceVersion.evidence_id)
        .where(where)
        .order_by(EvidenceErasure.erased_at.desc(), EvidenceVersion.id.desc())
    )
    return [ErasedVersion(*row) for row in rows]
