"""Agreed exceptions to a level."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Prose, Word, one_of, parent, partial, wording
from tracker.record.endorsements.rules import ExceptionStatus

OPEN = "status IN ('proposed', 'agreed')"


class LevelException(Base):
    """A skill that does not count at its level for a person, since both sides of a review agreed on
    it. `domain_id` and `rank`: where its wording then stood; it counts nowhere else.

    One side proposes, the other confirms, and the learner is one of the two. At most one is open
    for a person, domain and rank.
    """

    __tablename__ = "level_exceptions"
    __table_args__ = (
        wording(),
        one_of("status", ExceptionStatus),
        CheckConstraint("confirmer_id IS NULL OR confirmer_id <> proposer_id", name="takes_two"),
        CheckConstraint(
            "confirmer_id IS NULL OR proposer_id = person_id OR confirmer_id = person_id",
            name="learner_is_one",
        ),
        CheckConstraint("(confirmer_id IS NULL) = (agreed_at IS NULL)", name="agreed_has_a_time"),
        CheckConstraint("status <> 'agreed' OR agreed_at IS NOT NULL", name="agreed_by_both"),
        CheckConstraint("status <> 'proposed' OR agreed_at IS NULL", name="proposed_by_one"),
        CheckConstraint(
            "(status IN ('proposed', 'agreed')) = (ended_at IS NULL)", name="ended_has_a_time"
        ),
        partial(
            "uq_level_exceptions_one_open", OPEN, "person_id", "domain_id", "rank", unique=True
        ),
        Index("ix_level_exceptions_person_skill", "person_id", "skill_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    domain_id: Mapped[int] = mapped_column(parent("domains.id"))
    rank: Mapped[int]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"), index=True)
    proposer_id: Mapped[int] = mapped_column(parent("people.id"))
    confirmer_id: Mapped[int | None] = mapped_column(parent("people.id"))
    status: Mapped[ExceptionStatus]
    proposed_at: Mapped[dt.datetime]
    agreed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class LevelExceptionText(Base):
    """Why it was agreed, and why it was withdrawn; erasable."""

    __tablename__ = "level_exception_texts"

    exception_id: Mapped[int] = mapped_column(parent("level_exceptions.id"), primary_key=True)
    reason: Mapped[Prose]
    end_reason: Mapped[Prose] = mapped_column(default="")


class LevelExceptionMove(Base):
    """Every change of status, append-only; `actor_id` is empty where nobody did it by hand."""

    __tablename__ = "level_exception_moves"
    __table_args__ = (one_of("after", ExceptionStatus),)

    id: Mapped[Id]
    exception_id: Mapped[int] = mapped_column(parent("level_exceptions.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(parent("people.id"))
    before: Mapped[Word]
    after: Mapped[ExceptionStatus]
    moved_at: Mapped[dt.datetime]
