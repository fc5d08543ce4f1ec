"""What people change about their own account."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Library, Person, SignIn
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.accounts import address_changes, invitations, sign_ins
from tracker.row_locks import held
from tracker.rules.accounts.passwords import Passwords, check
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.texts import clean_name


def rename(actor: Actor, name: str, now: dt.datetime) -> None:
    """Raises Invalid as clean_name does."""
    name = clean_name(name)
    with transaction() as tx:
        person = _own(tx, actor)
        if person.name != name:
            person.name = name
            _note(tx, "name_changed", actor, now)


def cover_screen(actor: Actor, wanted: bool) -> None:
    """Whether their pages are covered after a minute without input, wherever they are signed in."""
    with transaction() as tx:
        _own(tx, actor).covers_screen = wanted


def give_second_opinions(actor: Actor, wanted: bool) -> None:
    """Whether people outside their teams may send them one statement alone. A supervisor's."""
    with transaction() as tx:
        _own(tx, actor).gives_second_opinions = wanted


def offer_updates(actor: Actor, wanted: bool, not_before: dt.date | None = None) -> None:
    """Whether Today offers them statements to update, and from which day on."""
    with transaction() as tx:
        person = _own(tx, actor)
        person.offers_updates, person.updates_not_before = wanted, not_before


def change_password(
    actor: Actor,
    passwords: Passwords,
    current: str,
    new: str,
    *,
    agent: str,
    now: dt.datetime,
    max_age: dt.timedelta,
) -> str:
    """Ends every sign-in, on this device too, and makes a new one; returns its token.

    Raises Invalid("password_wrong", "current") and for a new one that will not do
    (rules/accounts/passwords); Conflict("password_moved_on") when it was changed elsewhere
    meanwhile.
    """
    query = (
        select(Person.password_hash, Person.name, Person.email, Library.name.label("library"))
        .join(Library, Library.id == Person.library_id)
        .where(Person.id == actor.person_id)
    )
    row = session().execute(query).one_or_none()
    if row is None:
        raise Missing
    if not passwords.fits(row.password_hash, current):
        raise Invalid("password_wrong", "current")
    check(new, name=row.name, email=row.email, library=row.library, field="new")
    hashed = passwords.hash(new)
    with transaction() as tx:
        person = _own(tx, actor)
        if person.password_hash != row.password_hash:
            raise Conflict("password_moved_on")
        person.password_hash = hashed
        is_shared = tx.scalar(select(SignIn.on_shared_desk).where(SignIn.id == actor.sign_in_id))
        invitations.close(tx, person.id, now)
        address_changes.end_waiting(tx, person.id, now)
        sign_ins.end_all(tx, person.id, now)
        _note(tx, "password_changed", actor, now)
        return sign_ins.begin(
            tx, person.id, agent=agent, now=now, max_age=max_age, on_shared_desk=bool(is_shared)
        )


def end_sign_in(actor: Actor, sign_in_id: int, now: dt.datetime) -> None:
    """End one of one's own, for example on a device left behind."""
    with transaction() as tx:
        found = tx.scalar(
            select(SignIn.id).where(SignIn.id == sign_in_id, SignIn.person_id == actor.person_id)
        )
        if found is None:
            raise Missing
        sign_ins.end(tx, found, now)
        _note(tx, "sign_in_ended", actor, now)


def end_other_sign_ins(actor: Actor, now: dt.datetime) -> int:
    """All but the one that the actor came with. Returns how many."""
    with transaction() as tx:
        count = sign_ins.end_others(tx, _own(tx, actor).id, actor.sign_in_id, now)
        if count:
            _note(tx, "sign_in_ended", actor, now)
        return count


def _own(tx: Session, actor: Actor) -> Person:
    """Their own row, still in use: the act came in with a sign-in that may have ended since."""
    person = tx.scalar(
        held(select(Person).where(Person.id == actor.person_id, Person.disabled_at.is_(None)))
    )
    if person is None:
        raise Missing
    return person


def _note(tx: Session, kind: str, actor: Actor, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        subject_id=actor.person_id,
    )
