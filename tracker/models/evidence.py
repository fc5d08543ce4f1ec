"""Evidence: what somebody can show. Versions do not change until they are erased."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules_scale import EvidenceKind
from tracker.models.columns import Id, Line, Prose, one_of, parent, wording


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
