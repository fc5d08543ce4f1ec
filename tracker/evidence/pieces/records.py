"""The only writer of versions of evidence, and of why evidence counts."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.evidence.pieces.rules import EvidenceContent, kind_of
from tracker.models import Evidence, EvidenceLink, EvidenceText, EvidenceVersion, Person, Statement
from tracker.models.joins import current_version
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing


def owned(
    tx: Session,
    person_id: int,
    evidence_id: int,
    *,
    archived: bool | None = False,
    lock: bool = True,
) -> Evidence:
    """A person's own piece; the person is locked unless it is only looked at. Raises Missing, also
    where it was erased as a whole, and Conflict("evidence_archived") unless `archived` is None."""
    says_something = (
        select(EvidenceText.version_id)
        .join(EvidenceVersion, EvidenceVersion.id == EvidenceText.version_id)
        .where(current_version())
        .exists()
    )
    query = select(Evidence).where(
        Evidence.id == evidence_id, Evidence.person_id == person_id, says_something
    )
    if lock:
        tx.execute(held(select(Person.id).where(Person.id == person_id)))
    evidence = tx.scalar(query)
    if evidence is None:
        raise Missing
    if archived is not None and evidence.archived_at is not None:
        raise Conflict("evidence_archived")
    return evidence


def begin(
    tx: Session, person_id: int, content: EvidenceContent, file_id: int | None, now: dt.datetime
) -> Evidence:
    """A new piece of evidence with its first version."""
    kind = kind_of(content.url, file_id is not None)
    evidence = Evidence(person_id=person_id, kind=kind, version=0, created_at=now, changed_at=now)
    tx.add(evidence)
    tx.flush()
    add_version(tx, evidence, content, file_id, now)
    return evidence


def add_version(
    tx: Session, evidence: Evidence, content: EvidenceContent, file_id: int | None, now: dt.datetime
) -> None:
    """The next version; older ones stay as they are."""
    evidence.version += 1
    evidence.kind = kind_of(content.url, file_id is not None)
    evidence.changed_at = now
    version = EvidenceVersion(evidence_id=evidence.id, number=evidence.version, made_at=now)
    tx.add(version)
    tx.flush()
    tx.add(
        EvidenceText(
            version_id=version.id, person_id=evidence.person_id, file_id=file_id, **asdict(content)
        )
    )
    tx.flush()


def link(tx: Session, evidence_id: int, reasons: Mapping[int, str], now: dt.datetime) -> None:
    """Say why the evidence counts for each statement; a reason that is there already is
    replaced."""
    of_evidence = select(EvidenceLink).where(EvidenceLink.evidence_id == evidence_id)
    links = {row.skill_id: row for row in tx.scalars(of_evidence)}
    wanted = select(Statement.id, Statement.skill_id).where(Statement.id.in_(reasons))
    for statement_id, skill_id in tx.execute(wanted).all():
        if skill_id in links:
            links[skill_id].reason = reasons[statement_id]
        else:
            tx.add(
                EvidenceLink(
                    evidence_id=evidence_id,
                    skill_id=skill_id,
                    statement_id=statement_id,
                    reason=reasons[statement_id],
                    linked_at=now,
                )
            )
    tx.flush()
