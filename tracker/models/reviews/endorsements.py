"""Endorsements and their history."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Prose, Word, one_of, parent, partial, wording
from tracker.record.workflow.rules import EndorsementStatus
from tracker.rules.core.seals import new_salt


class Endorsement(Base):
    """A supervisor's recorded answer that stands for a skill of a person, bound to what was
    reviewed: `statement_id` is its wording."""

    __tablename__ = "endorsements"
    __table_args__ = (
        wording(),
        one_of("status", EndorsementStatus),
        CheckConstraint("person_id <> endorser_id", name="nobody_endorses_themselves"),
        CheckConstraint("(status = 'standing') = (ended_at IS NULL)", name="ended_has_a_time"),
        UniqueConstraint("item_id"),
        partial(
            "uq_endorsements_one_standing",
            "status = 'standing'",
            "person_id",
            "skill_id",
            unique=True,
        ),
        Index("ix_endorsements_person_skill", "person_id", "skill_id"),
        partial("ix_endorsements_ended", "ended_at IS NOT NULL", "item_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    endorser_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    item_id: Mapped[int] = mapped_column(parent("review_items.id"))
    answer: Mapped[Word]
    digest: Mapped[str] = mapped_column(String(64))
    rating_version: Mapped[int]
    status: Mapped[EndorsementStatus]
    endorsed_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    salt: Mapped[bytes] = mapped_column(default=new_salt)


class EndorsementText(Base):
    """Why an endorsement ended, where somebody said why; erasable."""

    __tablename__ = "endorsement_texts"

    endorsement_id: Mapped[int] = mapped_column(parent("endorsements.id"), primary_key=True)
    reason: Mapped[Prose]


class EndorsementMove(Base):
    """Every change of an endorsement's status, append-only; `actor_id` is empty where time did
    it."""

    __tablename__ = "endorsement_moves"
    __table_args__ = (one_of("after", EndorsementStatus),)

    id: Mapped[Id]
    endorsement_id: Mapped[int] = mapped_column(parent("endorsements.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(parent("people.id"))
    before: Mapped[Word]
    after: Mapped[EndorsementStatus]
    moved_at: Mapped[dt.datetime]
