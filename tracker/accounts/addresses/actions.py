"""Changing one's own email address: asked for with the password, confirmed at the new address, and
taken back from the one before."""

import datetime as dt

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import records as links_records
from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords
from tracker.db import session, transaction
from tracker.models import AddressChange, Library, Person
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.row_locks import held
from tracker.rules.core.links import LinkKind
from tracker.rules.core.tokens import token_hash
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
    own = session().get_one(Person, actor.person_id)
    if address == own.email:
        raise Invalid("email_is_yours", "email")
    if not passwords.fits(stored := own.password_hash, current):
        raise Invalid("password_wrong", "current")
    with transaction() as tx:
        person = sign_in_records.owner(tx, actor.person_id)
        if person.password_hash != stored:
            raise Conflict("password_moved_on")
        change = addresses_records.write(tx, person.id, person.email, address, now)
        links_records.write_mail(
            tx, LinkKind.CONFIRM_ADDRESS, person.id, address, now, change_id=change.id
        )
        audit_records.note_person(tx, "address_change_asked", person, person.id, now)
    return address


def withdraw(actor: Actor, now: dt.datetime) -> None:
    """It stays as it was: the link to confirm it is worth nothing from here on."""
    with transaction() as tx:
        addresses_records.end_waiting(tx, sign_in_records.owner(tx, actor.person_id).id, now)


def confirm(token: str, now: dt.datetime) -> str:
    """The address is theirs from here on; returns it. The one before is told, with a link that
    takes it back, and links for it are worth nothing.

    Raises Missing("address_link_used_up"), Conflict("address_taken").
    """
    with transaction() as tx:
        change, person = _change(tx, LinkKind.CONFIRM_ADDRESS, token, now)
        if person.email != change.former_email:
            raise Missing("address_link_used_up")
        account_records.keep_address(tx, person, now)
        person.email = change.new_email
        _keep(tx)
        change.confirmed_at = now
        links_records.close(tx, [person.id], now)
        links_records.write_mail(
            tx, LinkKind.TAKE_BACK, person.id, change.former_email, now, change_id=change.id
        )
        audit_records.note_person(tx, "own_address_changed", person, person.id, now)
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
        addresses_records.forget_addresses_since(tx, change)
        addresses_records.end_all(tx, person.id, now)
        sign_in_records.end_all(tx, person.id, now)
        links_records.close(tx, [person.id], now)
        audit_records.note_person(tx, "address_taken_back", person, person.id, now)
        return links_records.write(tx, person.id, now, LinkKind.RESET)


def of_link(kind: LinkKind, token: str, now: dt.datetime) -> Row[AddressChange, str] | None:
    """The change that a link confirms or takes back, and the name of the library. None when it was
    used, replaced, undone by an administrator, or is too old."""
    link = (
        session()
        .execute(
            select(AddressChange, Library.name)
            .join(Person, Person.id == AddressChange.person_id)
            .join(Library, Library.id == Person.library_id)
            .where(HASHES[kind] == token_hash(token), Person.disabled_at.is_(None))
        )
        .one_or_none()
    )
    return link if link and addresses_records.is_open(link.AddressChange, kind, now) else None


def _change(
    tx: Session, kind: LinkKind, token: str, now: dt.datetime
) -> tuple[AddressChange, Person]:
    """Both locked, the person first."""
    this = select(AddressChange).where(HASHES[kind] == token_hash(token))
    person_id = tx.scalar(this.with_only_columns(AddressChange.person_id))
    living = select(Person).where(Person.id == person_id, Person.disabled_at.is_(None))
    person, change = tx.scalar(held(living)), tx.scalar(held(this))
    if person is None or change is None or not addresses_records.is_open(change, kind, now):
        raise Missing("address_link_used_up")
    return change, person


def _keep(tx: Session) -> None:
    """Write the address, which is unique in the whole installation."""
    try:
        tx.flush()
    except IntegrityError as error:
        raise Conflict("address_taken") from error


def forget(now: dt.datetime) -> int:
    """Addresses that people had, and changes, once they are old enough. Returns how many."""
    with transaction() as tx:
        return account_records.forget(tx, now) + addresses_records.forget(tx, now)
