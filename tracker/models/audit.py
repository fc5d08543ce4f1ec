"""Who did what, who looked at whose record, and which erasures ran."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Digest, Id, Prose, parent


class AuditEvent(Base):
    """Append-only, and a chain through the whole installation (rules/core/hash_chain):
    `sequence` counts from 1 without a gap, `previous` is the digest of the event before. No actor:
    the system."""

    __tablename__ = "audit_events"
    __table_args__ = (
        CheckConstraint("sequence >= 1", name="sequence_counts"),
        Index("ix_audit_events_library_at", "library_id", "happened_at", "id"),
        Index("ix_audit_events_kind", "library_id", "kind", "happened_at", "id"),
        Index("ix_audit_events_actor", "actor_id", "kind", "happened_at"),
    )

    id: Mapped[Id]
    sequence: Mapped[int] = mapped_column(unique=True)
    library_id: Mapped[int | None] = mapped_column(parent("libraries.id"))
    actor_id: Mapped[int | None] = mapped_column(parent("people.id"))
    subject_id: Mapped[int | None] = mapped_column(parent("people.id"))
    kind: Mapped[str] = mapped_column(String(60))
    happened_at: Mapped[dt.datetime]
    commitment: Mapped[Digest]
    previous: Mapped[Digest]
    digest: Mapped[Digest]


class AuditEventDetail(Base):
    """What an event was about, and the salt of its commitment; erasable with the person that the
    event is about.

    `facts` holds ids, short words and the seals of endorsements, never ratings or personal text.
    """

    __tablename__ = "audit_event_details"

    event_id: Mapped[int] = mapped_column(parent("audit_events.id"), primary_key=True)
    salt: Mapped[Digest]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Look(Base):
    """Somebody looked at another person's record: one row per reader, kind of page and day."""

    __tablename__ = "looks"
    __table_args__ = (
        UniqueConstraint("owner_id", "reader_id", "kind", "looked_on"),
        Index("ix_looks_owner", "owner_id", "looked_on"),
    )

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(parent("people.id"))
    reader_id: Mapped[int] = mapped_column(parent("people.id"))
    kind: Mapped[str] = mapped_column(String(60))
    looked_on: Mapped[dt.date]


class Erasure(Base):
    """While a row is open, the erasable text of that person may be deleted; nothing else opens that
    door. `numbers`: of the ratings and drafts that went with it, so that they go again from an
    older backup (evidence/erasures/rules)."""

    __tablename__ = "erasures"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    numbers: Mapped[Prose] = mapped_column(default="", server_default=text("''"))


class Seal(Base):
    """Append-only: what one transaction wrote of what belongs to one person, or to one library
    (rules/core/seals). `chain`: the person's id; of a library its id below zero; 0 notes the
    newest seals of the others. `sequence` counts from 1 without a gap. `covered`: rows with their
    commitments."""

    __tablename__ = "seals"
    __table_args__ = {"sqlite_with_rowid": False}

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    covered: Mapped[bytes]
    digest: Mapped[bytes]
