"""What each endorsement was given for, put together anew from what is stored, and whether it still
fits its digest. A text that is gone fits none, unless an erasure accounts for it.

Queries are made for a session and for the plain connection to a copy alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, select
from sqlalchemy.orm import Session

from tracker.db import session
from tracker.models import (
    Endorsement,
    EvidenceText,
    Framework,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    Statement,
    StoredFile,
)
from tracker.queries.endorsements.erased import item_was_erased
from tracker.rules.reviews.digests import (
    DigestFit,
    ReviewedContent,
    ReviewedEvidence,
    reviewed_digest,
)

AT_ONCE = 500
"""So many endorsements are held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`files`: digests of the files that went with it and are not erased."""

    endorsement_id: int
    fit: DigestFit
    files: frozenset[str]


def all_checked() -> list[Checked]:
    """Every endorsement there ever was."""
    return list(checked(session()))


def checked_of(person_id: int, statement_ids: Collection[int]) -> dict[int, Checked]:
    """Every endorsement that these statements of a person ever had, by id. Two queries."""
    wanted = and_(Endorsement.person_id == person_id, Endorsement.statement_id.in_(statement_ids))
    return {each.endorsement_id: each for each in _checked(session(), wanted)}


def checked(source: Session | Connection) -> Iterator[Checked]:
    """Every endorsement of a database, by id."""
    last = 0
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
            item_was_erased(ReviewItem.id).label("was_erased"),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(wanted)
        .order_by(Endorsement.id)
    ).all()
    evidence, erased = _evidence(source, wanted)
    found = []
    for row in rows:
        pieces = tuple(evidence[row.item_id])
        is_gone = not row.salt or row.item_id in erased
        if is_gone and row.was_erased:
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
        found.append(Checked(row.id, fit, files))
    return found


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
    found: dict[int, list[ReviewedEvidence]] = defaultdict(list)
    erased = set()
    for row in rows:
        if row.title is None:
            erased.add(row.item_id)
        else:
            found[row.item_id].append(ReviewedEvidence(*row[1:]))
    return found, erased
