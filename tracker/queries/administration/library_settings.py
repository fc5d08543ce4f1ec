"""A library's settings, and what is still to be done on its first day."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import (
    BackupTest,
    Framework,
    Library,
    MailTest,
    Membership,
    NotRatedHere,
    Person,
    RoleProfile,
    Round,
    Statement,
    Target,
    Team,
    UseStatement,
)
from tracker.models.joins import opens_statements
from tracker.models.record.versions import can_be_chosen
from tracker.models.record.words import STATEMENTS, decided
from tracker.policy.permissions import Actor, people_of
from tracker.rules.notifications.mail import MailOutcome
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Settings:
    """`statements_to_coordinators` is said by the newest use statement."""

    name: str
    time_zone: str
    region: Region
    paper: Paper
    review_days: int
    differences_days: int
    endorsement_months: int | None
    names_to_coordinators: bool
    statements_to_coordinators: bool | None
    hr_name: str
    hr_email: str


@dataclass(frozen=True, slots=True)
class SetupProgress:
    """Counts of what a library has. `rounds` counts those that are not over; `targets` the role
    profiles in use that have a target; `undecided` the sensitive statements that nobody has decided
    about. Of the newest use statement, test message and tried backup what is said here, None where
    there was none."""

    people: int
    teams: int
    role_profiles: int
    targets: int
    rounds: int
    learners: int
    supervisors: int
    use_statement: int
    use_text: str | None
    use_published_at: dt.datetime | None
    not_rated: int
    undecided: int
    frameworks: int
    mail_outcome: MailOutcome | None
    mail_at: dt.datetime | None
    backup_findings: str | None
    backup_at: dt.datetime | None


def settings(actor: Actor) -> Settings:
    query = select(
        Library.name,
        Library.time_zone,
        Library.region,
        Library.paper,
        Library.review_days,
        Library.differences_days,
        Library.endorsement_months,
        Library.names_to_coordinators,
        opens_statements(Library.id),
        func.coalesce(Library.hr_name, ""),
        func.coalesce(Library.hr_email, ""),
    ).where(Library.id == actor.library_id)
    row = session().execute(query).one()
    return Settings(*row)


def only_library() -> str:
    """The name of the only library; "" where there are none or several."""
    names = session().scalars(select(Library.name).limit(2)).all()
    return names[0] if len(names) == 1 else ""


def library_named(name: str) -> tuple[int, str] | None:
    """Its id and time zone."""
    row = session().execute(select(Library.id, Library.time_zone).where(Library.name == name))
    return next(((key, zone) for key, zone in row), None)


def setup_progress(actor: Actor, today: dt.date) -> SetupProgress:
    """What the actor's library has; the administrator alone counts as nobody, the root as no team.
    One query."""
    here = actor.library_id
    found = decided(here, STATEMENTS.c.sensitive)
    standing = Membership.ends_on.is_(None) | (Membership.ends_on >= today)
    members = (
        select(func.count()).select_from(Membership).join(Person, Person.id == Membership.person_id)
    )
    of_here = members.where(people_of(here), standing)
    counts = {
        "people": select(func.count())
        .select_from(Person)
        .where(people_of(here), Person.disabled_at.is_(None), Person.id != actor.person_id),
        "teams": select(func.count())
        .select_from(Team)
        .where(Team.library_id == here, Team.closed_on.is_(None), Team.parent_id.is_not(None)),
        "role_profiles": select(func.count())
        .select_from(RoleProfile)
        .where(RoleProfile.library_id == here, RoleProfile.retired_at.is_(None)),
        "targets": select(func.count(func.distinct(Target.role_profile_id)))
        .select_from(Target)
        .join(RoleProfile, RoleProfile.id == Target.role_profile_id)
        .where(RoleProfile.library_id == here, RoleProfile.retired_at.is_(None)),
        "rounds": select(func.count())
        .select_from(Round)
        .where(Round.library_id == here, Round.ends_on >= today),
        "learners": of_here.where(Membership.role == Role.LEARNER),
        "supervisors": of_here.where(Membership.role == Role.SUPERVISOR),
        "use_statement": select(func.coalesce(func.max(UseStatement.version), 0)).where(
            UseStatement.library_id == here
        ),
        "not_rated": select(func.count())
        .select_from(NotRatedHere)
        .where(NotRatedHere.library_id == here),
        "undecided": select(func.count())
        .select_from(Statement)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(found, found.c.statement_id == Statement.id)
        .where(Statement.sensitive, found.c.id.is_(None), can_be_chosen(here)),
        "frameworks": select(func.count()).select_from(Framework).where(can_be_chosen(here)),
    }
    mail = (
        select(MailTest)
        .where(MailTest.library_id == here)
        .order_by(MailTest.sent_at.desc(), MailTest.id.desc())
    )
    used = (
        select(UseStatement)
        .where(UseStatement.library_id == here)
        .order_by(UseStatement.version.desc())
    )
    backup = select(BackupTest).order_by(BackupTest.tested_at.desc(), BackupTest.id.desc())
    newest = {
        "use_text": used.with_only_columns(UseStatement.text),
        "use_published_at": used.with_only_columns(UseStatement.published_at),
        "mail_outcome": mail.with_only_columns(MailTest.outcome),
        "mail_at": mail.with_only_columns(func.coalesce(MailTest.arrived_at, MailTest.sent_at)),
        "backup_findings": backup.with_only_columns(BackupTest.findings),
        "backup_at": backup.with_only_columns(BackupTest.tested_at),
    }
    asked = {**counts, **{name: query.limit(1) for name, query in newest.items()}}
    labelled = (each.scalar_subquery().label(name) for name, each in asked.items())
    row = session().execute(select(*labelled)).mappings().one()
    return SetupProgress(**row)
