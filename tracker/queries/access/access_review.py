"""Who of a library can see whose record, and why: for the access review of its administrators."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    AuditEvent,
    Deputy,
    Library,
    Membership,
    Person,
    RecordOpening,
    Review,
    SignIn,
    Team,
)
from tracker.policy.openings import is_closed
from tracker.policy.permissions import GRACE, Actor, current_on, in_reach_on, people_of
from tracker.policy.reviewers import deputises_on, reviewer_may_go_on
from tracker.rules.administration.access_review import next_review_on
from tracker.rules.calendar import day_in
from tracker.rules.roles import Role

CHECKED = "access_reviewed"
"""The kind of event that says that the list was checked."""


class Reason(StrEnum):
    """Why somebody can see something."""

    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    BACKUP = "backup"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Reader:
    """`last_sign_in` is None for who never signed in."""

    id: int
    name: str
    email: str
    last_sign_in: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """`until`: the last day on which a record is seen of somebody who left; None where no end is
    set. `is_closed`: the record is not open to this reader yet; `opens_at` None then: not before
    somebody looked at it."""

    name: str
    email: str
    team: str
    until: dt.date | None = None
    is_closed: bool = False
    opens_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """One reason of one reader. `of`: the team that it holds in, or for whom they stand in.
    `people` is empty where the reason opens no record."""

    reader: Reader
    reason: Reason
    of: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    people: list[SeenPerson] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LastReview:
    """When the list was last checked, and by whom; None and "" before the first time."""

    at: dt.datetime | None
    by: str
    next_on: dt.date


def accesses(actor: Actor, now: dt.datetime) -> list[Access]:
    """By reader's name, then by reason. Five queries."""
    today = actor.today(now)
    readers = _readers(actor)
    found = [
        *_by_role(actor, now, readers),
        *_by_review(actor, today, readers),
        *_by_standing_in(actor, today, readers),
    ]
    rows = session().execute(
        select(Person.id, Person.administrator, Person.operator).where(Person.id.in_(readers))
    )
    for person_id, is_administrator, is_operator in rows:
        if is_administrator:
            found.append(Access(readers[person_id], Reason.ADMINISTRATOR))
        if is_operator:
            found.append(Access(readers[person_id], Reason.OPERATOR))
    order = list(Reason)
    return sorted(
        found,
        key=lambda each: (
            each.reader.name.casefold(),
            each.reader.id,
            order.index(each.reason),
            each.of,
        ),
    )


def last_review(library_id: int) -> LastReview:
    """One query."""
    row = (
        session()
        .execute(
            select(Library.created_at, Library.time_zone, AuditEvent.happened_at, Person.name)
            .outerjoin(
                AuditEvent, and_(AuditEvent.library_id == Library.id, AuditEvent.kind == CHECKED)
            )
            .outerjoin(Person, Person.id == AuditEvent.actor_id)
            .where(Library.id == library_id)
            .order_by(AuditEvent.id.desc())
            .limit(1)
        )
        .one()
    )
    since = day_in(row.time_zone, row.happened_at or row.created_at)
    return LastReview(row.happened_at, row.name or "", next_review_on(since))


def _readers(actor: Actor) -> dict[int, Reader]:
    """Everybody of the library whose account is not disabled."""
    last = (
        select(func.max(SignIn.started_at))
        .where(SignIn.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = session().execute(
        select(Person.id, Person.name, Person.email, last).where(
            people_of(actor.library_id), Person.disabled_at.is_(None)
        )
    )
    return {row[0]: Reader(*row) for row in rows}


def _by_role(actor: Actor, now: dt.datetime, readers: dict[int, Reader]) -> list[Access]:
    """A supervisor sees the learners of the very team, a coordinator those below it too, and both
    see who left for GRACE; not what is closed to them yet."""
    today = actor.today(now)
    held, learning = aliased(Membership), aliased(Membership)
    here, team = aliased(Team), aliased(Team)
    reach = or_(
        and_(held.role == Role.SUPERVISOR, team.id == here.id),
        and_(held.role == Role.COORDINATOR, team.path.startswith(here.path)),
    )
    learns = and_(
        learning.team_id == team.id,
        learning.role == Role.LEARNER,
        in_reach_on(learning, today),
        learning.person_id != held.person_id,
    )
    rows = session().execute(
        select(
            held.id,
            held.person_id,
            held.role,
            here.name,
            held.starts_on,
            held.ends_on,
            Person.name,
            Person.email,
            team.name,
            learning.ends_on,
            RecordOpening.id.is_not(None),
            case((RecordOpening.opens_at > now, RecordOpening.opens_at)),
        )
        .join(here, here.id == held.team_id)
        .outerjoin(team, reach)
        .outerjoin(learning, learns)
        .outerjoin(Person, Person.id == learning.person_id)
        .outerjoin(
            RecordOpening,
            and_(
                RecordOpening.reader_id == held.person_id,
                RecordOpening.person_id == learning.person_id,
                is_closed(now),
            ),
        )
        .where(
            held.person_id.in_(readers),
            held.role.in_((Role.SUPERVISOR, Role.COORDINATOR)),
            current_on(held, today),
            here.closed_on.is_(None),
        )
        .order_by(held.id)
    )
    found: dict[int, Access] = {}
    for held_id, reader_id, role, of, starts_on, ends_on, *of_person in rows:
        access = found.setdefault(
            held_id, Access(readers[reader_id], Reason(role), of, starts_on, ends_on)
        )
        name, email, at, left_on, closed, opens_at = of_person
        if name is not None:
            until = left_on and left_on + GRACE
            access.people.append(SeenPerson(name, email, at, until, closed, opens_at))
    return [_in_order(each) for each in found.values()]


def _by_review(actor: Actor, today: dt.date, readers: dict[int, Reader]) -> list[Access]:
    """What was sent to them, as long as they may review its learner."""
    rows = session().execute(
        select(Review.reviewer_id, Person.name, Person.email, Team.name)
        .join(Person, Person.id == Review.learner_id)
        .join(Team, Team.id == Review.team_id)
        .where(Review.reviewer_id.in_(readers), reviewer_may_go_on(today))
        .distinct()
    )
    found: dict[int, Access] = {}
    for reader_id, name, email, team in rows:
        access = found.setdefault(reader_id, Access(readers[reader_id], Reason.REVIEWER))
        access.people.append(SeenPerson(name, email, team))
    return [_in_order(each) for each in found.values()]


def _by_standing_in(actor: Actor, today: dt.date, readers: dict[int, Reader]) -> list[Access]:
    """They see that reviews wait, and what is in one once they took it."""
    rows = session().execute(
        select(Deputy.deputy_id, Person.name, Deputy.starts_on, Deputy.ends_on)
        .join(Person, Person.id == Deputy.supervisor_id)
        .where(Deputy.deputy_id.in_(readers), deputises_on(today))
    )
    return [Access(readers[row[0]], Reason.BACKUP, *row[1:]) for row in rows]


def _in_order(access: Access) -> Access:
    access.people.sort(key=lambda each: (each.name.casefold(), each.email, each.team))
    return access
