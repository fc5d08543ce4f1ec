"""People of a library, as their administrator keeps them."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Person
from tracker.policy.permissions import Actor
from tracker.records import administration, audit
from tracker.records.accounts import invitations, sign_ins
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import clean_email, clean_line


def add(actor: Actor, name: str, email: str, now: dt.datetime) -> tuple[int, str]:
    """Somebody new: returns their id and the token of the one-time link with which they set their
    password.

    Raises Invalid: email_taken, email_not_valid, line_empty, line_long, line_control.
    """
    name, address = clean_line(name), clean_email(email)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        person = Person(
            library_id=library.id, name=name, email=address, administrator=False, created_at=now
        )
        tx.add(person)
        _keep_address(tx, address)
        token = invitations.write(tx, person.id, now)
        _note(tx, "person_added", actor, person, now)
        return person.id, token


def edit(actor: Actor, person_id: int, name: str, email: str, now: dt.datetime) -> None:
    """Raises Invalid as `add` does. A new address withdraws a link that was made for the one
    before."""
    name, address = clean_line(name), clean_email(email)
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        changed = [
            key
            for key, value in (("name", name), ("email", address))
            if getattr(person, key) != value
        ]
        if "email" in changed:
            invitations.close(tx, person.id, now)
        person.name, person.email = name, address
        _keep_address(tx, address)
        if changed:
            _note(tx, "person_edited", actor, person, now, changed=", ".join(changed))


def disable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They can no longer sign in, from their next request on. Raises Conflict: own_account,
    last_administrator."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.id == actor.person_id:
            raise Conflict("own_account")
        if person.disabled_at is not None:
            return
        if person.administrator:
            _keep_one_administrator(tx, person)
        person.disabled_at = now
        sign_ins.end_all(tx, person.id, now)
        invitations.close(tx, person.id, now)
        _note(tx, "person_disabled", actor, person, now)


def enable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They may sign in again, with the password they had."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.disabled_at is not None:
            person.disabled_at = None
            _note(tx, "person_enabled", actor, person, now)


def make_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("person_is_disabled")."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        if not person.administrator:
            person.administrator = True
            _note(tx, "administrator_made", actor, person, now)


def unmake_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("last_administrator"): a library keeps one who can sign in."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.administrator:
            _keep_one_administrator(tx, person)
            person.administrator = False
            _note(tx, "administrator_unmade", actor, person, now)


def _keep_address(tx: Session, address: str) -> None:
    """Write it. Addresses are unique in the whole installation, so another library's lock may not
    be ours."""
    try:
        tx.flush()
    except IntegrityError as error:
        raise Invalid("email_taken", "email", email=address) from error


def _keep_one_administrator(tx: Session, leaving: Person) -> None:
    others = tx.scalar(
        select(func.count())
        .select_from(Person)
        .where(
            Person.library_id == leaving.library_id,
            Person.administrator.is_(True),
            Person.disabled_at.is_(None),
            Person.password_hash.is_not(None),
            Person.id != leaving.id,
        )
    )
    if not others:
        raise Conflict("last_administrator")


def _note(
    tx: Session, kind: str, actor: Actor, person: Person, now: dt.datetime, **facts: str
) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=person.library_id,
        actor_id=actor.person_id,
        subject_id=person.id,
        **facts,
    )
