"""Libraries, teams, people, and what they are or ask to be to each other.

Who may read what is said of people: what the library promises about it, who has read that, and
readers to whom a record opens later.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, Numeric, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from tracker.accounts.account.rules import MergeOutcome
from tracker.db import Base
from tracker.models.columns import (
    NAME_MAX,
    NEVER_AGAIN,
    Id,
    Line,
    Prose,
    Word,
    one_of,
    parent,
    partial,
)
from tracker.rules.core.links import next_opening
from tracker.rules.core.openings import OpeningDecision
from tracker.rules.core.seals import new_salt
from tracker.rules.names import folded
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Role

REMOVED_IS_NOBODY = (
    "removed_at IS NULL OR (name = '' AND staff_id IS NULL AND password_hash IS NULL "
    "AND disabled_at IS NOT NULL)"
)


class Library(Base):
    """People, settings, job profiles, rounds and audit belong to one library; libraries never see
    each other.

    Its root team is the row of `teams` without a parent. Without `endorsement_months` endorsements
    never expire. `region` says how dates are written, not where the library is. Invitations are
    mailed from the hour `invites_from` until `invites_until`, and work for `invitation_days`.
    Without `idle_minutes` sign-ins end as TRACKER_SESSION_IDLE_MINUTES says. The HR contact is told
    of objections to readers. Until `names_hidden_at` coordinators saw levels by name.
    """

    __tablename__ = "libraries"
    __table_args__ = (
        one_of("region", Region),
        one_of("paper", Paper),
        CheckConstraint(
            "invites_from >= 0 AND invites_from < invites_until AND invites_until <= 24",
            name="invite_hours_in_order",
        ),
    )

    id: Mapped[Id]
    name: Mapped[Line] = mapped_column(String(200), unique=True)
    time_zone: Mapped[Word] = mapped_column(default="UTC")
    region: Mapped[Region] = mapped_column(default=Region.US, server_default=Region.US)
    paper: Mapped[Paper] = mapped_column(default=Paper.LETTER, server_default=Paper.LETTER)
    review_days: Mapped[int] = mapped_column(default=14)
    differences_days: Mapped[int] = mapped_column(default=14)
    endorsement_months: Mapped[int | None]
    names_to_coordinators: Mapped[bool] = mapped_column(default=True)
    names_hidden_at: Mapped[dt.datetime | None]
    invitation_days: Mapped[int] = mapped_column(default=14, server_default="14")
    invites_from: Mapped[int] = mapped_column(default=8, server_default="8")
    invites_until: Mapped[int] = mapped_column(default=18, server_default="18")
    idle_minutes: Mapped[int | None]
    hr_email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[dt.datetime]

    def mails_from(self, now: dt.datetime) -> dt.datetime:
        """`now` where invitations are mailed at this hour, else when that begins next."""
        return next_opening(self.time_zone, self.invites_from, self.invites_until, now)


class SortedByName:
    """What lists sort and search by: the name without case and accents, which the two databases
    fold differently."""

    name: Mapped[Line]
    sort_name: Mapped[Line] = mapped_column(
        default=lambda row: _sort_name(row.get_current_parameters()["name"])
    )

    @validates("name")
    def _is_named(self, _attribute: str, name: str) -> str:
        self.sort_name = _sort_name(name)
        return name


def _sort_name(name: str) -> str:
    return folded(name)[:NAME_MAX]


class Team(SortedByName, Base):
    """`path` holds the ids from the root down, as "/1/4/9/": a team is below another when its path
    starts with it."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("library_id", "parent_id", "name"),
        partial("uq_teams_one_root", "parent_id IS NULL", "library_id", unique=True),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    parent_id: Mapped[int | None] = mapped_column(parent("teams.id"), index=True)
    path: Mapped[Line] = mapped_column(String(400), index=True)
    open_reviews: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[dt.date | None]


class Person(SortedByName, Base):
    """Somebody who can sign in. `email` is stored casefolded and is unique in the whole
    installation.

    `covers_screen`: their pages are covered after a minute without input, for desks that others
    look at. `operator`: looks after the installation as a whole, beside what they are in their
    library. `framework_editor`: makes and publishes versions of frameworks, which belong to no
    library. `offers_updates`: Today offers them statements to update, from `updates_not_before`
    on. `gives_second_opinions`: whoever learns in their library may send them one statement
    alone, while they supervise somebody. `staff_id`: what the library's own lists call them,
    unique in it, in capitals.

    `removed_at`: the account was a mistake and is deleted. The row stays without a name, because
    the audit points at it, and is asked for by nobody (policy/permissions.people_of).
    """

    __tablename__ = "people"
    __table_args__ = (
        Index("uq_people_staff_id", "library_id", "staff_id", unique=True),
        partial(
            "ix_people_listed", "removed_at IS NULL", "library_id", "sort_name", "id", "disabled_at"
        ),
        partial(
            "ix_people_without_password",
            "password_hash IS NULL AND disabled_at IS NULL",
            "library_id",
        ),
        partial("ix_people_disabled", "disabled_at IS NOT NULL", "library_id"),
        partial("ix_people_ready", "ready_at IS NOT NULL", "library_id"),
        CheckConstraint(REMOVED_IS_NOBODY, name="removed_is_nobody"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    staff_id: Mapped[str | None] = mapped_column(String(60))
    password_hash: Mapped[Line | None]
    administrator: Mapped[bool] = mapped_column(default=False)
    operator: Mapped[bool] = mapped_column(default=False, server_default=false())
    framework_editor: Mapped[bool] = mapped_column(default=False, server_default=false())
    covers_screen: Mapped[bool] = mapped_column(default=False, server_default=false())
    offers_updates: Mapped[bool] = mapped_column(default=True, server_default=true())
    gives_second_opinions: Mapped[bool] = mapped_column(default=False, server_default=false())
    updates_not_before: Mapped[dt.date | None]
    ready_at: Mapped[dt.datetime | None]
    disabled_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    salt: Mapped[bytes] = mapped_column(default=new_salt)

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None

    @validates("email")
    def _with_another_salt(self, _name: str, email: str) -> str:
        """What earlier seals say of a former address can't be guessed anymore."""
        self.salt = new_salt()
        return email


class AccountMerge(Base):
    """Two accounts of one person: `earlier_id` is to end, and `kept_id` goes on. Both were told at
    `asked_at`, and either can object."""

    __tablename__ = "account_merges"
    __table_args__ = (
        one_of("outcome", MergeOutcome),
        CheckConstraint("kept_id <> earlier_id", name="two_accounts"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_has_an_outcome"),
        partial("uq_account_merges_merged_once", "outcome = 'merged'", "earlier_id", unique=True),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    kept_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    earlier_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(parent("people.id"))
    asked_at: Mapped[dt.datetime]
    outcome: Mapped[MergeOutcome | None]
    decided_at: Mapped[dt.datetime | None]


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
        Index(
            "ix_memberships_team_role",
            *("team_id", "role", "starts_on", "ends_on", "person_id", "role_profile_id"),
        ),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    team_id: Mapped[int] = mapped_column(parent("teams.id"))
    role: Mapped[Role]
    role_profile_id: Mapped[int | None] = mapped_column(parent("role_profiles.id"), index=True)
    job: Mapped[Line] = mapped_column(String(200), default="")
    weekly_hours: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]


class AwayPeriod(Base):
    """Days on which somebody is away, the last one too; why is kept nowhere. It begins on the day
    on which it is said, so those of one person follow each other."""

    __tablename__ = "away_periods"
    __table_args__ = (
        UniqueConstraint("person_id", "starts_on"),
        Index("ix_away_periods_until_on", "until_on"),
        CheckConstraint("until_on >= starts_on", name="dates_in_order"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    starts_on: Mapped[dt.date]
    until_on: Mapped[dt.date]


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
