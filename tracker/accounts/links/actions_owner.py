"""What its owner, and the supervisor who sees them, do with a one-time link for a password; and
recovery codes, with which one works at once."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.account import records as alerts
from tracker.accounts.addresses import records as address_changes
from tracker.accounts.links import records as links
from tracker.accounts.links.queries import invited, is_held, is_independent, places_of
from tracker.accounts.sign_in import records as sign_ins
from tracker.accounts.sign_in.rules import Passwords, Visit, check
from tracker.db import session, transaction
from tracker.models import Invitation, Person
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.core.links import LinkKind
from tracker.rules.core.notices import NoticeKind
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing

NO_PASSWORD = "none"  # noqa: S105  # it fits nothing
"""No hash, so nothing fits it: somebody who has signed in before needs a link."""


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A password was set. `token`: of a new sign-in, where it was their first one; `recovery_code`:
    to be shown this once."""

    person_id: int
    token: str | None
    recovery_code: str | None = None


def accept(
    token: str,
    passwords: Passwords,
    password: str,
    now: dt.datetime,
    *,
    code: str = "",
    visit: Visit | None = None,
    with_code: bool = False,
) -> PasswordSet:
    """Set the password that the link is for. It works once and ends all their sign-ins; with a
    `visit`, whoever sets their first one is signed in, and gets a recovery code `with_code`. Who
    had one is told that it was changed. `code`: their recovery code, which a link needs that is
    held.

    Raises Missing("link_used_up") when the link is used, replaced, too old or of somebody disabled;
    Invalid: recovery_code_needed, recovery_code_wrong; and for a password that will not do
    (sign_in/rules.check).
    """
    owner = invited(token, now)
    if owner is None:
        raise Missing("link_used_up")
    places = (*places_of(owner.id), passwords.site)
    check(password, name=owner.name, email=owner.email, places=places)
    hashed = passwords.hash(password)
    with transaction() as tx:
        person = _own(tx, owner.id)
        owner = invited(token, now)
        if owner is None:
            raise Missing("link_used_up")
        if owner.opens_at is not None:
            if not code.strip():
                raise Invalid("recovery_code_needed", "code")
            if not links.end_code(tx, person.id, code):
                raise Invalid("recovery_code_wrong", "code")
            audit.note_person(tx, "recovery_code_used", person, person.id, now)
        person.password_hash = hashed
        _end_ways_in(tx, person, now)
        this = update(Invitation).where(Invitation.token_hash == token_hash(token))
        tx.execute(this.values(used_at=now))
        audit.note_person(tx, "password_set", person, person.id, now)
        if not owner.is_new:
            alerts.alert(tx, person, NoticeKind.RESET_USED, person.id, now)
        if not owner.is_new or visit is None:
            return PasswordSet(person.id, None)
        entered = sign_ins.begin(tx, person.id, visit, now)
        audit.note_person(tx, "signed_in", person, person.id, now)
        new_code = links.renew_code(tx, person.id, now) if with_code else None
        return PasswordSet(person.id, entered, new_code)


def confirm(actor: Actor, link_id: int, now: dt.datetime) -> None:
    """A supervisor says that the owner of the link is there: it works from here on.

    Raises Conflict: link_not_held, confirmer_not_independent.
    """
    with transaction() as tx:
        link = tx.scalar(held(select(Invitation).where(Invitation.id == link_id, is_held(now))))
        if link is None:
            raise Conflict("link_not_held")
        if not is_independent(actor, link, now):
            raise Conflict("confirmer_not_independent")
        link.confirmed_at, link.confirmed_by_id = now, actor.person_id
        person = tx.get_one(Person, link.person_id)
        audit.note_person(tx, "link_confirmed", person, actor.person_id, now)


def disown(actor: Actor, link_id: int, now: dt.datetime) -> bool:
    """Its owner did not ask for it. It ends, and where it was used all that came of it: the
    password, the sign-ins, and a recovery code. The administrators of the library and the operators
    are told. Returns whether the actor is signed out by it.

    Raises Conflict("link_is_disowned") the second time.
    """
    with transaction() as tx:
        person = _own(tx, actor.person_id)
        link = tx.scalar(
            select(Invitation).where(Invitation.id == link_id, Invitation.person_id == person.id)
        )
        if link is None:
            raise Missing
        if link.disowned_at is not None:
            raise Conflict("link_is_disowned")
        link.disowned_at = now
        is_last = link.used_at is not None and not tx.scalar(
            select(
                exists().where(Invitation.person_id == person.id, Invitation.used_at > link.used_at)
            )
        )
        links.drop_waiting(tx, [LinkKind.GIVEN], [person.id], now)
        if is_last:
            person.password_hash = NO_PASSWORD
            links.end_code(tx, person.id)
            _end_ways_in(tx, person, now)
        else:
            links.close(tx, [person.id], now)
        audit.note_person(tx, "link_disowned", person, person.id, now)
        _tell_disowned(tx, person, now)
        return is_last


def _end_ways_in(tx: Session, person: Person, now: dt.datetime) -> None:
    """Their password is another: links, a change of address that waits, and sign-ins end."""
    links.close(tx, [person.id], now)
    address_changes.end_waiting(tx, person.id, now)
    sign_ins.end_all(tx, person.id, now)


def _tell_disowned(tx: Session, person: Person, now: dt.datetime) -> None:
    """Every administrator of their library, who made the link among them, and every operator."""
    here = people_of(person.library_id) & Person.administrator.is_(True)
    to_tell = tx.scalars(
        select(Person)
        .where(
            or_(here, Person.operator.is_(True)),
            Person.disabled_at.is_(None),
            Person.id != person.id,
        )
        .order_by(Person.id)
    )
    for other in to_tell.all():
        is_here = other.library_id == person.library_id and other.administrator
        kind = NoticeKind.LINK_DISOWNED if is_here else NoticeKind.LINK_DISOWNED_ELSEWHERE
        alerts.alert(tx, other, kind, person.id, now)


def new_recovery_code(actor: Actor, passwords: Passwords, current: str, now: dt.datetime) -> str:
    """In the place of any before it; to be shown once. Raises Invalid("password_wrong", "current"),
    Conflict("password_moved_on")."""
    stored = session().scalar(select(Person.password_hash).where(Person.id == actor.person_id))
    if not passwords.fits(stored, current):
        raise Invalid("password_wrong", "current")
    with transaction() as tx:
        person = _own(tx, actor.person_id)
        if person.password_hash != stored:
            raise Conflict("password_moved_on")
        audit.note_person(tx, "recovery_code_made", person, person.id, now)
        return links.renew_code(tx, person.id, now)


def _own(tx: Session, person_id: int) -> Person:
    return tx.scalars(held(select(Person).where(Person.id == person_id))).one()
