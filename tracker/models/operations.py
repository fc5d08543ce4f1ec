"""What was tried out to see that it works, mail and bringing a backup back; what was typed into
forms and not sent; forms that were sent, so that the same one sent again is known; the daily work;
and work in the background, with the files that it makes."""

import datetime as dt

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Line, Prose, Word, one_of, parent
from tracker.rules.core.jobs import JobState
from tracker.rules.core.mail import MailOutcome
from tracker.rules.drafts import NAME_MAX


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
    """A copy of the installation was restored into an empty place and looked through, by the
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


class LimitCount(Base):
    """How often something happened that is limited, such as wrong passwords for an account.

    The key is a digest, and counts nothing from `ends_at` on. No person: many keys stand for a
    place, or for an address that no account has.
    """

    __tablename__ = "limit_counts"
    __table_args__ = (CheckConstraint("hits > 0", name="counted"),)

    id: Mapped[Id]
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    hits: Mapped[int]
    ends_at: Mapped[dt.datetime] = mapped_column(index=True)


class SignInTurn(Base):
    """A try that waits for its turn at the place it comes from, or had it a moment ago.

    `place` and `account` are counts that many places and addresses fall into, so no row names
    anybody, and nothing that was typed is here: the browser holds it, sealed. `round`: each account
    is in a round once. `frees_at`: until then no other try at this account has its turn.
    """

    __tablename__ = "sign_in_turns"
    __table_args__ = (
        CheckConstraint("(tried_at IS NULL) = (frees_at IS NULL)", name="tried"),
        Index("ix_sign_in_turns_place", "place", "round"),
        Index("ix_sign_in_turns_account", "account", "frees_at"),
    )

    id: Mapped[Id]
    ticket_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    place: Mapped[int]
    account: Mapped[int]
    round: Mapped[int]
    seen_at: Mapped[dt.datetime] = mapped_column(index=True)
    tried_at: Mapped[dt.datetime | None]
    frees_at: Mapped[dt.datetime | None]


class Draft(Base):
    """Texts of a form that its person has not sent. Nobody else reads it, and it counts nowhere.

    `form` is the address that the form goes to, by its endpoint; `subject` what it is about, "" for
    nothing more; `fields` what was typed (rules/drafts). It goes with the work that the form does,
    after a while, and with its person.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("person_id", "form", "subject"), NEVER_AGAIN)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    form: Mapped[str] = mapped_column(String(NAME_MAX))
    subject: Mapped[str] = mapped_column(String(NAME_MAX))
    fields: Mapped[Prose]
    saved_at: Mapped[dt.datetime] = mapped_column(index=True)


class Submission(Base):
    """A rendered form whose work was done, written in the transaction of that work.

    `key_sha256` is of the form's key together with the person who sent it; no person: somebody who
    is not signed in. `status`, `location` and `messages` (the sentences told, as JSON) are the
    answer it got; there is none where the server stopped before giving it. Rows are forgotten after
    a while, and with their person.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("status IS NULL OR status BETWEEN 300 AND 399", name="answer_leads_on"),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(parent("people.id"), index=True)
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[dt.datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    location: Mapped[str] = mapped_column(Text, default="")
    messages: Mapped[str] = mapped_column(Text, default="")


class DailyWork(Base):
    """How one part of the daily work is doing (operations/daily_work/rules). `tries` since it was
    last done; `audit_sequence`: the newest event when it was done. No row: it never began."""

    __tablename__ = "daily_parts"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_count"),
        CheckConstraint("failing_since IS NULL OR tries > 0", name="failing_was_tried"),
    )

    part: Mapped[Word] = mapped_column(primary_key=True)
    done_at: Mapped[dt.datetime | None]
    failing_since: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime]
    audit_sequence: Mapped[int] = mapped_column(default=0)


class Job(Base):
    """Work that somebody asked for, step by step.

    `total`: how many steps there are, None before it was planned; `done` of them are kept.
    `claim_token`: of the worker that has it, which was last heard of at `seen_at`. `tries` of the
    step that is next.
    `grounds`: digest of what the rights to its file stand on. It goes after a while.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint(
            "(state = 'running') = (claim_token IS NOT NULL)", name="running_is_claimed"
        ),
        CheckConstraint("(claim_token IS NULL) = (seen_at IS NULL)", name="claim_has_a_time"),
        CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended_has_a_time"
        ),
        CheckConstraint("done >= 0 AND done <= COALESCE(total, 0)", name="done_of_total"),
        Index("ix_jobs_next", "state", "next_try_at"),
        Index("ix_jobs_person", "person_id", "asked_at"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    kind: Mapped[Word]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    arguments: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[JobState]
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[dt.datetime | None]
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    next_try_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    reason: Mapped[Word] = mapped_column(default="")
    file_name: Mapped[Line] = mapped_column(default="")
    grounds: Mapped[str] = mapped_column("grounds_sha256", String(64), default="")


class JobPart(Base):
    """What one step wrote of the job's file: its parts in their order are the file."""

    __tablename__ = "job_parts"
    __table_args__ = (UniqueConstraint("job_id", "number"),)

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(parent("jobs.id"))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class JobPerson(Base):
    """Whose data the job's file holds, in its order: an erasure of theirs takes the file away."""

    __tablename__ = "job_people"
    __table_args__ = (UniqueConstraint("job_id", "person_id"),)

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(parent("jobs.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
