"""Signing in and out."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Person, SignIn
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.accounts import sign_ins as rows
from tracker.row_locks import held
from tracker.rules.accounts.passwords import Passwords

SEEN_EVERY = dt.timedelta(minutes=5)
"""A sign-in that is used says so at most this often, and more often where it ends soon."""


def sign_in(
    passwords: Passwords,
    email: str,
    password: str,
    *,
    agent: str,
    now: dt.datetime,
    max_age: dt.timedelta,
    is_noted: bool = True,
    on_shared_desk: bool = False,
) -> str | None:
    """The token of a new sign-in, or None: unknown, disabled and wrong password answer alike.

    Without `is_noted` the audit does not tell of a refusal.
    """
    query = select(Person.id, Person.library_id, Person.password_hash, Person.disabled_at).where(
        Person.email == email.strip().casefold()
    )
    person = session().execute(query).one_or_none()
    stored = person.password_hash if person is not None and person.disabled_at is None else None
    dated = session().scalars(
        select(Person.password_hash).where(
            Person.password_hash.is_not(None), ~Person.password_hash.startswith(passwords.head)
        )
    )
    fits = passwords.fits(stored, password, [each for each in dated if each is not None])
    renewed = passwords.hash(password) if fits and stored and passwords.is_dated(stored) else None
    with transaction() as tx:
        library_id = person.library_id if person is not None else None
        if not fits or person is None:
            if is_noted:
                audit.note(
                    tx,
                    "sign_in_refused",
                    now,
                    library_id=library_id,
                    actor_id=None,
                    subject_id=person.id if person is not None else None,
                )
            return None
        if _still(tx, person.id, stored):
            if renewed is not None:
                tx.execute(
                    update(Person).where(Person.id == person.id).values(password_hash=renewed)
                )
            token = rows.begin(
                tx, person.id, agent=agent, now=now, max_age=max_age, on_shared_desk=on_shared_desk
            )
            audit.note(
                tx,
                "signed_in",
                now,
                library_id=library_id,
                actor_id=person.id,
                subject_id=person.id,
            )
            return token
    # Written anew while it was checked: by their other browser, with today's cost, or as another.
    return sign_in(
        passwords,
        email,
        password,
        agent=agent,
        now=now,
        max_age=max_age,
        is_noted=is_noted,
        on_shared_desk=on_shared_desk,
    )


def tell_refused(number: int, now: dt.datetime) -> None:
    """Put into the audit how many sign-ins were refused that it does not tell one by one."""
    with transaction() as tx:
        audit.note(tx, "not_recorded", now, library_id=None, actor_id=None, sign_ins_refused=number)


def sign_out(actor: Actor, now: dt.datetime) -> None:
    """End the sign-in that the actor came with: its cookie is worth nothing from here on."""
    with transaction() as tx:
        rows.end(tx, actor.sign_in_id, now)
        audit.note(
            tx,
            "signed_out",
            now,
            library_id=actor.library_id,
            actor_id=actor.person_id,
            subject_id=actor.person_id,
        )


def _still(tx: Session, person_id: int, stored: str | None) -> bool:
    """Whether the password that was checked is still theirs and they may sign in: checking it takes
    a while."""
    row = tx.execute(
        held(select(Person.password_hash, Person.disabled_at).where(Person.id == person_id))
    ).one_or_none()
    return row is not None and row.disabled_at is None and row.password_hash == stored


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
        return rows.renew(tx, actor.sign_in_id, came_with, now)
