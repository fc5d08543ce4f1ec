"""Agreed exceptions to a level."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    SQLColumnExpression,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Prose, Word, one_of, parent, partial, wording
from tracker.models.frameworks.frameworks import Domain, Statement, Strand
from tracker.models.record.words import Framework, Moment, People, read_through
from tracker.models.reviews.reviews import Review, ReviewItem
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


def is_agreed(at: Moment | None, of_two: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Over `LevelException`: those that are agreed, or were at that moment. Their review has ended;
    or (over `Review`) is `of_two` who ask."""
    ended = Review.closed_at.is_not(None) if at is None else Review.closed_at <= at
    item = ReviewItem.id == LevelException.item_id, Review.id == ReviewItem.review_id
    counts = exists().where(*item, ended if of_two is None else or_(ended, of_two))
    if at is None:
        return and_(LevelException.status == ExceptionStatus.AGREED, counts)
    return and_(
        LevelException.agreed_at <= at,
        or_(LevelException.ended_at.is_(None), LevelException.ended_at > at),
        counts,
    )


def agreed_exceptions(people: People, framework: Framework) -> Subquery:
    """Columns (person_id, statement_id, id): the agreed exception that counts for a statement of
    the framework, which is at the level where it was agreed."""
    words = select(
        LevelException.person_id,
        LevelException.skill_id,
        literal("").label("answer"),
        LevelException.proposed_at.label("at"),
        LevelException.id,
    ).where(people(LevelException.person_id), is_agreed(None))
    # The level of then: the same rank, in a domain and a section that had the same keys at first.
    of = read_through(words, framework).c
    then, now = (aliased(Domain) for _side in range(2))
    section_then, section_now = (aliased(Strand) for _side in range(2))
    return (
        select(of.person_id, of.statement_id, LevelException.id)
        .join(LevelException, LevelException.id == of.id)
        .join(Statement, Statement.id == of.statement_id)
        .join(then, then.id == LevelException.domain_id)
        .join(section_then, section_then.id == then.strand_id)
        .join(now, now.id == Statement.domain_id)
        .join(section_now, section_now.id == now.strand_id)
        .where(
            Statement.rank == LevelException.rank,
            _kept(now.first_domain_key, now.key) == _kept(then.first_domain_key, then.key),
            _kept(now.first_strand_key, section_now.key)
            == _kept(then.first_strand_key, section_then.key),
        )
        .subquery()
    )


def _kept(first: SQLColumnExpression[str | None], key: SQLColumnExpression[str]) -> Any:
    return func.coalesce(first, key)
