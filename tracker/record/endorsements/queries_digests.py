"""What each endorsement was given for, put together anew from what is stored, and whether it still
fits its digest. A text that is gone fits none, unless an erasure accounts for it: one that is in
its person's chain of seals.

Queries are made for a session and for the plain connection to a copy alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, select
from sqlalchemy.orm import Session

from tracker.db import session
from tracker.models import (
    SEALED_TABLES,
    Endorsement,
    Erasure,
    EvidenceErasure,
    EvidenceText,
    Framework,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    Seal,
    Statement,
    StoredFile,
)
from tracker.record.endorsements.rules import (
    DigestFit,
    ReviewedContent,
    ReviewedEvidence,
    reviewed_digest,
)
from tracker.rules.core.seals import rows_of

AT_ONCE = 500
"""So many endorsements are held in memory at a time."""
ERASURE, OF_EVIDENCE = SEALED_TABLES[Erasure].number, SEALED_TABLES[EvidenceErasure].number


@dataclass(frozen=True, slots=True)
class Checked:
    """`files`: digests of the files that went with it and are not erased."""

    endorsement_id: int
    fit: DigestFit
    files: frozenset[str]


def checked_of(person_id: int, statement_ids: Collection[int]) -> dict[int, Checked]:
    """Every endorsement that these statements of a person ever had, by id. Two queries."""
    wanted = and_(Endorsement.person_id == person_id, Endorsement.statement_id.in_(statement_ids))
    return {one.endorsement_id: one for one in _checked(session(), wanted)}


def checked(copy: Connection | None = None) -> Iterator[Checked]:
    """Every endorsement there ever was, by id; or those of a copy of the database."""
    source, last = session() if copy is None else copy, 0
    while True:
        ids = source.scalars(
            select(Endorsement.id)
            .where(Endorsement.id > last)
            .order_by(Endorsement.id)
            .limit(AT_ONCE)
        ).all()
        if not ids:
            return
        yield from _checked(source, Endorsement.id.between(ids[0], ids[-1]))
        last = ids[-1]


def _checked(source: Session | Connection, wanted: ColumnElement[bool]) -> list[Checked]:
    rows = source.execute(
        select(
            Endorsement.id,
            Endorsement.item_id,
            Endorsement.digest,
            ReviewItem.digest.label("item_digest"),
            Endorsement.person_id,
            ReviewItem.learner_answer,
            ReviewItemText.salt,
            ReviewItemText.learner_note,
            Statement.uuid,
            Statement.title,
            Statement.text,
            Framework.slug,
            Framework.version,
            ReviewItem.learner_answer_label,
            ReviewItem.learner_answer_description,
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(wanted)
        .order_by(Endorsement.id)
    ).all()
    evidence, erased = _evidence(source, wanted)
    endorsements, gone = [], {row.item_id for row in rows if not row.salt} | set(erased)
    excused = erased_items(source, gone)
    for row in rows:
        pieces, is_gone = tuple(evidence[row.item_id]), row.item_id in gone
        if row.item_id in excused:
            fit = DigestFit.ERASED
        else:
            content = ReviewedContent(
                person_id=row.person_id,
                statement_uuid=row.uuid,
                framework_slug=row.slug,
                framework_version=row.version,
                statement_text=f"{row.title}\n{row.text}",
                answer=row.learner_answer,
                answer_label=row.learner_answer_label,
                answer_description=row.learner_answer_description,
                note=row.learner_note or "",
                evidence=pieces,
            )
            made = "" if is_gone else reviewed_digest(row.salt, content)
            same = row.digest == row.item_digest == made
            fit = DigestFit.FITS if same else DigestFit.DOES_NOT_FIT
        files = frozenset(piece.file_sha256 for piece in pieces if piece.file_sha256)
        endorsements.append(Checked(row.id, fit, files))
    return endorsements


def _evidence(
    source: Session | Connection, wanted: ColumnElement[bool]
) -> tuple[dict[int, list[ReviewedEvidence]], Collection[int]]:
    """By item; and the items with a piece whose text was erased."""
    rows = source.execute(
        select(
            ReviewItemEvidence.item_id,
            ReviewItemEvidence.version_id,
            ReviewItemEvidence.reason,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            func.coalesce(StoredFile.sha256, ""),
        )
        .join(Endorsement, Endorsement.item_id == ReviewItemEvidence.item_id)
        .outerjoin(EvidenceText, EvidenceText.version_id == ReviewItemEvidence.version_id)
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(wanted)
    )
    pieces: dict[int, list[ReviewedEvidence]] = defaultdict(list)
    erased = set()
    for row in rows:
        if row.title is None:
            erased.add(row.item_id)
        else:
            pieces[row.item_id].append(ReviewedEvidence(*row[1:]))
    return pieces, erased


def erased_items(source: Session | Connection, item_ids: Collection[int]) -> set[int]:
    """Items of reviews whose evidence was erased, and their texts with it. No query where there are
    none."""
    if not item_ids:
        return set()
    erased = source.execute(
        select(
            ReviewItemEvidence.item_id,
            EvidenceErasure.version_id,
            EvidenceErasure.erasure_id,
            Erasure.person_id,
        )
        .join(EvidenceErasure, EvidenceErasure.version_id == ReviewItemEvidence.version_id)
        .join(Erasure, Erasure.id == EvidenceErasure.erasure_id)
        .where(ReviewItemEvidence.item_id.in_(item_ids))
    ).all()
    sealed = _sealed(source, {row.person_id for row in erased})
    return {
        row.item_id
        for row in erased
        if {(ERASURE, row.erasure_id), (OF_EVIDENCE, row.version_id)} <= sealed
    }


def erased_people(source: Session | Connection) -> set[int]:
    """The people of whom something else than evidence was erased."""
    whole = (
        ~select(EvidenceErasure.version_id).where(EvidenceErasure.erasure_id == Erasure.id).exists()
    )
    rows = source.execute(select(Erasure.id, Erasure.person_id).where(whole)).all()
    sealed = _sealed(source, {row.person_id for row in rows})
    return {row.person_id for row in rows if (ERASURE, row.id) in sealed}


def _sealed(source: Session | Connection, person_ids: set[int]) -> set[tuple[int, int]]:
    """The sealed erasures of these people, by the numbers of table and row."""
    if not person_ids:
        return set()
    covered = source.scalars(select(Seal.covered).where(Seal.chain.in_(person_ids)))
    return {
        (row.table, row.row_id)
        for of_seal in covered
        for row in rows_of(of_seal)
        if row.table in (ERASURE, OF_EVIDENCE)
    }
