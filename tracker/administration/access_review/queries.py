"""Who of a library can see whose record, and why: for the access review of its administrators."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Deputy, Library, Membership, Person, RecordOpening, Review, SignIn, Team
from tracker.models.joins import opens_statements
from tracker.policy.openings import is_closed
from tracker.policy.permissions import GRACE, Actor, current_on, in_reach_on, people_of
from tracker.policy.reviewers import deputises_on, reviewer_may_go_on
from tracker.rules.roles import Role


class Reason(StrEnum):
    """Why somebody can see something."""

    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    BACKUP = "backup"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class ListedReader:
    """`last_sign_in` is None for who never signed in."""

    person: Person
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

    reader: ListedReader
    reason: Reason
    of: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    count: int = 0
    closed: int = 0
    people: list[SeenPerson] = field(default_factory=list)


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
    the count. Five queries."""
    today = actor.today(now)
    last = select(func.max(SignIn.started_at)).where(SignIn.person_id == Person.id)
    people = select(Person, last.scalar_subquery()).where(Person.id.in_(reader_ids))
    of = {person.id: ListedReader(person, at) for person, at in session().execute(people)}
    listed = [*_by_role(now, today, of, named), *_by_standing_in(today, of)]
    reviewing = (Reason.SUPERVISOR, Reason.BACKUP)
    may_review = {access.reader.person.id for access in listed if access.reason in reviewing}
    listed += _by_review(today, {key: of[key] for key in may_review})
    for reader in of.values():
        if reader.person.administrator:
            listed.append(Access(reader, Reason.ADMINISTRATOR))
        if reader.person.operator:
            listed.append(Access(reader, Reason.OPERATOR))
    order, place = list(Reason), {of[key]: at for at, key in enumerate(reader_ids)}
    return sorted(
        listed, key=lambda access: (place[access.reader], order.index(access.reason), access.of)
    )


def what_coordinators_see(library_id: int) -> tuple[bool, bool]:
    """Levels by name; and which statements count as met, as the newest use statement says."""
    query = select(Library.names_to_coordinators, opens_statements(Library.id))
    names, statements = session().execute(query.where(Library.id == library_id)).one()
    return names, bool(statements)


def _by_role(
    now: dt.datetime, today: dt.date, of: dict[int, ListedReader], named: int | None
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
        select(held, here.name, func.count(learning.id), func.count(RecordOpening.id))
        .join(here, here.id == held.team_id)
        .outerjoin(team, reach)
        .outerjoin(learning, learns)
        .outerjoin(RecordOpening, closed)
        .where(*holds)
        .group_by(held.id, here.name)
        .order_by(held.id)
    )
    roles_held = {
        role.id: Access(
            reader=of[role.person_id],
            reason=Reason(role.role),
            of=at,
            starts_on=role.starts_on,
            ends_on=role.ends_on,
            count=count,
            closed=waiting,
        )
        for role, at, count, waiting in roles
    }
    by_name = [key for key, access in roles_held.items() if named is None or access.count <= named]
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
        roles_held[held_id].people.append(
            SeenPerson(
                name=name,
                email=email,
                team=at,
                until=until,
                is_closed=is_waiting,
                opens_at=opens_at,
            )
        )
    return list(roles_held.values())


def _by_review(today: dt.date, of: dict[int, ListedReader]) -> list[Access]:
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


def _by_standing_in(today: dt.date, of: dict[int, ListedReader]) -> list[Access]:
    """They see that reviews wait, and what is in one once they took it."""
    rows = session().execute(
        select(Deputy, Person.name)
        .join(Person, Person.id == Deputy.supervisor_id)
        .where(Deputy.deputy_id.in_(of), deputises_on(today))
    )
    return [
        Access(
            reader=of[deputy.deputy_id],
            reason=Reason.BACKUP,
            of=name,
            starts_on=deputy.starts_on,
            ends_on=deputy.ends_on,
        )
        for deputy, name in rows
    ]
