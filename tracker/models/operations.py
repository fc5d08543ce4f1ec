"""What was tried out to see that it works: mail, and bringing a backup back."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Line, Prose, Word, one_of, parent
from tracker.rules.notifications.mail import MailOutcome


class MailTest(Base):
    """A message that an administrator had sent to themselves. Of the code in it only the SHA-256 is
    stored.

    `said` is what the mail server answered when it did not take it.
    """

    __tablename__ = "mail_tests"
    __table_args__ = (
        one_of("outcome", MailOutcome),
        CheckConstraint(
            "(outcome = 'arrived') = (arrived_at IS NOT NULL)", name="arrived_has_a_time"
        ),
        Index("ix_mail_tests_library", "library_id", "sent_at"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[MailOutcome]
    reason: Mapped[Word] = mapped_column(default="")
    said: Mapped[str] = mapped_column(String(400), default="")
    sent_at: Mapped[dt.datetime]
    arrived_at: Mapped[dt.datetime | None]


class BackupTest(Base):
    """A copy of the installation was brought back into an empty place and looked through, by the
    command.

    `findings` holds what was wrong with it, a line each; without any it passed.
    """

    __tablename__ = "backup_tests"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    id: Mapped[Id]
    file: Mapped[Line]
    size: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[dt.datetime]
    tested_at: Mapped[dt.datetime] = mapped_column(index=True)
    findings: Mapped[Prose] = mapped_column(default="")
