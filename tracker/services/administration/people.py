"""People of a library, as their administrator keeps them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration
from tracker.records.accounts import address_changes, disabling, invitations, sign_ins
from tracker.records.notifications import alerts, link_mails
from tracker.records.reviews import round_snapshots
from tracker.rules.administration.roster.entries import clean_staff_id
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import clean_email, clean_name


def add(
    actor: Actor, name: str, email: str, now: dt.datetime, *, staff_id: str = ""
) -> tuple[int, str]:
    """Somebody new: returns their id and the token of the one-time link with which they set their
    password.

    Raises Invalid: email_taken, email_not_valid, staff_id_taken, and as clean_name
    does.
    """
    with transaction() as tx:
        person = _added(tx, actor, name, email, staff_id, now)
        return person.id, invitations.write(tx, person.id, now)


def add_and_mail(
    actor: Actor,
    name: str,
    email: str,
    now: dt.datetime,
    *,
    staff_id: str = "",
    is_invited: bool = True,
) -> int:
    """The same with the link mailed, in the hours of the library; where not `is_invited` they are
    invited later. Returns their id."""
    with transaction() as tx:
        person = _added(tx, actor, name, email, staff_id, now)
        if is_invited:
            library = administration.of_library(tx, actor)
            link_mails.invite(tx, library, [person], actor.person_id, now)
            administration.note(tx, "invitation_mailed", actor, person, now)
        return person.id


def edit(
    actor: Actor,
    person_id: int,
    name: str,
    email: str,
    now: dt.datetime,
    *,
    staff_id: str | None = None,
) -> None:
    """Raises Invalid as `add` does. A new address withdraws a link that was made for the one
    before; who has a password is told at both, and can restore it. `staff_id`: None leaves it."""
    name, address = clean_name(name), clean_email(email)
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        number = person.staff_id
        if staff_id is not None:
            number = clean_staff_id(staff_id) if staff_id.strip() else None
        changed = [
            key
            for key, value in (("name", name), ("email", address), ("staff_id", number))
            if getattr(person, key) != value
        ]
        _set_staff_id(tx, person, number)
        former = {"former_name": person.name} if "name" in changed else {}
        person.name = name
        if "email" in changed:
            with _address_kept(tx, address, person.id, now):
                alerts.move_address(tx, person, address, actor.person_id, now)
        if changed:
            facts = {"changed": ", ".join(changed), **former}
            administration.note(tx, "person_edited", actor, person, now, **facts)


def disable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They can no longer sign in, from their next request on. Raises Conflict: own_account,
    last_administrator."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        disabling.disable(tx, actor, person, now)


def enable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They may sign in again, with the password they had. Raises Conflict("account_is_earlier")
    for an account that goes on in another one."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        disabling.enable(tx, actor, person, now)


def make_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("person_is_disabled")."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        if not person.administrator:
            person.administrator = True
            sign_ins.renew_all(tx, person.id)
            administration.note(tx, "administrator_made", actor, person, now)


def unmake_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("last_administrator"): a library keeps one who can sign in."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if person.administrator:
            disabling.keep_one_administrator(tx, person)
            person.administrator = False
            sign_ins.renew_all(tx, person.id)
            administration.note(tx, "administrator_unmade", actor, person, now)


def _set_staff_id(tx: Session, person: Person, staff_id: str | None) -> None:
    """Under the library's lock. Raises Invalid("staff_id_taken")."""
    if staff_id is not None:
        with tx.no_autoflush:
            other = tx.scalar(
                select(Person.name).where(
                    people_of(person.library_id),
                    Person.staff_id == staff_id,
                    Person.id != (person.id or 0),
                )
            )
        if other is not None:
            raise Invalid("staff_id_taken", "staff_id", name=other)
    person.staff_id = staff_id


def _added(
    tx: Session, actor: Actor, name: str, email: str, staff_id: str, now: dt.datetime
) -> Person:
    name, address = clean_name(name), clean_email(email)
    number = clean_staff_id(staff_id) if staff_id.strip() else None
    library = administration.of_library(tx, actor)
    person = Person(
        library_id=library.id, name=name, email=address, administrator=False, created_at=now
    )
    _set_staff_id(tx, person, number)
    with _address_kept(tx, address, None, now):
        tx.add(person)
        tx.flush()
    administration.note(tx, "person_added", actor, person, now)
    return person


@contextmanager
def _address_kept(
    tx: Session, address: str, person_id: int | None, now: dt.datetime
) -> Iterator[None]:
    """While it is written: nobody gets one that another can restore, and addresses are unique in
    the whole installation, so another library's lock may not be ours. Raises
    Invalid("email_taken")."""
    if address_changes.is_kept(tx, address, person_id, now):
        raise Invalid("email_taken", "email", email=address)
    try:
        yield
    except IntegrityError as error:
        raise Invalid("email_taken", "email", email=address) from error
