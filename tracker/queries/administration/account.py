"""What somebody sees of their own account."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import (
    AddressChange,
    Deputy,
    Library,
    Look,
    Membership,
    Person,
    RecoveryCode,
    SignIn,
    Team,
    UseStatement,
    UseStatementReading,
)
from tracker.models.reviews.due_dates import away_until
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.access import openings
from tracker.rules.accounts.agents import device
from tracker.rules.accounts.idle import idle_limit
from tracker.rules.accounts.links import CONFIRM_LASTS
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    id: int
    browser: str | None
    system: str | None
    started_at: dt.datetime
    seen_at: dt.datetime
    on_shared_desk: bool
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """Somebody looked at one's record on a day. `role`: what made it theirs to see, "supervisor",
    "coordinator" or "deputy"; empty where nothing that is on record does, as in a review while the
    record was closed to them."""

    reader: str
    kind: str
    looked_on: dt.date
    role: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A use statement that was read. `is_newest` is false once the library published another."""

    version: int
    text: str
    read_at: dt.datetime
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Account:
    """`asked_address`: to which they asked to change, and have not confirmed yet; "" for none.
    `code_made_at`: their recovery code. `offers_updates`: of statements to update, on Today."""

    library: str
    asked_address: str
    away_until: dt.date | None
    code_made_at: dt.datetime | None
    offers_updates: bool
    gives_second_opinions: bool
    sign_ins: tuple[OpenSignIn, ...]
    glances: tuple[Glance, ...]
    reading: Reading | None


GLANCES_MAX = 200


def account(actor: Actor, now: dt.datetime, idle: dt.timedelta) -> Account:
    """Six queries."""
    asked = (
        select(AddressChange.new_email)
        .where(
            AddressChange.person_id == actor.person_id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.ended_at.is_(None),
            AddressChange.asked_at > now - CONFIRM_LASTS,
        )
        .limit(1)
        .scalar_subquery()
    )
    code = select(RecoveryCode.made_at).where(RecoveryCode.person_id == actor.person_id)
    library, asked_address, away, code_made_at, offers_updates, gives_second_opinions = (
        session()
        .execute(
            select(
                Library.name,
                func.coalesce(asked, ""),
                away_until(actor.person_id, actor.today(now)),
                code.scalar_subquery(),
                Person.offers_updates,
                Person.gives_second_opinions,
            )
            .join(Person, Person.library_id == Library.id)
            .where(Person.id == actor.person_id)
        )
        .one()
    )
    return Account(
        library,
        asked_address,
        away,
        code_made_at,
        offers_updates,
        gives_second_opinions,
        _sign_ins(actor, now, idle),
        _glances(actor),
        _reading(actor),
    )


def _sign_ins(actor: Actor, now: dt.datetime, idle: dt.timedelta) -> tuple[OpenSignIn, ...]:
    rows = session().execute(
        select(
            SignIn.id,
            SignIn.agent,
            SignIn.started_at,
            SignIn.seen_at,
            SignIn.on_shared_desk,
            Library.idle_minutes,
        )
        .join(Person, Person.id == SignIn.person_id)
        .join(Library, Library.id == Person.library_id)
        .where(
            SignIn.person_id == actor.person_id,
            SignIn.ended_at.is_(None),
            SignIn.ends_at > now,
            SignIn.seen_at > now - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return tuple(
        OpenSignIn(
            row.id,
            *device(row.agent),
            row.started_at,
            row.seen_at,
            row.on_shared_desk,
            row.id == actor.sign_in_id,
        )
        for row in rows
        if row.seen_at > now - idle_limit(idle, row.idle_minutes, on_shared_desk=row.on_shared_desk)
    )


def _glances(actor: Actor) -> tuple[Glance, ...]:
    query = (
        select(Person.id, Person.name, Look.kind, Look.looked_on)
        .join(Person, Person.id == Look.reader_id)
        .where(Look.owner_id == actor.person_id, Look.reader_id != actor.person_id)
        .order_by(Look.looked_on.desc(), Look.id.desc())
        .limit(GLANCES_MAX)
    )
    rows = session().execute(query).all()
    deputising = (
        session()
        .execute(
            select(Deputy.deputy_id, Deputy.supervisor_id, Deputy.starts_on, Deputy.ends_on).where(
                Deputy.deputy_id.in_({row.id for row in rows})
            )
        )
        .all()
    )
    stays = _stays(
        {actor.person_id, *(row.id for row in rows), *(row.supervisor_id for row in deputising)}
    )

    closed = openings.closed_days(actor.person_id, {row.id for row in rows}, actor.time_zone)

    def role(reader_id: int, day: dt.date) -> str:
        if openings.open_from(closed.get(reader_id, ()), day) != day:
            return ""
        named_by = {
            row.supervisor_id
            for row in deputising
            if row.deputy_id == reader_id and row.starts_on <= day <= row.ends_on
        }
        found = _role(stays, {reader_id}, actor, day)
        return found or ("deputy" if _role(stays, named_by, actor, day) == Role.SUPERVISOR else "")

    return tuple(
        Glance(row.name, row.kind, row.looked_on, role(row.id, row.looked_on)) for row in rows
    )


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
        select(
            Membership.person_id,
            Membership.role,
            Team.id,
            Team.path,
            Membership.starts_on,
            Membership.ends_on,
        )
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id.in_(people))
    )
    return [Stay(*row) for row in rows]


def _role(stays: Collection[Stay], readers: Collection[int], owner: Actor, day: dt.date) -> str:
    """What one of them was to the owner on that day: a supervisor of the owner's very team, else a
    coordinator of it or of one above, else a supervisor above, who reviews where nobody else
    can."""
    places = [
        each
        for each in stays
        if each.person_id == owner.person_id
        and each.role is Role.LEARNER
        and each.covers(day, GRACE)
    ]
    theirs = [each for each in stays if each.person_id in readers and each.covers(day)]

    def leads(role: Role, *, very_team: bool) -> bool:
        return any(
            each.role is role
            and (each.team_id == place.team_id if very_team else place.path.startswith(each.path))
            for each in theirs
            for place in places
        )

    if leads(Role.SUPERVISOR, very_team=True):
        return Role.SUPERVISOR
    if leads(Role.COORDINATOR, very_team=False):
        return Role.COORDINATOR
    return Role.SUPERVISOR if leads(Role.SUPERVISOR, very_team=False) else ""


def _reading(actor: Actor) -> Reading | None:
    newest = (
        select(UseStatement.version)
        .where(UseStatement.library_id == actor.library_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            UseStatement.version,
            UseStatement.text,
            UseStatementReading.read_at,
            UseStatement.version == newest,
        )
        .join(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
        .where(UseStatementReading.person_id == actor.person_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
    )
    row = session().execute(query).one_or_none()
    return None if row is None else Reading(*row)
