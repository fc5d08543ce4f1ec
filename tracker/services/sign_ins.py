"""Signing in and out."""

import datetime as dt
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from tracker.db import session, transaction
from tracker.models import Person, SignIn
from tracker.policy import Actor
from tracker.queries.actors import token_hash
from tracker.records import audit

SEEN_EVERY = dt.timedelta(minutes=5)
"""A sign-in that is used says so at most this often."""


class Passwords:
    """Argon2id. Slow on purpose: hash and check before a transaction opens, never inside one."""

    def __init__(self, time_cost: int, memory_cost: int, parallelism: int) -> None:
        self._hasher = PasswordHasher(time_cost, memory_cost, parallelism)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one that was stored. Takes as long when there is nobody to compare with."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)


def sign_in(
    passwords: Passwords, email: str, password: str, *, agent: str, now: dt.datetime, max_age: dt.timedelta
) -> str | None:
    """The token of a new sign-in, or None: unknown, disabled and wrong password answer alike."""
    person = session().execute(
        select(Person.id, Person.library_id, Person.password_hash, Person.disabled_at).where(
            Person.email == email.strip().casefold()
        )
    ).one_or_none()  # fmt: skip
    stored = person.password_hash if person is not None and person.disabled_at is None else None
    fits = passwords.fits(stored, password)
    renewed = passwords.hash(password) if fits and stored and passwords.is_dated(stored) else None
    token = secrets.token_urlsafe(32)
    with transaction() as tx:
        library_id = person.library_id if person is not None else None
        if not fits or person is None:
            audit.note(tx, "sign_in_refused", now, library_id=library_id, actor_id=None,
                       subject_id=person.id if person is not None else None)  # fmt: skip
            return None
        if renewed is not None:
            tx.execute(update(Person).where(Person.id == person.id).values(password_hash=renewed))
        tx.add(
            SignIn(
                person_id=person.id,
                token_hash=token_hash(token),
                agent=agent[:200],
                started_at=now,
                seen_at=now,
                ends_at=now + max_age,
            )
        )
        audit.note(tx, "signed_in", now, library_id=library_id, actor_id=person.id, subject_id=person.id)
    return token


def sign_out(actor: Actor, now: dt.datetime) -> None:
    """End the sign-in that the actor came with: its cookie is worth nothing from here on."""
    with transaction() as tx:
        tx.execute(update(SignIn).where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=now))
        audit.note(tx, "signed_out", now, library_id=actor.library_id, actor_id=actor.person_id,
                   subject_id=actor.person_id)  # fmt: skip


def seen(actor: Actor, now: dt.datetime) -> None:
    """Note that the sign-in is in use. Asked after the response is built, at most every SEEN_EVERY."""
    with transaction() as tx:
        tx.execute(
            update(SignIn).where(SignIn.id == actor.sign_in_id, SignIn.seen_at <= now - SEEN_EVERY).values(seen_at=now)
        )
