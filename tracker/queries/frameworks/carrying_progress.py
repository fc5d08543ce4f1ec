"""Carrying people to a later version: what is planned and under way, how far each has come, and who
of those who are carried stays."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    CarriedPerson,
    Carrying,
    Evidence,
    EvidenceLink,
    Library,
    Person,
    Rating,
    RatingEntry,
    Review,
    Statement,
    Team,
)
from tracker.models.joins import is_carried
from tracker.queries.frameworks.version_steps import NEW, OLD, CarryingScope
from tracker.rules.frameworks.carrying import AT_WORK, OPEN, CarryingStatus
from tracker.rules.frameworks.scale import Basis
from tracker.rules.frameworks.wording import Wording


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
        .where(CarriedPerson.carrying_id == carrying_id, is_carried(), did_something())
    )
    return count or 0


def staying(carrying_id: int) -> list[StayingPerson]:
    """Who is still on the later version of those whom it was for, by name. One query."""
    rows = session().execute(
        select(Person.id, Person.name)
        .join(CarriedPerson, CarriedPerson.person_id == Person.id)
        .where(CarriedPerson.carrying_id == carrying_id, is_carried())
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
            further.person_id == whose, is_carried(further), of_further.from_id == Carrying.to_id
        ),
    )
    return or_(*(exists(each.correlate(CarriedPerson, Carrying)) for each in looked_for))


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
            count(is_carried()),
            count(CarriedPerson.undone_at.is_not(None)),
        )
        .join(OLD, OLD.id == Carrying.from_id)
        .join(NEW, NEW.id == Carrying.to_id)
        .outerjoin(Team, Team.id == Carrying.team_id)
        .outerjoin(person, person.id == Carrying.person_id)
        .outerjoin(asked_by, asked_by.id == Carrying.asked_by_id)
    )
