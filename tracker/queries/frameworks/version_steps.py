"""The later versions that people can be carried to: what becomes of each statement on the way, and
whom a carrying would be for."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    CarriedPerson,
    Carrying,
    Framework,
    Membership,
    NotRatedHere,
    Person,
    Rating,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    StatementSuccessor,
    Team,
)
from tracker.models.joins import is_carried
from tracker.policy.permissions import people_of
from tracker.rules.frameworks.carrying import StatementLine
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
class LeftToRate:
    """What is left to rate on a later version for somebody who had rated all: `again` at most, if
    the parts of what was merged differ; and what is `new` in it."""

    again: int
    new: int


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
            is_carried(),
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
