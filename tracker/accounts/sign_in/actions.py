"""Signing in and out, whose turn it is where many passwords were wrong, and how the people of a
library come in."""

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import (
    STAYS,
    TURNS,
    TURNS_WITHIN,
    Passwords,
    SignInSettings,
    Visit,
)
from tracker.db import apart_from_work, session, transaction
from tracker.models import Person, SignIn, SignInTurn
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Invalid

SEEN_EVERY = dt.timedelta(minutes=5)
"""A sign-in that is used says so at most this often, and more often where it ends soon."""
LOCK = 4_702_111_839
"""The advisory lock on PostgreSQL: a turn is given to one at a time."""
WAITING_MAX = 300
"""So many wait in line at one place: rows cannot be made without end. Of more, a try at an account
with fewer in line takes the place of the last one at the account with most. Others wait as well,
without a place in line, and come into it where somebody leaves it."""


def sign_in(
    passwords: Passwords,
    email: str,
    password: str,
    visit: Visit,
    now: dt.datetime,
    *,
    is_noted: bool = True,
) -> str | None:
    """The token of a new sign-in, or None: unknown, disabled and wrong password answer alike.

    Without `is_noted` the audit does not tell of a refusal.
    """
    person = session().scalar(select(Person).where(Person.email == email.strip().casefold()))
    stored = person.password_hash if person is not None and person.disabled_at is None else None
    dated = session().scalars(
        select(Person.password_hash).where(
            Person.password_hash.is_not(None), ~Person.password_hash.startswith(passwords.head)
        )
    )
    fits = passwords.fits(stored, password, [hashed for hashed in dated if hashed is not None])
    renewed = passwords.hash(password) if fits and stored and passwords.is_dated(stored) else None
    with transaction() as tx:
        if not fits or person is None:
            if is_noted:
                audit_records.note_person(tx, "sign_in_refused", person, None, now)
            return None
        # Checking it takes a while: it may not be theirs any more.
        own = tx.scalars(held(select(Person).where(Person.id == person.id))).one_or_none()
        if own is not None and own.disabled_at is None and own.password_hash == stored:
            own.password_hash = renewed or stored
            audit_records.note_person(tx, "signed_in", own, own.id, now)
            return sign_in_records.begin(tx, own.id, visit, now)
    # Written anew while it was checked: by their other browser, with today's cost, or as another.
    return sign_in(passwords, email, password, visit, now, is_noted=is_noted)


def tell_refused(number: int, now: dt.datetime) -> None:
    """Put into the audit how many sign-ins were refused that it does not tell one by one."""
    with transaction() as tx:
        audit_records.note(
            tx, "not_recorded", now, library_id=None, actor_id=None, sign_ins_refused=number
        )


def unlock(actor: Actor, passwords: Passwords, password: str, now: dt.datetime) -> None:
    """Their sign-in is as if it began now, but for when it ends. Raises Invalid("password_wrong",
    "current"), which the audit tells as it does a sign-in that was refused."""
    own = session().get_one(Person, actor.person_id)
    fits = passwords.fits(own.password_hash, password)
    with transaction() as tx:
        person = sign_in_records.owner(tx, actor.person_id)
        if not fits:
            audit_records.note_person(tx, "sign_in_refused", person, None, now)
        elif person.password_hash == own.password_hash:
            sign_in_records.unlock(tx, actor.sign_in_id, now)
    if not fits:
        raise Invalid("password_wrong", "current")


def sign_out(actor: Actor, now: dt.datetime) -> None:
    """End the sign-in that the actor came with."""
    with transaction() as tx:
        sign_in_records.end(tx, actor.sign_in_id, now)
        audit_records.note_by(tx, "signed_out", actor, now, actor.person_id)


def seen_every(idle: dt.timedelta) -> dt.timedelta:
    """How often to note that a sign-in is in use which ends after `idle` without use."""
    return min(SEEN_EVERY, idle / 30)


def seen(actor: Actor, every: dt.timedelta, now: dt.datetime) -> None:
    """Note that the sign-in is in use. Asked after the response is built, at most so often."""
    with transaction() as tx:
        tx.execute(
            update(SignIn)
            .where(SignIn.id == actor.sign_in_id, SignIn.seen_at <= now - every)
            .values(seen_at=now)
        )


def renew(actor: Actor, came_with: str, now: dt.datetime) -> str | None:
    """The other token with which the actor's sign-in goes on, where it is to have one."""
    with transaction() as tx:
        return sign_in_records.renew(tx, actor.sign_in_id, came_with, now)


def edit_settings(actor: Actor, wanted: SignInSettings, now: dt.datetime) -> None:
    """The audit keeps what each was before and is now. Raises Invalid as `wanted.check` does."""
    wanted.check()
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        changed = []
        for name, value in asdict(wanted).items():
            if (before := getattr(library, name)) != value:
                changed.append(f"{name}: {before} -> {value}")
                setattr(library, name, value)
        if changed:
            audit_records.note_by(tx, "library_edited", actor, now, changed=", ".join(changed))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A try at `account` from `place`, both as counts; `secret` tells it from others."""

    place: int
    account: int
    secret: str


def ahead(ticket: Ticket, now: dt.datetime) -> int:
    """Wait in line, from now on if not before. Returns how many come first; 0: it has its turn."""
    with apart_from_work(), transaction() as tx:
        return _in_line(tx, ticket, now)[0]


def take_turn(ticket: Ticket, apart: dt.timedelta, now: dt.datetime) -> bool:
    """Take the turn if it has come, else wait in line. `apart`: how long no other try at this
    account has its turn from now on, wherever it comes from."""
    with apart_from_work(), transaction() as tx:
        first, own = _in_line(tx, ticket, now)
        if first or own is None:
            return False
        own.tried_at, own.frees_at = now, now + apart
        own.ticket_sha256 = token_hash(f"{own.id} had its turn")
        return True


def _in_line(tx: Session, ticket: Ticket, now: dt.datetime) -> tuple[int, SignInTurn | None]:
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(LOCK)))
    tx.execute(delete(SignInTurn).where(SignInTurn.seen_at <= now - STAYS))
    here, is_waiting = SignInTurn.place == ticket.place, SignInTurn.tried_at.is_(None)
    waiting, first, last_own, had = tx.execute(
        select(
            func.count().filter(is_waiting),
            func.min(SignInTurn.round).filter(is_waiting),
            func.max(SignInTurn.round).filter(is_waiting, SignInTurn.account == ticket.account),
            func.count().filter(SignInTurn.tried_at > now - TURNS_WITHIN),
        ).where(here)
    ).one()
    digest = token_hash(ticket.secret)
    own = tx.scalar(select(SignInTurn).where(here, SignInTurn.ticket_sha256 == digest))
    if own is None:
        if waiting >= WAITING_MAX and not _room_made(tx, ticket):
            return waiting + 1, None
        own = SignInTurn(
            ticket_sha256=digest,
            place=ticket.place,
            account=ticket.account,
            # the one that goes on, or the one after the last in which the account has a try
            round=max(first or 0, 0 if last_own is None else last_own + 1),
        )
        tx.add(own)
    own.seen_at = now
    tx.flush()
    apart = SignInTurn.frees_at > now
    kept_apart = select(SignInTurn.account).where(apart)
    everybody, due, waits_apart = tx.execute(
        select(
            func.count(),
            func.count().filter(SignInTurn.account.not_in(kept_apart)),
            exists().where(SignInTurn.account == own.account, apart),
        ).where(here, is_waiting, tuple_(SignInTurn.round, SignInTurn.id) < (own.round, own.id))
    ).one()
    return (everybody + 1 if waits_apart else max(0, due + 1 - (TURNS - had))), own


def _room_made(tx: Session, ticket: Ticket) -> bool:
    """Whether the account with most tries in line left a place to one that has fewer."""
    in_line = SignInTurn.place == ticket.place, SignInTurn.tried_at.is_(None)
    own = select(func.count()).where(*in_line, SignInTurn.account == ticket.account)
    many = func.count(SignInTurn.id)
    fullest = tx.execute(
        select(many, func.max(SignInTurn.id))
        .where(*in_line)
        .group_by(SignInTurn.account)
        .order_by(many.desc())
        .limit(1)
    ).one()
    if fullest[0] <= tx.scalars(own).one() + 1:
        return False
    tx.execute(delete(SignInTurn).where(SignInTurn.id == fullest[1]))
    return True
