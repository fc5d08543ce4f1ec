"""Libraries, teams, people, what they are to each other, and their sign-ins."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Line, Prose, Word, one_of, parent
from tracker.rules.roles import Role


class Library(Base):
    """People, settings, role profiles, rounds and audit belong to one library; libraries never see
    each other.

    Its root team is the row of `teams` without a parent. Without `endorsement_months` endorsements
    never expire.
    """

    __tablename__ = "libraries"

    id: Mapped[Id]
    name: Mapped[Line] = mapped_column(String(200), unique=True)
    time_zone: Mapped[Word] = mapped_column(default="UTC")
    review_days: Mapped[int] = mapped_column(default=14)
    differences_days: Mapped[int] = mapped_column(default=14)
    endorsement_months: Mapped[int | None]
    names_to_coordinators: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class Team(Base):
    """`path` holds the ids from the root down, as "/1/4/9/": a team is below another when its path
    starts with it."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("library_id", "parent_id", "name"),
        Index(
            "uq_teams_one_root",
            "library_id",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    parent_id: Mapped[int | None] = mapped_column(parent("teams.id"), index=True)
    name: Mapped[Line]
    path: Mapped[Line] = mapped_column(String(400), index=True)
    open_reviews: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[dt.date | None]


class Person(Base):
    """Somebody who can sign in. `email` is stored casefolded and is unique in the whole
    installation.

    `covers_screen`: their pages are covered after a minute without input, for desks that others
    look at.
    """

    __tablename__ = "people"

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"), index=True)
    name: Mapped[Line]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[Line | None]
    administrator: Mapped[bool] = mapped_column(default=False)
    covers_screen: Mapped[bool] = mapped_column(default=False, server_default=false())
    ready_at: Mapped[dt.datetime | None]
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Membership(Base):
    """A person in a team, in a role, from a date to a date (inclusive; open where there is
    none)."""

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint(
            "role <> 'learner' OR role_profile_id IS NOT NULL", name="learner_has_role_profile"
        ),
        CheckConstraint(
            "weekly_hours IS NULL OR (weekly_hours > 0 AND weekly_hours <= 80)", name="hours_sane"
        ),
        Index("ix_memberships_team_role", "team_id", "role"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    team_id: Mapped[int] = mapped_column(parent("teams.id"))
    role: Mapped[Role]
    role_profile_id: Mapped[int | None] = mapped_column(parent("role_profiles.id"))
    job: Mapped[Line] = mapped_column(String(200), default="")
    weekly_hours: Mapped[int | None]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]


class SignIn(Base):
    """One server-side session. The cookie holds a random token; only its SHA-256 is stored."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[Line] = mapped_column(String(200), default="")
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class Invitation(Base):
    """A one-time link with which somebody sets their password. Only the SHA-256 of its token is
    stored.

    It is closed when it was used or when another took its place.
    """

    __tablename__ = "invitations"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class UseStatement(Base):
    """What the library promises about the records. The newest version is the one to read before the
    first rating."""

    __tablename__ = "use_statements"
    __table_args__ = (UniqueConstraint("library_id", "version"),)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    version: Mapped[int]
    text: Mapped[Prose]
    published_at: Mapped[dt.datetime]


class UseStatementReading(Base):
    """Somebody has read a version of the use statement, and when."""

    __tablename__ = "use_statement_readings"
    __table_args__ = (UniqueConstraint("person_id", "use_statement_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    use_statement_id: Mapped[int] = mapped_column(parent("use_statements.id"))
    read_at: Mapped[dt.datetime]
