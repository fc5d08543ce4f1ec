"""Who and what is carried to a later version of a framework, and how far a carrying has come."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    CarriedPerson,
    Carrying,
    Evidence,
    EvidenceLink,
    Framework,
    Library,
    Membership,
    NotRatedHere,
    Person,
    Rating,
    RatingEntry,
    Review,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    StatementSuccessor,
    Team,
)
from tracker.policy.permissions import people_of
from tracker.rules.frameworks.carrying import AT_WORK, OPEN, CarryingStatus, StatementLine
from tracker.rules.frameworks.scale import Basis
from tracker.rules.frameworks.wording import Wording
from tracker.rules.roles import Role

BEFORE, AFTER = aliased(Statement), aliased(Statement)
OLD, NEW = aliased(Framework), aliased(Framework)


@dataclass(frozen=True, slots=True)
class CarryingScope:
    """Whom a carrying is for: a whole library, a team of it with those below, or one person."""

    library_id: int
    from_id: int
    to_id: int
    team_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version that people of a library are on, and a later one to which they can be carried.
    `round`: the one of the version before that is open, and its last day."""

    from_id: int
    to_id: int
    title: Wording
    lang: str
    before: str
    after: str
    round: str | None
    round_ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ListedCarrying:
    """`people`: whom it is for, from when it begins; `carried`: who is carried and not back."""

    id: int
    from_id: int
    to_id: int
    title: Wording
    lang: str
    before: str
    after: str
    team: str | None
    person: str | None
    status: CarryingStatus
    starts_on: dt.date
    asked_by: str
    asked_at: dt.datetime
    begun_at: dt.datetime | None
    ended_at: dt.datetime | None
    people: int
    carried: int
    undone: int


@dataclass(frozen=True, slots=True)
class LeftToRate:
    """What is left to rate on a later version for somebody who had rated all: `again` at most, if
    the parts of what was merged differ; and what is `new` in it."""

    again: int
    new: int


@dataclass(frozen=True, slots=True)
class StayingPerson:
    """Somebody who did not go back when a carrying was undone."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class DueCarrying:
    """One that the program begins, or goes on with."""

    id: int
    status: CarryingStatus
    time_zone: str


def lines(from_id: int, to_id: int) -> list[StatementLine]:
    """What becomes of each statement. One query."""
    rows = session().execute(
        select(
            StatementSuccessor.statement_id,
            StatementSuccessor.successor_id,
            StatementSuccessor.carries,
        )
        .join(BEFORE, BEFORE.id == StatementSuccessor.statement_id)
        .join(AFTER, AFTER.id == StatementSuccessor.successor_id)
        .where(BEFORE.framework_id == from_id, AFTER.framework_id == to_id)
        .order_by(AFTER.position, BEFORE.position)
    )
    return [StatementLine(*row) for row in rows]


def people(scope: CarryingScope, today: dt.date) -> list[int]:
    """Who learns on the version before, now or later; and who is on the later one already, or is
    asked for by name, and has ratings that were left behind. One query."""
    query = (
        select(Person.id)
        .outerjoin(
            Membership,
            and_(
                Membership.person_id == Person.id,
                Membership.role == Role.LEARNER,
                or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
            ),
        )
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(people_of(scope.library_id))
    )
    left_behind = and_(_has_rated(scope.from_id), ~_is_carried(scope))
    is_on = RoleProfile.framework_id == scope.from_id
    if scope.person_id is not None:
        query = query.where(Person.id == scope.person_id, or_(is_on, left_behind))
    else:
        is_there = RoleProfile.framework_id == scope.to_id
        query = query.where(or_(is_on, and_(is_there, left_behind)))
    if scope.team_id is not None:
        path = select(Team.path).where(Team.id == scope.team_id).scalar_subquery()
        query = query.where(Team.path.startswith(path, autoescape=False))
    return list(session().scalars(query.distinct().order_by(Person.id)))


def _has_rated(framework_id: int) -> ColumnElement[bool]:
    return exists(
        select(Rating.id)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(
            Rating.person_id == Person.id,
            Rating.answer.is_not(None),
            Statement.framework_id == framework_id,
        )
        .correlate(Person)
    )


def _is_carried(scope: CarryingScope) -> ColumnElement[bool]:
    return exists(
        select(CarriedPerson.id)
        .join(Carrying, Carrying.id == CarriedPerson.carrying_id)
        .where(
            CarriedPerson.person_id == Person.id,
            CarriedPerson.carried_at.is_not(None),
            CarriedPerson.undone_at.is_(None),
            Carrying.from_id == scope.from_id,
            Carrying.to_id == scope.to_id,
        )
        .correlate(Person)
    )


def to_rate(from_id: int, to_id: int, library_id: int) -> LeftToRate:
    """Of the versions alone, not of anybody's ratings. Two queries."""
    parts: dict[int, int] = {}
    for line in lines(from_id, to_id):
        parts[line.successor_id] = parts.get(line.successor_id, 0) + line.carries
    rated = session().scalars(
        select(Statement.id).where(
            Statement.framework_id == to_id,
            Statement.id.not_in(
                select(NotRatedHere.statement_id).where(NotRatedHere.library_id == library_id)
            ),
        )
    )
    counts = [parts.get(statement_id) for statement_id in rated]
    return LeftToRate(sum(each not in (None, 1) for each in counts), counts.count(None))


def steps(library_id: int, today: dt.date) -> list[VersionStep]:
    """From each version that a job profile of the library is of to each later one, the newest
    first. One query."""
    used = select(RoleProfile.framework_id).where(RoleProfile.library_id == library_id)
    leads_there = exists(
        select(StatementSuccessor.id)
        .join(BEFORE, BEFORE.id == StatementSuccessor.statement_id)
        .join(AFTER, AFTER.id == StatementSuccessor.successor_id)
        .where(BEFORE.framework_id == OLD.id, AFTER.framework_id == NEW.id)
    )
    open_round = and_(
        Round.library_id == library_id, Round.starts_on <= today, Round.ends_on >= today
    )
    rows = session().execute(
        select(
            OLD.id, NEW.id, NEW.title, NEW.lang, OLD.version, NEW.version, Round.name, Round.ends_on
        )
        .join(NEW, and_(NEW.slug == OLD.slug, NEW.id != OLD.id))
        .outerjoin(RoundFramework, RoundFramework.framework_id == OLD.id)
        .outerjoin(Round, and_(Round.id == RoundFramework.round_id, open_round))
        .where(OLD.id.in_(used), leads_there)
        .order_by(NEW.title, NEW.published_at.desc(), NEW.id.desc(), OLD.id, Round.ends_on.desc())
    )
    found: dict[tuple[int, int], VersionStep] = {}
    for row in rows:
        each = VersionStep(*row)
        key = each.from_id, each.to_id
        if key not in found or found[key].round is None:
            found[key] = each
    return list(found.values())


def to_move(library_id: int, today: dt.date) -> list[tuple[VersionStep, int]]:
    """With how many people each is for. One query, and one more for each."""
    return [
        (each, len(people(CarryingScope(library_id, each.from_id, each.to_id), today)))
        for each in steps(library_id, today)
    ]


def steps_of(person_id: int, library_id: int | None, today: dt.date) -> list[VersionStep]:
    """Those that somebody can be carried by. One query, and one more for each that the library
    has."""
    if library_id is None:
        return []
    return [
        each
        for each in steps(library_id, today)
        if people(CarryingScope(library_id, each.from_id, each.to_id, None, person_id), today)
    ]


def open_round(library_id: int, framework_id: int, day: dt.date) -> tuple[str, dt.date] | None:
    """The round of the library in that version that is open on the day: its name and last day."""
    row = session().execute(
        select(Round.name, Round.ends_on)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(
            Round.library_id == library_id,
            RoundFramework.framework_id == framework_id,
            Round.starts_on <= day,
            Round.ends_on >= day,
        )
    )
    found = row.first()
    return None if found is None else (found.name, found.ends_on)


def listed(library_id: int) -> list[ListedCarrying]:
    """The newest first. One query."""
    query = _carryings().where(Carrying.library_id == library_id)
    rows = session().execute(query.order_by(Carrying.id.desc()))
    return [ListedCarrying(*row) for row in rows]


def detail(carrying_id: int) -> ListedCarrying:
    """One; the door has asked whose it is."""
    return ListedCarrying(*session().execute(_carryings().where(Carrying.id == carrying_id)).one())


def found(carrying_id: int) -> ListedCarrying | None:
    row = session().execute(_carryings().where(Carrying.id == carrying_id)).one_or_none()
    return None if row is None else ListedCarrying(*row)


def under_way(library_id: int) -> dict[int, int]:
    """What is planned or running, by the version that people move from; at most one of each."""
    rows = session().execute(
        select(Carrying.from_id, Carrying.id).where(
            Carrying.library_id == library_id, Carrying.status.in_(OPEN)
        )
    )
    return dict(rows.all())


def unfinished(scope: CarryingScope) -> int | None:
    """The one for just this that has begun and was cut short."""
    return session().scalar(
        select(Carrying.id).where(
            Carrying.library_id == scope.library_id,
            Carrying.from_id == scope.from_id,
            Carrying.to_id == scope.to_id,
            Carrying.team_id.is_not_distinct_from(scope.team_id),
            Carrying.person_id.is_not_distinct_from(scope.person_id),
            Carrying.status == CarryingStatus.RUNNING,
        )
    )


def library_named(name: str) -> tuple[int, str] | None:
    """Its id and time zone."""
    row = session().execute(select(Library.id, Library.time_zone).where(Library.name == name))
    return next(((key, zone) for key, zone in row), None)


def versions(slug: str) -> dict[str, int]:
    """The published versions of a framework, by name."""
    rows = session().execute(select(Framework.version, Framework.id).where(Framework.slug == slug))
    return dict(rows.all())


def _carryings() -> Select[*tuple[Any, ...]]:
    asked_by, person = aliased(Person), aliased(Person)

    def count(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return (
            select(func.count(CarriedPerson.id))
            .where(CarriedPerson.carrying_id == Carrying.id, *where)
            .correlate(Carrying)
            .scalar_subquery()
        )

    return (
        select(
            Carrying.id,
            Carrying.from_id,
            Carrying.to_id,
            NEW.title,
            NEW.lang,
            OLD.version,
            NEW.version,
            Team.name,
            person.name,
            Carrying.status,
            Carrying.starts_on,
            func.coalesce(asked_by.name, ""),
            Carrying.asked_at,
            Carrying.begun_at,
            Carrying.ended_at,
            count(),
            count(CarriedPerson.carried_at.is_not(None), CarriedPerson.undone_at.is_(None)),
            count(CarriedPerson.undone_at.is_not(None)),
        )
        .join(OLD, OLD.id == Carrying.from_id)
        .join(NEW, NEW.id == Carrying.to_id)
        .outerjoin(Team, Team.id == Carrying.team_id)
        .outerjoin(person, person.id == Carrying.person_id)
        .outerjoin(asked_by, asked_by.id == Carrying.asked_by_id)
    )


def due(now: dt.datetime) -> list[DueCarrying]:
    """What is planned, with the day it is there, or is under way, in all libraries. One query."""
    rows = session().execute(
        select(Carrying.id, Carrying.status, Library.time_zone)
        .join(Library, Library.id == Carrying.library_id)
        .where(Carrying.status.in_((CarryingStatus.PLANNED, *AT_WORK)))
        .order_by(Carrying.id)
    )
    return [DueCarrying(*row) for row in rows]


def members(carrying_id: int) -> list[int]:
    """The rows of `carried_people`, in their order. One query."""
    return list(
        session().scalars(
            select(CarriedPerson.id)
            .where(CarriedPerson.carrying_id == carrying_id)
            .order_by(CarriedPerson.id)
        )
    )


def member(carrying_id: int, number: int) -> int | None:
    """The row of that number, from 0; None after the last. One query."""
    query = (
        select(CarriedPerson.id)
        .where(CarriedPerson.carrying_id == carrying_id)
        .order_by(CarriedPerson.id)
        .offset(number)
        .limit(1)
    )
    return session().scalar(query)


def stays(carrying_id: int) -> int:
    """How many of those who are carried can't go back: they did something on the later version. One
    query."""
    count = session().scalar(
        select(func.count(CarriedPerson.id))
        .join(Carrying, Carrying.id == CarriedPerson.carrying_id)
        .where(
            CarriedPerson.carrying_id == carrying_id,
            CarriedPerson.carried_at.is_not(None),
            CarriedPerson.undone_at.is_(None),
            did_something(),
        )
    )
    return count or 0


def staying(carrying_id: int) -> list[StayingPerson]:
    """Who is still on the later version of those whom it was for, by name. One query."""
    rows = session().execute(
        select(Person.id, Person.name)
        .join(CarriedPerson, CarriedPerson.person_id == Person.id)
        .where(
            CarriedPerson.carrying_id == carrying_id,
            CarriedPerson.carried_at.is_not(None),
            CarriedPerson.undone_at.is_(None),
        )
        .order_by(Person.name, Person.id)
    )
    return [StayingPerson(*row) for row in rows]


def did_something() -> ColumnElement[bool]:
    """Over `CarriedPerson` and its `Carrying`: since then they answered, wrote a note, linked
    evidence or sent something on the later version, or were carried on from it."""
    there = Statement.framework_id == Carrying.to_id
    whose, since = CarriedPerson.person_id, CarriedPerson.carried_at
    further, of_further = aliased(CarriedPerson), aliased(Carrying)
    looked_for = (
        select(RatingEntry.id)
        .join(Statement, Statement.id == RatingEntry.statement_id)
        .where(
            RatingEntry.person_id == whose,
            RatingEntry.id > CarriedPerson.last_entry,
            RatingEntry.basis != Basis.CARRIED,
            there,
        ),
        select(Rating.id)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(Rating.person_id == whose, Rating.noted_at > since, there),
        select(EvidenceLink.id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(Statement, Statement.id == EvidenceLink.statement_id)
        .where(Evidence.person_id == whose, EvidenceLink.linked_at > since, there),
        select(Review.id).where(
            Review.learner_id == whose,
            Review.framework_id == Carrying.to_id,
            Review.sent_at > since,
        ),
        select(further.id)
        .join(of_further, of_further.id == further.carrying_id)
        .where(
            further.person_id == whose,
            further.carried_at.is_not(None),
            further.undone_at.is_(None),
            of_further.from_id == Carrying.to_id,
        ),
    )
    return or_(*(exists(each.correlate(CarriedPerson, Carrying)) for each in looked_for))
