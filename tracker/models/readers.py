"""Who may read what is said of people: what the library promises about it, who has read that, and
readers to whom a record opens later."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Prose, one_of, parent, partial
from tracker.rules.core.openings import OpeningDecision
from tracker.rules.roles import Role


class UseStatement(Base):
    """What the library promises about the records. The newest version is the one to read before the
    first rating. `opens_statements`: it says that coordinators see by name which statements count
    as met, and so they do."""

    __tablename__ = "use_statements"
    __table_args__ = (UniqueConstraint("library_id", "version"),)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    version: Mapped[int]
    text: Mapped[Prose]
    published_at: Mapped[dt.datetime]
    opens_statements: Mapped[bool] = mapped_column(default=False, server_default=false())


class UseStatementReading(Base):
    """Somebody has read a version of how ratings are used, and when."""

    __tablename__ = "use_statement_readings"
    __table_args__ = (UniqueConstraint("person_id", "use_statement_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    use_statement_id: Mapped[int] = mapped_column(parent("use_statements.id"), index=True)
    read_at: Mapped[dt.datetime]


class RecordOpening(Base):
    """Somebody who came to read a person's record, and when it opens to them; a pair without a row
    is open. `role` and `team_id`: by what they reach it; `given_by_id`: who changed that, None for
    a command.

    Without `told_at` the role has not begun, or there was nothing to read: it stays closed until
    the daily work looks again. `opened_by_id`: whose yes opened it before its time. An objection
    closes it until somebody else decides. `opens_at` is None where it was decided to stay closed.
    """

    __tablename__ = "record_openings"
    __table_args__ = (
        UniqueConstraint("reader_id", "person_id"),
        one_of("role", Role),
        one_of("decision", OpeningDecision),
        partial(
            "ix_record_openings_objected",
            "objected_at IS NOT NULL AND decision IS NULL",
            "objected_at",
        ),
        Index("ix_record_openings_opens", "opens_at"),
        CheckConstraint("reader_id <> person_id", name="not_own_record"),
        CheckConstraint("told_at IS NOT NULL OR opens_at IS NULL", name="told_before_it_opens"),
        CheckConstraint(
            "opened_by_id IS NULL OR (opened_by_id <> reader_id AND "
            "(given_by_id IS NULL OR opened_by_id <> given_by_id OR opened_by_id = person_id))",
            name="opened_by_another",
        ),
        CheckConstraint("objected_at IS NULL OR told_at IS NOT NULL", name="told_before_objected"),
        CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND "
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint(
            "decided_at IS NULL OR objected_at IS NOT NULL", name="decided_after_objected"
        ),
        CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id NOT IN (reader_id, person_id) AND "
            "(given_by_id IS NULL OR decided_by_id <> given_by_id))",
            name="decided_by_another",
        ),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    reader_id: Mapped[int] = mapped_column(parent("people.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    role: Mapped[Role]
    team_id: Mapped[int] = mapped_column(parent("teams.id"))
    given_by_id: Mapped[int | None] = mapped_column(parent("people.id"), index=True)
    given_at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime | None]
    opens_at: Mapped[dt.datetime | None]
    opened_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    objected_at: Mapped[dt.datetime | None]
    decision: Mapped[OpeningDecision | None]
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
