"""Reviews, blind first."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules_scale import Ground
from tracker.models.columns import Id, Line, Prose, Word, one_of, parent, partial, wording
from tracker.record.workflow.rules import LIVE, ItemStatus, Move, ReviewStatus
from tracker.reviews.differences.rules import ChoiceKind
from tracker.reviews.review.rules import THANKS_MAX


class Review(Base):
    """Statements that a learner sent to one supervisor of one of their teams. `open` reviews are
    not blind.

    `due_on`, and `differences_due_on`, on which it ends at the latest once something was revealed,
    count from `due_from` and `differences_from` as if nobody were away: what is shown and acted on
    is made of both (tracker/models/reviews/due_dates)."""

    __tablename__ = "reviews"
    __table_args__ = (
        one_of("status", ReviewStatus),
        CheckConstraint("learner_id <> reviewer_id", name="nobody_reviews_themselves"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        CheckConstraint(
            "status <> 'differences_open' OR revealed_at IS NOT NULL",
            name="differences_after_reveal",
        ),
        CheckConstraint(
            "(differences_from IS NULL) = (differences_due_on IS NULL)",
            name="differences_from_a_day",
        ),
        Index("ix_reviews_learner", "learner_id", "status"),
        Index("ix_reviews_round", "round_id", "learner_id"),
        Index("ix_reviews_reviewer", "reviewer_id", "status"),
        partial("ix_reviews_open", "closed_at IS NULL", "learner_id"),
    )

    id: Mapped[Id]
    learner_id: Mapped[int] = mapped_column(parent("people.id"))
    reviewer_id: Mapped[int] = mapped_column(parent("people.id"))
    team_id: Mapped[int] = mapped_column(parent("teams.id"), index=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    round_id: Mapped[int | None] = mapped_column(parent("rounds.id"))
    status: Mapped[ReviewStatus]
    open: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[dt.datetime]
    due_from: Mapped[dt.date]
    due_on: Mapped[dt.date]
    revealed_at: Mapped[dt.datetime | None]
    differences_from: Mapped[dt.date | None]
    differences_due_on: Mapped[dt.date | None]
    closed_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]


IS_LIVE = Review.status.in_(LIVE)
NOT_WITHDRAWN = Review.status != ReviewStatus.WITHDRAWN


class ReviewItem(Base):
    """One statement in a review. The learner's side, with the words that their answer then had in
    its scale, and `digest` are frozen at sending.

    `version` starts at 1 and rises with each move: a form names the version that its page showed.
    `revealed_at` is when each side was shown the other's; a *not observed* item has it once the
    review's end or reveal showed it.
    """

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("review_id", "skill_id"),
        wording(),
        one_of("status", ItemStatus),
        one_of("ground", Ground),
        CheckConstraint(
            "status NOT IN ('answered', 'differs', 'endorsed', 'kept_apart')"
            " OR (reviewer_answer IS NOT NULL AND answered_at IS NOT NULL)",
            name="answered_has_an_answer",
        ),
        CheckConstraint(
            "status NOT IN ('differs', 'endorsed', 'kept_apart') OR revealed_at IS NOT NULL",
            name="revealed_has_a_time",
        ),
        CheckConstraint(
            "status NOT IN ('waiting', 'returned', 'answered', 'dropped', 'handed_on') OR "
            "revealed_at IS NULL",
            name="sealed_has_none",
        ),
        CheckConstraint(
            "ground IS NOT NULL OR reviewer_answer IS NULL OR "
            "reviewer_answer IN ('cannot_tell', 'not_their_work')",
            name="answer_has_a_ground",
        ),
        CheckConstraint("version >= 1", name="version_counts"),
        Index("ix_review_items_skill", "skill_id"),
        Index("ix_review_items_of", "review_id", "status"),
        partial("ix_review_items_not_endorsed", "status <> 'endorsed'", "review_id"),
    )

    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(parent("reviews.id"))
    skill_id: Mapped[int]
    statement_id: Mapped[int]
    position: Mapped[int]
    status: Mapped[ItemStatus]
    version: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str] = mapped_column(String(64))
    learner_answer: Mapped[Word]
    learner_answer_label: Mapped[Line]
    learner_answer_description: Mapped[Prose]
    rated_at: Mapped[dt.datetime]
    rating_version: Mapped[int]
    reviewer_answer: Mapped[Word | None]
    ground: Mapped[Ground | None]
    answered_at: Mapped[dt.datetime | None]
    revealed_at: Mapped[dt.datetime | None]


class ReviewItemText(Base):
    """The personal text of an item and the salt of its digest; erasable."""

    __tablename__ = "review_item_texts"

    item_id: Mapped[int] = mapped_column(parent("review_items.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    learner_note: Mapped[Prose] = mapped_column(default="")
    reviewer_note: Mapped[Prose] = mapped_column(default="")


class ReviewItemEvidence(Base):
    """The versions of evidence that went with an item, and why each counted, as they were at
    sending."""

    __tablename__ = "review_item_evidence"
    __table_args__ = (UniqueConstraint("item_id", "version_id"),)

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"))
    version_id: Mapped[int] = mapped_column(parent("evidence_versions.id"), index=True)
    reason: Mapped[Prose] = mapped_column(default="")


class ReviewMessage(Base):
    """A question that came with a returned item, or the learner's reply to it."""

    __tablename__ = "review_messages"

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"), index=True)
    author_id: Mapped[int] = mapped_column(parent("people.id"))
    text: Mapped[Prose]
    written_at: Mapped[dt.datetime]


class DifferenceChoice(Base):
    """What one side has chosen for an item that differs and not confirmed: for its owner's eyes
    alone, not even as a count for the other side. It goes when it is confirmed or the item ends."""

    __tablename__ = "difference_choices"
    __table_args__ = (
        UniqueConstraint("item_id", "person_id"),
        one_of("kind", ChoiceKind),
        CheckConstraint("(kind = 'agree') = (answer IS NOT NULL)", name="agreeing_has_an_answer"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    kind: Mapped[ChoiceKind]
    answer: Mapped[Word | None]
    reason: Mapped[Prose] = mapped_column(default="")
    chosen_at: Mapped[dt.datetime]


class Confirmation(Base):
    """What one side confirmed for an item that differs: the answer that they would agree on, or,
    without one, that they want to talk about it. When both hold the same answer, it is endorsed."""

    __tablename__ = "confirmations"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    answer: Mapped[Word | None]
    reason: Mapped[Prose]
    confirmed_at: Mapped[dt.datetime]


AGREED = func.coalesce(
    select(func.max(Confirmation.answer))
    .where(Confirmation.item_id == ReviewItem.id)
    .correlate(ReviewItem)
    .scalar_subquery(),
    ReviewItem.learner_answer,
)
"""Over an endorsed `ReviewItem`: the answer that both gave, or agreed on."""


class TrainingAction(Base):
    """A next step that came of a difference: what, who, by when."""

    __tablename__ = "training_actions"

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(parent("review_items.id"), index=True)
    owner_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    text: Mapped[Prose]
    due_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


class Thanks(Base):
    """What one of the two wrote to the other at the end: for these two alone. Its writer can change
    it or withdraw it, which deletes the row. Who wrote it is known by the side alone."""

    __tablename__ = "thanks"
    __table_args__ = (
        UniqueConstraint("review_id", "from_learner"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {THANKS_MAX}", name="short_and_not_empty"),
    )

    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(parent("reviews.id"))
    from_learner: Mapped[bool]
    text: Mapped[Prose]
    written_at: Mapped[dt.datetime]


class ReviewMove(Base):
    """Every move, append-only; `item_id` is empty for moves of the review itself."""

    __tablename__ = "review_moves"
    __table_args__ = (
        one_of("move", Move),
        partial(
            "uq_review_moves_one_more_week", "move = 'one_more_week'", "review_id", unique=True
        ),
    )

    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(parent("reviews.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(parent("review_items.id"), index=True)
    move: Mapped[Move]
    actor_id: Mapped[int | None] = mapped_column(parent("people.id"))
    before: Mapped[Word]
    after: Mapped[Word]
    moved_at: Mapped[dt.datetime]
