"""Evidence: what somebody can show. Versions do not change until they are erased.

What was erased of evidence, and what a legal hold keeps of it out of sight.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.models.columns import Id, Line, Prose, one_of, parent, partial, wording
from tracker.rules.core.erasures import ErasureReason, HeldSource


class StoredFile(Base):
    """A file outside the web root, found by the SHA-256 of its content. `name` is a label, never a
    path."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))


class Evidence(Base):
    """Something a person can show: a note, a link or a file. `version` is the number of the
    current one."""

    __tablename__ = "evidence"
    __table_args__ = (one_of("kind", EvidenceKind),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    kind: Mapped[EvidenceKind]
    version: Mapped[int]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]


class EvidenceVersion(Base):
    """The skeleton of a version, append-only: it outlives the erasure of its text."""

    __tablename__ = "evidence_versions"
    __table_args__ = (UniqueConstraint("evidence_id", "number"),)

    id: Mapped[Id]
    evidence_id: Mapped[int] = mapped_column(parent("evidence.id"))
    number: Mapped[int]
    made_at: Mapped[dt.datetime]


class EvidenceText(Base):
    """What a version says. UPDATE is refused; DELETE only under an open erasure of its owner."""

    __tablename__ = "evidence_texts"
    __table_args__ = (Index("ix_evidence_texts_person", "person_id"),)

    version_id: Mapped[int] = mapped_column(parent("evidence_versions.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    title: Mapped[Line]
    text: Mapped[Prose] = mapped_column(default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    file_id: Mapped[int | None] = mapped_column(parent("stored_files.id"))
    done_on: Mapped[dt.date | None]


class EvidenceLink(Base):
    """Why a piece of evidence counts for a skill, and for what is made of it. `statement_id`: its
    wording when it was linked."""

    __tablename__ = "evidence_links"
    __table_args__ = (
        UniqueConstraint("evidence_id", "skill_id"),
        wording(),
        Index("ix_evidence_links_skill", "skill_id"),
    )

    id: Mapped[Id]
    evidence_id: Mapped[int] = mapped_column(parent("evidence.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    reason: Mapped[Prose] = mapped_column(default="")
    linked_at: Mapped[dt.datetime]


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
