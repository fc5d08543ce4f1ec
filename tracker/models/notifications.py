"""Notices, how each person wants them mailed, and the mails that wait to be sent."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Line, Word, one_of, parent, partial
from tracker.rules.core.links import LinkKind
from tracker.rules.core.notices import MailChoice, MailStatus, NoticeKind


class Notice(Base):
    """Somebody is told that something happened: who, of what kind, in which review or round, or by
    which move to another version; never what was answered.

    `people`: so many of those whom they supervise moved, one of them by `version_id`. `to_mail`: it
    waits to be put into a mail; `mail_id`: the mail that holds it.
    """

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        UniqueConstraint("person_id", "kind", "happening"),
        CheckConstraint("NOT to_mail OR mail_id IS NULL", name="mailed_once"),
        partial("ix_notices_round_id", "round_id IS NOT NULL", "round_id"),
        Index("ix_notices_person", "person_id", "happened_at"),
        partial("ix_notices_to_mail", "to_mail", "person_id"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    kind: Mapped[NoticeKind]
    happening: Mapped[Line]
    review_id: Mapped[int | None] = mapped_column(parent("reviews.id"), index=True)
    about_id: Mapped[int | None] = mapped_column(parent("people.id"))
    version_id: Mapped[int | None] = mapped_column(parent("person_versions.id"), index=True)
    people: Mapped[int | None]
    round_id: Mapped[int | None] = mapped_column(parent("rounds.id"))
    happened_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    to_mail: Mapped[bool]
    mail_id: Mapped[int | None] = mapped_column(parent("outbox_mails.id"), index=True)


class NoticeChoice(Base):
    """When a person gets their notices by mail; without a row, USUAL_CHOICE."""

    __tablename__ = "notice_choices"
    __table_args__ = (one_of("mail", MailChoice),)

    person_id: Mapped[int] = mapped_column(parent("people.id"), primary_key=True)
    mail: Mapped[MailChoice]
    chosen_at: Mapped[dt.datetime]


class OutboxMail(Base):
    """A mail of notices to one person, from when it was put together until it is known what came of
    it.

    `digest_on`: the day whose daily mail it is, at most one. `reason` and `said`: why it was not
    taken the last time.
    """

    __tablename__ = "outbox_mails"
    __table_args__ = (
        one_of("status", MailStatus),
        UniqueConstraint("person_id", "digest_on"),
        CheckConstraint(
            "(status = 'sending') = (claimed_at IS NOT NULL)", name="sending_has_a_time"
        ),
        CheckConstraint(
            "(status IN ('waiting', 'sending')) = (ended_at IS NULL)", name="ended_has_a_time"
        ),
        CheckConstraint("attempts >= 0", name="attempts_count"),
        Index("ix_outbox_mails_status", "status", "next_try_at"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    digest_on: Mapped[dt.date | None]
    status: Mapped[MailStatus]
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    reason: Mapped[Word] = mapped_column(default="")
    said: Mapped[str] = mapped_column(String(400), default="")


class AlertMail(Base):
    """A mail that tells of one thing about an account at once, whatever its owner chose: to the
    address that it has or lately had."""

    __tablename__ = "alert_mails"

    mail_id: Mapped[int] = mapped_column(parent("outbox_mails.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(parent("notices.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))


class LinkMail(Base):
    """A mail to one address with a one-time link. The link is made when it is sent, so its secret
    is stored nowhere; sent again, it has another one. Only what tells the HR contact of an
    objection has no link.

    `by_id`: who invites, or is asked to decide; `at_once`: also outside the hours of the library;
    `change_id`: the change of address that it is about.
    """

    __tablename__ = "link_mails"
    __table_args__ = (one_of("kind", LinkKind),)

    mail_id: Mapped[int] = mapped_column(parent("outbox_mails.id"), primary_key=True)
    kind: Mapped[LinkKind]
    address: Mapped[str] = mapped_column(String(254))
    by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    at_once: Mapped[bool] = mapped_column(default=False, server_default=false())
    change_id: Mapped[int | None] = mapped_column(parent("address_changes.id"), index=True)
