"""People of a library, as their administrator keeps them: their accounts, legal holds on what they
erase."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import records as links_records
from tracker.accounts.sign_in import records as sign_in_records
from tracker.administration.roster.rules import clean_staff_id
from tracker.db import transaction
from tracker.evidence.erasures import records as erasures_records
from tracker.evidence.files.rules_backends import FileBackend
from tracker.models import LegalHold, Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.core.erasures import on_hold_since
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import clean_email, clean_name, clean_prose
from tracker.storage import file_rows
from tracker.teams.rounds import records as teams_rounds_records


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
        return person.id, links_records.write(tx, person.id, now)


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
            library = administration_records.of_library(tx, actor)
            links_records.invite(tx, library, [person], actor.person_id, now)
            audit_records.note_by(tx, "invitation_mailed", actor, now, person.id)
        return person.id


def _added(
    tx: Session, actor: Actor, name: str, email: str, staff_id: str, now: dt.datetime
) -> Person:
    name, address = clean_name(name), clean_email(email)
    library = administration_records.of_library(tx, actor)
    number = _free_staff_id(tx, library.id, staff_id)
    person = Person(
        library_id=library.id, name=name, email=address, staff_id=number, created_at=now
    )
    with _address_kept(tx, address, None, now):
        tx.add(person)
        tx.flush()
    audit_records.note_by(tx, "person_added", actor, now, person.id)
    return person


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
    new: dict[str, str | None] = {
        "name": clean_name(name),
        "email": (address := clean_email(email)),
    }
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        if staff_id is not None:
            new["staff_id"] = _free_staff_id(tx, person.library_id, staff_id, but=person.id)
        former = {key: getattr(person, key) for key in new if getattr(person, key) != new[key]}
        for key in former.keys() - {"email"}:
            setattr(person, key, new[key])
        if "email" in former:
            with _address_kept(tx, address, person.id, now):
                account_records.move_address(tx, person, address, actor.person_id, now)
        if former:
            facts = {"changed": ", ".join(former)}
            if "name" in former:
                facts["former_name"] = former["name"]
            audit_records.note_by(tx, "person_edited", actor, now, person.id, **facts)


def _free_staff_id(tx: Session, library_id: int, typed: str, but: int = 0) -> str | None:
    """Under the library's lock. Raises Invalid("staff_id_taken")."""
    if not typed.strip():
        return None
    number = clean_staff_id(typed)
    other = select(Person.name).where(
        people_of(library_id), Person.staff_id == number, Person.id != but
    )
    if (name := tx.scalar(other)) is not None:
        raise Invalid("staff_id_taken", "staff_id", name=name)
    return number


@contextmanager
def _address_kept(
    tx: Session, address: str, person_id: int | None, now: dt.datetime
) -> Iterator[None]:
    """While it is written: nobody gets one that another can restore, and addresses are unique in
    the whole installation, so another library's lock may not be ours. Raises
    Invalid("email_taken")."""
    if addresses_records.is_kept(tx, address, person_id, now):
        raise Invalid("email_taken", "email", email=address)
    try:
        yield
    except IntegrityError as error:
        raise Invalid("email_taken", "email", email=address) from error


def disable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They can no longer sign in, from their next request on. Raises Conflict: own_account,
    last_administrator."""
    with transaction() as tx:
        account_records.disable(
            tx, actor, administration_records.person_of(tx, actor, person_id), now
        )


def enable(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """They may sign in again, with the password they had. Raises Conflict("account_is_earlier")
    for an account that goes on in another one."""
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        account_records.enable(tx, actor, person, now)


def make_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("person_is_disabled")."""
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        if person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        if not person.administrator:
            person.administrator = True
            sign_in_records.renew_all(tx, person.id)
            audit_records.note_by(tx, "administrator_made", actor, now, person.id)


def unmake_administrator(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Raises Conflict("last_administrator"): a library keeps one who can sign in."""
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        if person.administrator:
            account_records.keep_one_administrator(tx, person)
            person.administrator = False
            sign_in_records.renew_all(tx, person.id)
            audit_records.note_by(tx, "administrator_unmade", actor, now, person.id)


def begin_legal_hold(actor: Actor, person_id: int, why: str, now: dt.datetime) -> None:
    """What they erase is kept out of sight from now on. Raises Invalid as clean_prose does;
    Conflict("hold_is_open"); Missing."""
    why = clean_prose(why, "why")
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        if on_hold_since(person.id) is not None:
            raise Conflict("hold_is_open")
        tx.add(LegalHold(person_id=person.id, why=why, set_by_id=actor.person_id, began_at=now))
        audit_records.note_by(tx, "legal_hold_set", actor, now, person.id)


def end_legal_hold(actor: Actor, person_id: int, place: FileBackend, now: dt.datetime) -> int:
    """End it and erase what it kept, unless another hold still keeps that; returns how many texts
    that were. Raises Conflict("hold_is_over"), Missing."""
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        hold = tx.scalar(
            select(LegalHold).where(LegalHold.person_id == person.id, LegalHold.ended_at.is_(None))
        )
        if hold is None:
            raise Conflict("hold_is_over")
        hold.ended_at, hold.ended_by_id = now, actor.person_id
        tx.flush()
        count = erasures_records.release(tx, person.id, now)
        audit_records.note_by(tx, "legal_hold_ended", actor, now, person.id, texts=count)
    file_rows.finish_or_leave(place)
    return count
