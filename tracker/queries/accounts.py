"""What somebody sees of their own account."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library, Look, Membership, Person, SignIn, Team, UseStatement, UseStatementReading
from tracker.policy import GRACE, Actor
from tracker.rules.agents import device
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    id: int
    browser: str | None
    system: str | None
    started_at: dt.datetime
    seen_at: dt.datetime
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """Somebody looked at one's record on a day. `role`: what made it theirs to see; None where no role does now."""

    reader: str
    kind: str
    looked_on: dt.date
    role: Role | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A use statement that was read. `is_newest` is false once the library published another."""

    version: int
    text: str
    read_at: dt.datetime
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Account:
    library: str
    sign_ins: tuple[OpenSignIn, ...]
    glances: tuple[Glance, ...]
    reading: Reading | None


GLANCES_MAX = 200


def account(actor: Actor, now: dt.datetime, idle: dt.timedelta) -> Account:
    """Five statements."""
    library = session().scalars(select(Library.name).where(Library.id == actor.library_id)).one()
    return Account(library, _sign_ins(actor, now, idle), _glances(actor), _reading(actor))


def _sign_ins(actor: Actor, now: dt.datetime, idle: dt.timedelta) -> tuple[OpenSignIn, ...]:
    rows = session().execute(
        select(SignIn.id, SignIn.agent, SignIn.started_at, SignIn.seen_at)
        .where(
            SignIn.person_id == actor.person_id,
            SignIn.ended_at.is_(None),
            SignIn.ends_at > now,
            SignIn.seen_at > now - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return tuple(
        OpenSignIn(row.id, *device(row.agent), row.started_at, row.seen_at, row.id == actor.sign_in_id) for row in rows
    )


def _glances(actor: Actor) -> tuple[Glance, ...]:
    rows = session().execute(
        select(Person.id, Person.name, Look.kind, Look.looked_on)
        .join(Person, Person.id == Look.reader_id)
        .where(Look.owner_id == actor.person_id, Look.reader_id != actor.person_id)
        .order_by(Look.looked_on.desc(), Look.id.desc())
        .limit(GLANCES_MAX)
    ).all()  # fmt: skip
    stays = _stays({actor.person_id, *(row.id for row in rows)})
    return tuple(Glance(row.name, row.kind, row.looked_on, _role(stays, row.id, actor, row.looked_on)) for row in rows)


@dataclass(frozen=True, slots=True)
class Stay:
    """A membership, as far as it says who may look at whom."""

    person_id: int
    role: Role
    team_id: int
    path: str
    starts_on: dt.date
    ends_on: dt.date | None

    def covers(self, day: dt.date, grace: dt.timedelta = dt.timedelta()) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on + grace)


def _stays(people: Collection[int]) -> list[Stay]:
    rows = session().execute(
        select(Membership.person_id, Membership.role, Team.id, Team.path, Membership.starts_on, Membership.ends_on)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id.in_(people))
    )
    return [Stay(row[0], Role(row[1]), *row[2:]) for row in rows]


def _role(stays: Collection[Stay], reader_id: int, owner: Actor, day: dt.date) -> Role | None:
    """As policy has it: a supervisor of one of the owner's very teams, else a coordinator of one or of one above."""
    places = [
        each for each in stays
        if each.person_id == owner.person_id and each.role is Role.LEARNER and each.covers(day, GRACE)
    ]  # fmt: skip
    theirs = [each for each in stays if each.person_id == reader_id and each.covers(day)]
    if any(each.role is Role.SUPERVISOR and each.team_id == place.team_id for each in theirs for place in places):
        return Role.SUPERVISOR
    if any(each.role is Role.COORDINATOR and place.path.startswith(each.path) for each in theirs for place in places):
        return Role.COORDINATOR
    return None


def _reading(actor: Actor) -> Reading | None:
    newest = (
        select(UseStatement.version)
        .where(UseStatement.library_id == actor.library_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session().execute(
        select(UseStatement.version, UseStatement.text, UseStatementReading.read_at, UseStatement.version == newest)
        .join(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
        .where(UseStatementReading.person_id == actor.person_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    return None if row is None else Reading(*row)
