"""Reviews, blind first.

When reviews are due, in queries: the dates of record/workflow/rules, and who is
away.

How reviews find another reader: handed on, by a deputy, or read a second time.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    Index,
    RowMapping,
    ScalarSelect,
    String,
    UniqueConstraint,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Bundle, Mapped, mapped_column

from tracker.accounts.account.rules import read_periods
from tracker.db import Base
from tracker.frameworks.versions.rules import Ground
from tracker.models.columns import (
    NEVER_AGAIN,
    Id,
    Line,
    Prose,
    Word,
    one_of,
    parent,
    partial,
    wording,
)
from tracker.models.people import AwayPeriod
from tracker.record.workflow.rules import LIVE, ItemStatus, Move, ReviewStatus, due_day
from tracker.reviews.differences.rules import ChoiceKind
from tracker.reviews.review.rules import THANKS_MAX
from tracker.rules.core.seals import new_salt


class Review(Base):
    """Statements that a learner sent to one supervisor of one of their teams. `open` reviews are
    not blind.

    `due_on`, and `differences_due_on`, on which it ends at the latest once something was revealed,
    count from `due_from` and `differences_from` as if nobody were away: what is shown and acted on
    is made of both (tracker/models/reviews/reviews)."""

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
    salt: Mapped[bytes] = mapped_column(default=new_salt)


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
    salt: Mapped[bytes] = mapped_column(default=new_salt)


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


class DueDay(Bundle[Any]):
    """(day, since when it counts, who is away) as the day on which it is due; None without one."""

    inherit_cache = True

    def parts(self) -> list[ColumnElement[Any]]:
        """Each named after the whole, where a select becomes part of another one."""
        parts: list[Any] = list(self.exprs)
        return [part.element.label(f"{self.name}_{part.name}") for part in parts]

    @staticmethod
    def read(name: str, row: RowMapping) -> dt.date | None:
        """From these parts."""
        return due(row[f"{name}_day"], row[f"{name}_since"], row[f"{name}_away"])

    def create_row_processor(
        self, query: Any, procs: Sequence[Callable[[Any], Any]], labels: Sequence[str]
    ) -> Callable[[Any], dt.date | None]:
        on, since, away = procs
        return lambda row: due(on(row), since(row), away(row))


def due(on: dt.date | None, since: dt.date | None, away: str | None) -> dt.date | None:
    """The day on which it is due, from the three columns of a `DueDay`; None without one."""
    if on is None or since is None or not away:
        return on
    return due_day(on, since, read_periods(away))


def review_due() -> DueDay:
    """Over `Review`, as `due_on`: when its reviewer answers. Their own days away do not count."""
    return DueDay(
        "due_on",
        Review.due_on.label("day"),
        Review.due_from.label("since"),
        away_of(Review.reviewer_id).label("away"),
    )


def differences_due() -> DueDay:
    """The same as `differences_due_on`: both sides talk, so the days away of neither count."""
    return DueDay(
        "differences_due_on",
        Review.differences_due_on.label("day"),
        Review.differences_from.label("since"),
        away_of(Review.reviewer_id, Review.learner_id).label("away"),
    )


def away_of(*people: Any) -> ScalarSelect[Any]:
    """When these were or are away, for `read_periods` in tracker/accounts/account/rules.py."""
    period = cast(AwayPeriod.starts_on, String) + "/" + cast(AwayPeriod.until_on, String)
    return (
        select(func.aggregate_strings(period, ","))
        .where(or_(*(AwayPeriod.person_id == person for person in people)))
        .correlate_except(AwayPeriod)
        .scalar_subquery()
    )


def away_until(person_id: Any, today: dt.date) -> ScalarSelect[dt.date]:
    """The last day on which somebody is away, where they are today."""
    return (
        select(func.max(AwayPeriod.until_on))
        .where(AwayPeriod.person_id == person_id, covers(today))
        .correlate_except(AwayPeriod)
        .scalar_subquery()
    )


def covers(today: dt.date | BindParameter[dt.date]) -> ColumnElement[bool]:
    """Of an `AwayPeriod`."""
    return (AwayPeriod.starts_on <= today) & (AwayPeriod.until_on >= today)


class Handover(Base):
    """A review that goes on, blank, with what the reviewer of `from_review_id` did not reveal."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("from_review_id"),)

    review_id: Mapped[int] = mapped_column(parent("reviews.id"), primary_key=True)
    from_review_id: Mapped[int] = mapped_column(parent("reviews.id"))


class HandoverText(Base):
    """Why it was reassigned; erasable."""

    __tablename__ = "handover_texts"

    review_id: Mapped[int] = mapped_column(parent("handovers.review_id"), primary_key=True)
    note: Mapped[Prose]


class Deputy(Base):
    """Somebody who may review in a supervisor's place, from a date to a date (both inclusive),
    unless ended before."""

    __tablename__ = "deputies"
    __table_args__ = (
        CheckConstraint("supervisor_id <> deputy_id", name="nobody_is_their_own"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        Index("ix_deputies_supervisor", "supervisor_id", "ends_on"),
        Index("ix_deputies_deputy", "deputy_id", "ends_on"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    supervisor_id: Mapped[int] = mapped_column(parent("people.id"))
    deputy_id: Mapped[int] = mapped_column(parent("people.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    named_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class SecondReading(Base):
    """A review that its learner sent because they see an endorsement differently. Its reader is not
    told that it is."""

    __tablename__ = "second_readings"

    review_id: Mapped[int] = mapped_column(parent("reviews.id"), primary_key=True)
    endorsement_id: Mapped[int] = mapped_column(parent("endorsements.id"), index=True)
