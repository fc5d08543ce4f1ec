"""The only writer of erasures of evidence: what goes, in one act, and what a legal hold keeps of it
out of sight until it ends."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import Base
from tracker.evidence.pieces.rules import goes_too
from tracker.models import (
    Confirmation,
    DifferenceChoice,
    Draft,
    Erasure,
    Evidence,
    EvidenceErasure,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    FileRemoval,
    HeldText,
    LegalHold,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMessage,
    StoredFile,
    Submission,
)
from tracker.models.record import personal
from tracker.record.ratings import records as record_ratings_records
from tracker.records import (
    audit as audit_records,
    drafts as core_drafts_records,
    jobs as jobs_records,
    seals as seals_records,
)
from tracker.rules.core.erasures import ErasureReason, HeldSource
from tracker.rules.drafts import OF_EVIDENCE, OF_ITEMS, read

NO_MESSAGES = "[]"
"""What a form that is sent again is told, once the sentences that it was told are erased."""


@dataclass(frozen=True, slots=True)
class TextTaker:
    """Keeps a text before it goes, where a legal hold on its owner or its author asks for it."""

    tx: Session
    owner_id: int
    on_hold: frozenset[int]
    now: dt.datetime

    def take(
        self,
        source: HeldSource,
        row_id: int,
        author_id: int,
        file_id: int | None = None,
        **content: str,
    ) -> None:
        if not self.on_hold.isdisjoint((self.owner_id, author_id)):
            self.tx.add(
                HeldText(
                    owner_id=self.owner_id,
                    author_id=author_id,
                    source=source,
                    row_id=row_id,
                    file_id=file_id,
                    content=content,
                )
            )

    def empty(self, source: HeldSource, row: Any, row_id: int, author_id: int, *names: str) -> None:
        """Take these texts of a row, and leave them empty."""
        self.take(source, row_id, author_id, **{name: getattr(row, name) for name in names})
        for name in names:
            setattr(row, name, "")


def taker_of(tx: Session, owner_id: int, now: dt.datetime) -> TextTaker:
    """A taker for texts that belong to that person, whoever wrote them."""
    on_hold = tx.scalars(select(LegalHold.person_id).where(LegalHold.ended_at.is_(None)))
    return TextTaker(tx, owner_id, frozenset(on_hold), now)


def release(tx: Session, person_id: int, now: dt.datetime) -> int:
    """Erase what was kept for a hold that ended, unless another one still keeps it; returns how
    many texts that were."""
    open_holds = select(LegalHold.person_id).where(LegalHold.ended_at.is_(None))
    no_longer_kept = and_(
        or_(HeldText.owner_id == person_id, HeldText.author_id == person_id),
        HeldText.owner_id.not_in(open_holds),
        HeldText.author_id.not_in(open_holds),
    )
    rows = tx.execute(select(HeldText.id, HeldText.file_id).where(no_longer_kept)).all()
    tx.execute(delete(HeldText).where(HeldText.id.in_([row.id for row in rows])))
    drop_files(tx, {row.file_id for row in rows}, now)
    return len(rows)


def drop_files(tx: Session, file_ids: Collection[int | None], now: dt.datetime) -> None:
    """Forget the files that no text names, and have them removed from the disk once nobody has the
    same one."""
    named = (
        select(text.file_id).where(text.file_id == StoredFile.id).exists()
        for text in (EvidenceText, HeldText)
    )
    of_these = StoredFile.id.in_([file_id_ for file_id_ in file_ids if file_id_])
    dropped = seals_records.delete_many(tx, StoredFile, of_these, ~or_(*named))
    for sha256 in {file.sha256 for file in dropped}:
        tx.merge(FileRemoval(sha256=sha256, asked_at=now))


def erase(
    tx: Session,
    evidence: Evidence,
    numbers: Collection[int],
    reason: ErasureReason,
    library_id: int,
    now: dt.datetime,
) -> list[int]:
    """Erase what these versions say, and all that was written with them in reviews; returns the
    numbers of those that had a text.

    The digests of what was reviewed stay, and fit nothing from then on: their salts go too, because
    a card number could be tried out against them.
    """
    owner_id = evidence.person_id
    texts = tx.execute(
        select(EvidenceVersion.number, EvidenceText)
        .join(EvidenceVersion, EvidenceVersion.id == EvidenceText.version_id)
        .where(EvidenceVersion.evidence_id == evidence.id, EvidenceVersion.number.in_(numbers))
        .order_by(EvidenceVersion.number)
    ).all()
    if not texts:
        return []
    taker = taker_of(tx, owner_id, now)
    erasure = Erasure(person_id=owner_id, opened_at=now)
    tx.add(erasure)
    tx.flush()
    _erase_versions(taker, [text for _number, text in texts], erasure.id, reason)
    _erase_beside(taker, evidence, [text.version_id for _number, text in texts])
    forget_answers(tx, owner_id)
    jobs_records.forget_files_about(tx, owner_id, now)
    tx.flush()
    erasure.closed_at = now
    for number, _text in texts:
        audit_records.note(
            tx,
            "evidence_erased",
            now,
            library_id=library_id,
            actor_id=owner_id,
            subject_id=owner_id,
            evidence=evidence.id,
            number=number,
            reason=reason.value,
            **({"kept": "legal_hold"} if owner_id in taker.on_hold else {}),
        )
    tx.flush()
    return [number for number, _text in texts]


def erase_links(tx: Session, evidence: Evidence, now: dt.datetime) -> None:
    """Erase why a piece counts for statements, when it is erased as a whole."""
    taker = taker_of(tx, evidence.person_id, now)
    for link in tx.scalars(select(EvidenceLink).where(EvidenceLink.evidence_id == evidence.id)):
        taker.take(HeldSource.LINK, link.id, evidence.person_id, reason=link.reason)
    tx.execute(delete(EvidenceLink).where(EvidenceLink.evidence_id == evidence.id))


def erase_rows(
    tx: Session, person_id: int, rows: Mapping[str, Collection[int]], now: dt.datetime
) -> None:
    """Erase those of somebody's rows, by table (evidence/erasures/queries.unsent): as they are
    theirs and nobody else has used them, nothing else goes with them."""
    if not any(rows.values()):
        return
    taker = taker_of(tx, person_id, now)
    erasure = Erasure(
        person_id=person_id,
        opened_at=now,
        numbers=json.dumps({name: [*ids] for name, ids in rows.items() if ids}),
    )
    tx.add(erasure)
    tx.flush()
    history: dict[int, list[str]] = {}
    for entry in tx.scalars(
        select(RatingEntry)
        .where(RatingEntry.id.in_(rows.get("rating_entries", ())))
        .order_by(RatingEntry.id)
    ):
        line = f"{entry.rated_at.isoformat()} {entry.answer or ''}"
        history.setdefault(entry.skill_id, []).append(line)
    for rating in tx.scalars(select(Rating).where(Rating.id.in_(rows.get("ratings", ())))):
        taker.take(
            HeldSource.RATING,
            rating.id,
            person_id,
            own_note=rating.own_note,
            reviewer_note=rating.reviewer_note,
            history="\n".join(history.get(rating.skill_id, ())),
        )
    for draft in tx.scalars(select(Draft).where(Draft.id.in_(rows.get("drafts", ())))):
        taker.take(HeldSource.DRAFT, draft.id, person_id, fields=draft.fields)
    for table in reversed(Base.metadata.sorted_tables):
        if rows.get(table.name):
            is_theirs = personal.owned(table, person_id), table.c.id.in_(rows[table.name])
            seals_records.delete_rows(tx, table, *is_theirs)
    forget_answers(tx, person_id)
    jobs_records.forget_files_about(tx, person_id, now)
    tx.flush()
    erasure.closed_at = now
    tx.flush()


def empty_own_notes(tx: Session, person_id: int, ids: Collection[int], now: dt.datetime) -> None:
    """What somebody wrote for themselves beside ratings that stay."""
    taker = taker_of(tx, person_id, now)
    for rating in tx.scalars(select(Rating).where(Rating.id.in_(ids))).all():
        taker.take(HeldSource.RATING, rating.id, person_id, own_note=rating.own_note)
        record_ratings_records.note(
            person_id,
            record_ratings_records.RatedStatement(rating.skill_id, rating.statement_id),
            rating.version,
            {"own_note": ""},
            now,
        )


def _erase_versions(
    taker: TextTaker, texts: Iterable[EvidenceText], erasure_id: int, reason: ErasureReason
) -> None:
    tx, files = taker.tx, set()
    for text in texts:
        files.add(text.file_id)
        taker.take(
            HeldSource.EVIDENCE,
            text.version_id,
            taker.owner_id,
            text.file_id,
            title=text.title,
            text=text.text,
            url=text.url,
            done_on=text.done_on.isoformat() if text.done_on else "",
        )
        tx.add(
            EvidenceErasure(
                version_id=text.version_id,
                erasure_id=erasure_id,
                reason=reason,
                erased_at=taker.now,
            )
        )
        tx.delete(text)
    tx.flush()
    drop_files(tx, files, taker.now)


def _erase_beside(taker: TextTaker, evidence: Evidence, version_ids: Collection[int]) -> None:
    """Erase what was written in reviews with these versions, and texts that go with the piece now,
    if they went into a review with them or seem to name a patron."""
    tx = taker.tx
    pieces = tx.scalars(
        select(ReviewItemEvidence).where(ReviewItemEvidence.version_id.in_(version_ids))
    ).all()
    item_ids = {piece.item_id for piece in pieces}
    sent = {piece.reason for piece in pieces}
    for piece in pieces:
        if piece.reason:
            taker.empty(HeldSource.SENT_EVIDENCE, piece, piece.id, taker.owner_id, "reason")
    sent |= _erase_items(taker, item_ids)
    links = tx.scalars(select(EvidenceLink).where(EvidenceLink.evidence_id == evidence.id)).all()
    for link in links:
        if goes_too(link.reason, sent):
            taker.empty(HeldSource.LINK, link, link.id, taker.owner_id, "reason")
    reviewed = select(ReviewItem.skill_id).where(ReviewItem.id.in_(item_ids))
    skill_ids = {*tx.scalars(reviewed), *(link.skill_id for link in links)}
    _erase_notes(taker, skill_ids, sent)
    _erase_drafts(taker, evidence.id, item_ids, sent)


def _erase_items(taker: TextTaker, item_ids: Collection[int]) -> set[str]:
    """Erase the salt and every text of these items, whoever wrote it; returns the learner's
    notes."""
    tx = taker.tx
    notes = set()
    for item, reviewer_id in tx.execute(
        select(ReviewItemText, Review.reviewer_id)
        .join(ReviewItem, ReviewItem.id == ReviewItemText.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(ReviewItemText.item_id.in_(item_ids))
    ):
        notes.add(item.learner_note)
        texts = "salt", "learner_note", "reviewer_note"
        taker.empty(HeldSource.ITEM, item, item.item_id, reviewer_id, *texts)
    for message in tx.scalars(select(ReviewMessage).where(ReviewMessage.item_id.in_(item_ids))):
        taker.empty(HeldSource.MESSAGE, message, message.id, message.author_id, "text")
    confirmed = Confirmation.item_id.in_(item_ids)
    for sent in tx.scalars(select(Confirmation).where(confirmed)):
        taker.empty(HeldSource.CONFIRMATION, sent, sent.id, sent.person_id, "reason")
    chosen = DifferenceChoice.item_id.in_(item_ids)
    for choice in tx.scalars(select(DifferenceChoice).where(chosen)):
        taker.empty(HeldSource.CHOICE, choice, choice.id, choice.person_id, "reason")
    return notes


def _erase_notes(taker: TextTaker, skill_ids: Collection[int], sent: Collection[str]) -> None:
    """Erase the current notes for a reviewer."""
    of_owner = select(Rating).where(
        Rating.person_id == taker.owner_id, Rating.skill_id.in_(skill_ids)
    )
    for rating in taker.tx.scalars(of_owner).all():
        if goes_too(rating.reviewer_note, sent):
            taker.take(HeldSource.RATING, rating.id, taker.owner_id, note=rating.reviewer_note)
            record_ratings_records.note(
                taker.owner_id,
                record_ratings_records.RatedStatement(rating.skill_id, rating.statement_id),
                rating.version,
                {"reviewer_note": ""},
                taker.now,
            )


def _erase_drafts(
    taker: TextTaker, evidence_id: int, item_ids: Collection[int], sent: Collection[str]
) -> None:
    """Erase what was typed and not sent about the piece or in a review of it, by whoever typed it;
    and whatever else its owner typed that went with it or seems to name a patron."""
    items = {str(item_id) for item_id in item_ids}
    about_items = and_(Draft.form.in_(OF_ITEMS), Draft.subject.in_(items))
    for draft in taker.tx.scalars(
        select(Draft).where(or_(Draft.person_id == taker.owner_id, about_items))
    ).all():
        of_piece = draft.form in OF_EVIDENCE and draft.subject.split("-")[0] == str(evidence_id)
        of_item = draft.form in OF_ITEMS and draft.subject in items
        texts = [text for _name, text in read(draft.fields) or (("", draft.fields),)]
        if of_piece or of_item or any(goes_too(text, sent) for text in texts):
            taker.take(HeldSource.DRAFT, draft.id, draft.person_id, fields=draft.fields)
            core_drafts_records.delete_drafts(
                taker.tx, draft.person_id, draft.form, [draft.subject]
            )


def forget_answers(tx: Session, owner_id: int) -> None:
    """A form that is sent again gets the answer that it got before, which can name a piece by its
    title: those answers go."""
    tx.execute(
        update(Submission)
        .where(Submission.person_id == owner_id, Submission.status.is_not(None))
        .values(messages=NO_MESSAGES)
    )
