"""Who of a library can see whose record, and why: for the access review of its administrators."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import and_, case, exists, func, or_, select
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
    `count`: how many people it lets them see, of whose records `closed` are not open yet; `people`
    names them, where they were asked for by name."""

    reader: Reader
    reason: Reason
    of: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    count: int = 0
    closed: int = 0
    people: list[SeenPerson] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LastReview:
    """When the list was last checked, and by whom; None and "" before the first time."""

    at: dt.datetime | None
    by: str
    next_on: dt.date


def readers(actor: Actor, now: dt.datetime) -> list[int]:
    """Everybody who can see anything, by name. Whoever may review somebody supervises a team, or
    stands in for somebody who does. One query."""
    today = actor.today(now)
    holds = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Team.library_id == actor.library_id,
            Team.closed_on.is_(None),
            Membership.role.in_((Role.SUPERVISOR, Role.COORDINATOR)),
            current_on(Membership, today),
        )
    )
    stands_in = exists().where(Deputy.deputy_id == Person.id, deputises_on(today))
    reads = or_(Person.administrator, Person.operator, Person.id.in_(holds), stands_in)
    query = select(Person.id).where(
        people_of(actor.library_id), Person.disabled_at.is_(None), reads
    )
    return list(session().scalars(query.order_by(Person.sort_name, Person.id)))


def accesses(
    actor: Actor, now: dt.datetime, reader_ids: Sequence[int], *, named: int | None = None
) -> list[Access]:
    """Of these readers, in their order, then by reason. `named`: of more people than so many only
    the count. Five queries; one more with `named`."""
    today = actor.today(now)
    of = _readers(reader_ids)
    found = [*_by_role(now, today, of, named), *_by_standing_in(today, of)]
    may_review = {
        each.reader.id for each in found if each.reason in (Reason.SUPERVISOR, Reason.BACKUP)
    }
    found += _by_review(today, {key: of[key] for key in may_review})
    rows = session().execute(
        select(Person.id, Person.administrator, Person.operator).where(Person.id.in_(of))
    )
    for person_id, is_administrator, is_operator in rows:
        if is_administrator:
            found.append(Access(of[person_id], Reason.ADMINISTRATOR))
        if is_operator:
            found.append(Access(of[person_id], Reason.OPERATOR))
    order, place = list(Reason), {key: at for at, key in enumerate(reader_ids)}
    return sorted(
        found, key=lambda each: (place[each.reader.id], order.index(each.reason), each.of)
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


def _readers(reader_ids: Sequence[int]) -> dict[int, Reader]:
    last = (
        select(func.max(SignIn.started_at))
        .where(SignIn.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = session().execute(
        select(Person.id, Person.name, Person.email, last).where(Person.id.in_(reader_ids))
    )
    return {row[0]: Reader(*row) for row in rows}


def _by_role(
    now: dt.datetime, today: dt.date, of: dict[int, Reader], named: int | None
) -> list[Access]:
    """A supervisor sees the learners of the very team, a coordinator those below it too, and both
    see who left for GRACE; not what is closed to them yet."""
    held, learning = aliased(Membership), aliased(Membership)
    here, team = aliased(Team), aliased(Team)
    reach = and_(
        team.library_id == here.library_id,
        or_(
            and_(held.role == Role.SUPERVISOR, team.id == here.id),
            and_(held.role == Role.COORDINATOR, team.path.startswith(here.path)),
        ),
    )
    learns = and_(
        learning.team_id == team.id,
        learning.role == Role.LEARNER,
        in_reach_on(learning, today),
        learning.person_id != held.person_id,
    )
    closed = and_(
        RecordOpening.reader_id == held.person_id,
        RecordOpening.person_id == learning.person_id,
        is_closed(now),
    )
    holds = (
        held.person_id.in_(of),
        held.role.in_((Role.SUPERVISOR, Role.COORDINATOR)),
        current_on(held, today),
        here.closed_on.is_(None),
    )
    roles = session().execute(
        select(
            held.id,
            held.person_id,
            held.role,
            here.name,
            held.starts_on,
            held.ends_on,
            func.count(learning.id),
            func.count(RecordOpening.id),
        )
        .join(here, here.id == held.team_id)
        .outerjoin(team, reach)
        .outerjoin(learning, learns)
        .outerjoin(RecordOpening, closed)
        .where(*holds)
        .group_by(held.id, held.person_id, held.role, here.name, held.starts_on, held.ends_on)
        .order_by(held.id)
    )
    found = {row[0]: Access(of[row[1]], Reason(row[2]), *row[3:8]) for row in roles}
    by_name = [key for key, each in found.items() if named is None or each.count <= named]
    rows = session().execute(
        select(
            held.id,
            Person.name,
            Person.email,
            team.name,
            learning.ends_on,
            RecordOpening.id.is_not(None),
            case((RecordOpening.opens_at > now, RecordOpening.opens_at)),
        )
        .join(here, here.id == held.team_id)
        .join(team, reach)
        .join(learning, learns)
        .join(Person, Person.id == learning.person_id)
        .outerjoin(RecordOpening, closed)
        .where(held.id.in_(by_name))
        .order_by(Person.sort_name, Person.email, team.name)
    )
    for held_id, name, email, at, left_on, is_waiting, opens_at in rows:
        until = left_on and left_on + GRACE
        found[held_id].people.append(SeenPerson(name, email, at, until, is_waiting, opens_at))
    return list(found.values())


def _by_review(today: dt.date, of: dict[int, Reader]) -> list[Access]:
    """What was sent to them, as long as they may review its learner."""
    rows = session().execute(
        select(Review.reviewer_id, Person.name, Person.email, Team.name, Person.sort_name)
        .join(Person, Person.id == Review.learner_id)
        .join(Team, Team.id == Review.team_id)
        .where(Review.reviewer_id.in_(of), reviewer_may_go_on(today))
        .distinct()
        .order_by(Person.sort_name, Person.email, Team.name)
    )
    seen = defaultdict[int, list[SeenPerson]](list)
    for reader_id, name, email, team, _sort_name in rows:
        seen[reader_id].append(SeenPerson(name, email, team))
    return [
        Access(of[key], Reason.REVIEWER, count=len(people), people=people)
        for key, people in seen.items()
    ]


def _by_standing_in(today: dt.date, of: dict[int, Reader]) -> list[Access]:
    """They see that reviews wait, and what is in one once they took it."""
    rows = session().execute(
        select(Deputy.deputy_id, Person.name, Deputy.starts_on, Deputy.ends_on)
        .join(Person, Person.id == Deputy.supervisor_id)
        .where(Deputy.deputy_id.in_(of), deputises_on(today))
    )
    return [Access(of[row[0]], Reason.BACKUP, *row[1:]) for row in rows]
