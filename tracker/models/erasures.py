"""What was erased of evidence, and what a legal hold keeps of it out of sight."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Prose, one_of, parent, partial
from tracker.rules.core.erasures import ErasureReason, HeldSource

OPEN = "ended_at IS NULL"


class EvidenceErasure(Base):
    """A version whose text its owner erased, and why; append-only. What else went with it is
    reached by the same erasure."""

    __tablename__ = "evidence_erasures"
    __table_args__ = (one_of("reason", ErasureReason),)

    version_id: Mapped[int] = mapped_column(parent("evidence_versions.id"), primary_key=True)
    erasure_id: Mapped[int] = mapped_column(parent("erasures.id"), index=True)
    reason: Mapped[ErasureReason]
    erased_at: Mapped[dt.datetime]


class LegalHold(Base):
    """While it is open, what that person erases, and what is erased of their words, is put out of
    sight instead. At most one is open for a person."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        Index("ix_legal_holds_person", "person_id", "began_at"),
        partial("uq_legal_holds_one_open", OPEN, "person_id", unique=True),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    why: Mapped[Prose]
    set_by_id: Mapped[int] = mapped_column(parent("people.id"))
    began_at: Mapped[dt.datetime]
    ended_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    ended_at: Mapped[dt.datetime | None]


class HeldText(Base):
    """An erased text that a legal hold on its owner or its author keeps: no page or export reads
    it. UPDATE is refused; DELETE too while such a hold is open.

    `row_id` and `content`: the row of `source` that it stood in, and what stood there.
    """

    __tablename__ = "held_texts"
    __table_args__ = (one_of("source", HeldSource), Index("ix_held_texts_row", "source", "row_id"))

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    author_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    source: Mapped[HeldSource]
    row_id: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(parent("stored_files.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class FileRemoval(Base):
    """A file that no row names since an erasure, until it is removed from the disk."""

    __tablename__ = "file_removals"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[dt.datetime]
