"""Changing one's own email address: asked for with the password, confirmed at the new address, and
taken back from the one before."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import AddressChange, Person
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.accounts import address_changes, invitations, sign_ins
from tracker.records.notifications import alerts, link_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import LinkKind
from tracker.rules.accounts.passwords import Passwords
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.texts import clean_email

HASHES = {
    LinkKind.CONFIRM_ADDRESS: AddressChange.confirm_hash,
    LinkKind.TAKE_BACK: AddressChange.take_back_hash,
}


def ask(actor: Actor, passwords: Passwords, current: str, email: str, now: dt.datetime) -> str:
    """Mail a link to the new address; nothing changes before it is used. Returns the address.

    Whether somebody has that address already is not said. Raises Invalid: email_not_valid,
    email_is_yours, password_wrong; Conflict("password_moved_on").
    """
    address = clean_email(email)
    stored = session().execute(
        select(Person.password_hash, Person.email).where(Person.id == actor.person_id)
    )
    row = stored.one_or_none()
    if row is None:
        raise Missing
    if address == row.email:
        raise Invalid("email_is_yours", "email")
    if not passwords.fits(row.password_hash, current):
        raise Invalid("password_wrong", "current")
    with transaction() as tx:
        person = _locked(tx, actor.person_id)
        if person.password_hash != row.password_hash:
            raise Conflict("password_moved_on")
        change = address_changes.write(tx, person.id, person.email, address, now)
        link_mails.write(tx, LinkKind.CONFIRM_ADDRESS, person.id, address, now, change_id=change.id)
        _note(tx, "address_change_asked", person, actor.person_id, now)
    return address


def withdraw(actor: Actor, now: dt.datetime) -> None:
    """It stays as it was: the link to confirm it is worth nothing from here on."""
    with transaction() as tx:
        address_changes.end_waiting(tx, _locked(tx, actor.person_id).id, now)


def confirm(token: str, now: dt.datetime) -> str:
    """The address is theirs from here on; returns it. The one before is told, with a link that
    takes it back, and links for it are worth nothing.

    Raises Missing("address_link_used_up"), Conflict("address_taken").
    """
    with transaction() as tx:
        change, person = _change(tx, LinkKind.CONFIRM_ADDRESS, token, now)
        if person.email != change.former_email:
            raise Missing("address_link_used_up")
        alerts.keep_address(tx, person, now)
        person.email = change.new_email
        _keep(tx)
        change.confirmed_at = now
        invitations.close(tx, person.id, now)
        link_mails.write(
            tx, LinkKind.TAKE_BACK, person.id, change.former_email, now, change_id=change.id
        )
        _note(tx, "own_address_changed", person, person.id, now)
        return person.email


def take_back(token: str, now: dt.datetime) -> str:
    """The address is again what it was before the change, whatever came after it. Ends every
    sign-in; returns the token of a link with which they set a new password.

    Raises Missing("address_link_used_up"), Conflict("address_taken").
    """
    with transaction() as tx:
        change, person = _change(tx, LinkKind.TAKE_BACK, token, now)
        person.email = change.former_email
        _keep(tx)
        address_changes.forget_addresses_since(tx, change)
        address_changes.end_all(tx, person.id, now)
        sign_ins.end_all(tx, person.id, now)
        invitations.close(tx, person.id, now)
        _note(tx, "address_taken_back", person, person.id, now)
        return invitations.write_reset(tx, person.id, now)


def _change(
    tx: Session, kind: LinkKind, token: str, now: dt.datetime
) -> tuple[AddressChange, Person]:
    """Both locked, the person first."""
    wanted = select(AddressChange.person_id).where(HASHES[kind] == token_hash(token))
    person_id = tx.scalar(wanted)
    if person_id is None:
        raise Missing("address_link_used_up")
    person = tx.scalars(held(select(Person).where(Person.id == person_id))).one()
    change = tx.scalar(held(select(AddressChange).where(HASHES[kind] == token_hash(token))))
    if (
        change is None
        or person.disabled_at is not None
        or not address_changes.is_open(change, kind, now)
    ):
        raise Missing("address_link_used_up")
    return change, person


def _keep(tx: Session) -> None:
    """Write the address, which is unique in the whole installation."""
    try:
        tx.flush()
    except IntegrityError as error:
        raise Conflict("address_taken") from error


def _locked(tx: Session, person_id: int) -> Person:
    query = select(Person).where(Person.id == person_id, Person.disabled_at.is_(None))
    person = tx.scalar(held(query))
    if person is None:
        raise Missing
    return person


def _note(tx: Session, kind: str, person: Person, by: int, now: dt.datetime) -> None:
    audit.note(tx, kind, now, library_id=person.library_id, actor_id=by, subject_id=person.id)
