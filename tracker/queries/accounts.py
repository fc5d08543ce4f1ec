"""What somebody sees of their own account."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library, Look, Person, SignIn, UseStatement, UseStatementReading
from tracker.policy import Actor
from tracker.rules.agents import device


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
    """Somebody looked at one's record on a day."""

    reader: str
    kind: str
    looked_on: dt.date


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
    """Four statements."""
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
        select(Person.name, Look.kind, Look.looked_on)
        .join(Person, Person.id == Look.reader_id)
        .where(Look.owner_id == actor.person_id)
        .order_by(Look.looked_on.desc(), Look.id.desc())
        .limit(GLANCES_MAX)
    )
    return tuple(Glance(*row) for row in rows)


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
