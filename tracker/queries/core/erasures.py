"""What was erased of evidence, as its owner sees it, and whether a hold keeps it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from tracker.db import session
from tracker.models import Evidence, EvidenceErasure, EvidenceVersion, HeldText, LegalHold
from tracker.rules.core.erasures import ErasureReason, HeldSource


@dataclass(frozen=True, slots=True)
class ErasedVersion:
    """The skeleton of a version. `is_hidden`: a legal hold keeps its text out of sight."""

    evidence_id: int
    number: int
    made_at: dt.datetime
    erased_at: dt.datetime
    reason: ErasureReason
    is_hidden: bool


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
            kept.label("is_hidden"),
        )
        .join(EvidenceErasure, EvidenceErasure.version_id == EvidenceVersion.id)
        .join(Evidence, Evidence.id == EvidenceVersion.evidence_id)
        .where(where)
        .order_by(EvidenceErasure.erased_at.desc(), EvidenceVersion.id.desc())
    )
    return [ErasedVersion(**row) for row in rows.mappings()]
