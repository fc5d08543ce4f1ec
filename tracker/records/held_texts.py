"""The only writer of held texts: what a legal hold keeps out of sight, until it ends; and the end
of files that no text names any more."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from tracker.models import EvidenceText, FileRemoval, HeldText, LegalHold, StoredFile
from tracker.rules.evidence.erasures import HeldSource


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
                    held_at=self.now,
                )
            )


def taker_of(tx: Session, owner_id: int, now: dt.datetime) -> TextTaker:
    """For what belongs to that person, whoever wrote it."""
    on_hold = tx.scalars(select(LegalHold.person_id).where(LegalHold.ended_at.is_(None)))
    return TextTaker(tx, owner_id, frozenset(on_hold), now)


def is_on_hold(tx: Session, person_id: int) -> bool:
    held = LegalHold.person_id == person_id, LegalHold.ended_at.is_(None)
    return tx.scalar(select(LegalHold.id).where(*held)) is not None


def release(tx: Session, person_id: int, now: dt.datetime) -> int:
    """Erase what was kept for a hold that ended, unless another one still keeps it; returns how
    many texts that were."""
    open_holds = select(LegalHold.person_id).where(LegalHold.ended_at.is_(None))
    theirs = and_(
        or_(HeldText.owner_id == person_id, HeldText.author_id == person_id),
        HeldText.owner_id.not_in(open_holds),
        HeldText.author_id.not_in(open_holds),
    )
    rows = tx.execute(select(HeldText.id, HeldText.file_id).where(theirs)).all()
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
    dropped = tx.scalars(
        delete(StoredFile)
        .where(StoredFile.id.in_([each for each in file_ids if each]), ~or_(*named))
        .returning(StoredFile.sha256)
    )
    for sha256 in set(dropped):
        tx.merge(FileRemoval(sha256=sha256, asked_at=now))
