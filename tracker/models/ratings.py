"""A learner's answers: the current row, and every answer that ever stood. `statement_id` is the
wording that was answered."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import Basis
from tracker.models.columns import Id, Prose, Word, one_of, parent, wording
from tracker.rules.core.seals import new_salt

CLEARED = "(answer IS NULL) = (basis = 'cleared')"


class Rating(Base):
    """The current answer of a person for a skill. None with the basis *cleared*: not rated,
    and the version goes on counting.

    `version` starts at 1 and rises with each change of answer or notes: a save names the version
    that its page showed (0 for none). `own_note` is never shown to anybody else; `reviewer_note` is
    revealed with the answer. `rated_at` is when it was stored here; `given_on` the day that an
    imported answer says it was given.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("person_id", "skill_id"),
        wording(),
        one_of("basis", Basis),
        CheckConstraint(CLEARED, name="cleared_has_no_answer"),
        CheckConstraint("version >= 1", name="version_counts"),
        Index("ix_ratings_skill", "skill_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    answer: Mapped[Word | None]
    basis: Mapped[Basis]
    version: Mapped[int]
    own_note: Mapped[Prose] = mapped_column(default="")
    reviewer_note: Mapped[Prose] = mapped_column(default="")
    rated_at: Mapped[dt.datetime]
    given_on: Mapped[dt.date | None]
    noted_at: Mapped[dt.datetime | None]


class RevealedAnswer(Base):
    """The answer of a person for a skill as a review last revealed it: what others see of it."""

    __tablename__ = "revealed_answers"
    __table_args__ = (wording(), Index("ix_revealed_answers_skill", "skill_id"))

    person_id: Mapped[int] = mapped_column(parent("people.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int]
    answer: Mapped[Word]
    revealed_at: Mapped[dt.datetime]


class RatingEntry(Base):
    """History of ratings, append-only: UPDATE and DELETE are refused by trigger. Notes are not kept
    here. `salt`: of the commitment in its seal."""

    __tablename__ = "rating_entries"
    __table_args__ = (
        wording(),
        one_of("basis", Basis),
        CheckConstraint(CLEARED, name="cleared_has_no_answer"),
        Index("ix_rating_entries_person_skill", "person_id", "skill_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    version: Mapped[int]
    answer: Mapped[Word | None]
    basis: Mapped[Basis]
    rated_at: Mapped[dt.datetime]
    given_on: Mapped[dt.date | None]
    salt: Mapped[bytes] = mapped_column(default=new_salt)
