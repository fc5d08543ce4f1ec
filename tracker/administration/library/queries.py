"""A library's settings, the use statements that it has published, and what is still to be done on
its first day."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, func, or_, select

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
    UseStatementReading,
)
from tracker.models.record.versions import can_be_chosen
from tracker.models.record.words import STATEMENTS, decided
from tracker.policy.permissions import Actor, people_of
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class SetupProgress:
    """Counts of what a library has. `rounds` counts those that are not over; `targets` the role
    profiles in use that have a target; `undecided` the sensitive statements that nobody has decided
    about. The newest use statement, test message and tried backup, None where there was none."""

    use_statement: UseStatement | None
    mail: MailTest | None
    backup: BackupTest | None
    people: int
    teams: int
    role_profiles: int
    targets: int
    rounds: int
    learners: int
    supervisors: int
    not_rated: int
    undecided: int


def only_library() -> str:
    """The name of the only library; "" where there are none or several."""
    names = session().scalars(select(Library.name).limit(2)).all()
    return names[0] if len(names) == 1 else ""


def library_named(name: str) -> Library | None:
    return session().scalar(select(Library).where(Library.name == name))


def use_statements(actor: Actor) -> list[tuple[UseStatement, int]]:
    """The newest first, each with how many people confirmed that they read it."""
    query = (
        select(UseStatement, func.count(UseStatementReading.id))
        .outerjoin(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
        .where(UseStatement.library_id == actor.library_id)
        .group_by(UseStatement.id)
        .order_by(UseStatement.version.desc())
    )
    return [(version, readers) for version, readers in session().execute(query)]


def setup_progress(actor: Actor, today: dt.date) -> SetupProgress:
    """What the actor's library has; the administrator alone counts as nobody, the root as no team.
    One query."""
    here = actor.library_id
    decisions = decided(here, STATEMENTS.c.sensitive)
    stands = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    of_here = Membership.person_id == Person.id, people_of(here), stands
    in_use = RoleProfile.library_id == here, RoleProfile.retired_at.is_(None)
    counts = {
        "people": select(func.count(Person.id)).where(
            people_of(here), Person.disabled_at.is_(None), Person.id != actor.person_id
        ),
        "teams": select(func.count(Team.id)).where(
            Team.library_id == here, Team.closed_on.is_(None), Team.parent_id.is_not(None)
        ),
        "role_profiles": select(func.count(RoleProfile.id)).where(*in_use),
        "targets": select(func.count(Target.role_profile_id.distinct())).where(
            Target.role_profile_id == RoleProfile.id, *in_use
        ),
        "rounds": select(func.count(Round.id)).where(
            Round.library_id == here, Round.ends_on >= today
        ),
        "learners": select(func.count(Membership.id)).where(
            *of_here, Membership.role == Role.LEARNER
        ),
        "supervisors": select(func.count(Membership.id)).where(
            *of_here, Membership.role == Role.SUPERVISOR
        ),
        "not_rated": select(func.count(NotRatedHere.id)).where(NotRatedHere.library_id == here),
        "undecided": select(func.count(Statement.id))
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(decisions, decisions.c.statement_id == Statement.id)
        .where(Statement.sensitive, decisions.c.id.is_(None), can_be_chosen(here)),
    }
    use_statement = (
        select(UseStatement.id)
        .where(UseStatement.library_id == here)
        .order_by(UseStatement.version.desc())
    )
    mail = (
        select(MailTest.id)
        .where(MailTest.library_id == here)
        .order_by(MailTest.sent_at.desc(), MailTest.id.desc())
    )
    backup = select(BackupTest.id).order_by(BackupTest.tested_at.desc(), BackupTest.id.desc())
    # One row of the library, with the newest of each and every count beside it.
    query = (
        select(UseStatement, MailTest, BackupTest)
        .add_columns(*(count.scalar_subquery().label(name) for name, count in counts.items()))
        .select_from(Library)
        .outerjoin(UseStatement, UseStatement.id == _first(use_statement))
        .outerjoin(MailTest, MailTest.id == _first(mail))
        .outerjoin(BackupTest, BackupTest.id == _first(backup))
        .where(Library.id == here)
    )
    use, mail_test, backup_test, *figures = session().execute(query).one()
    return SetupProgress(use, mail_test, backup_test, **dict(zip(counts, figures, strict=True)))


def _first(query: Select[int]) -> ScalarSelect[int]:
    return query.limit(1).correlate(None).scalar_subquery()
