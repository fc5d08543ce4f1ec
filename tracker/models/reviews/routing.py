"""How reviews find another reader: handed on, by a deputy, or read a second time."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Prose, parent


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
