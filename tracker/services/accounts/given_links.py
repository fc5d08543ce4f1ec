"""Links for a new password that their owner may not have asked for: who says that the owner is
there, what the owner says of one, and what whoever runs the server prints."""

import datetime as dt

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Invitation, Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.access.given_links import is_held, is_independent
from tracker.records import audit
from tracker.records.accounts import address_changes, invitations, recovery_codes, sign_ins
from tracker.records.notifications import alerts, link_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import LinkKind
from tracker.rules.accounts.passwords import Passwords
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.notifications.notices import NoticeKind

NO_PASSWORD = "none"  # noqa: S105  # it fits nothing
"""No hash, so nothing fits it: somebody who has signed in before needs a link."""


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
        _note(tx, "link_confirmed", person, actor.person_id, now)


def disown(actor: Actor, link_id: int, now: dt.datetime) -> bool:
    """Its owner did not ask for it. It ends, and where it was used all that came of it: the
    password, the sign-ins, and a recovery code. The administrators of the library and the operators
    are told. Returns whether the actor is signed out by it.

    Raises Conflict("link_is_disowned") the second time.
    """
    with transaction() as tx:
        person = tx.scalars(held(select(Person).where(Person.id == actor.person_id))).one()
        link = tx.scalar(
            select(Invitation).where(Invitation.id == link_id, Invitation.person_id == person.id)
        )
        if link is None:
            raise Missing
        if link.disowned_at is not None:
            raise Conflict("link_is_disowned")
        link.disowned_at = now
        invitations.close(tx, person.id, now)
        link_mails.drop_waiting(tx, LinkKind.GIVEN, [person.id], now)
        is_last = link.used_at is not None and not tx.scalar(
            select(
                exists().where(Invitation.person_id == person.id, Invitation.used_at > link.used_at)
            )
        )
        if is_last:
            person.password_hash = NO_PASSWORD
            recovery_codes.end(tx, person.id)
            address_changes.end_waiting(tx, person.id, now)
            sign_ins.end_all(tx, person.id, now)
        _note(tx, "link_disowned", person, person.id, now)
        for told, kind in _told(tx, person):
            alerts.alert(tx, told, kind, person.id, now)
        return is_last


def printed(email: str, now: dt.datetime) -> tuple[str, str]:
    """Whoever runs the server makes a link for the person with this address: returns their name and
    its token. It works at once. Who has a password is told.

    Raises Missing, Conflict("person_is_disabled").
    """
    with transaction() as tx:
        person = tx.scalar(
            held(
                select(Person).where(
                    Person.email == email.strip().casefold(), Person.removed_at.is_(None)
                )
            )
        )
        if person is None:
            raise Missing
        if person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        _note(tx, "link_printed", person, None, now)
        if person.password_hash is None:
            return person.name, invitations.write(tx, person.id, now)
        alerts.alert(tx, person, NoticeKind.LINK_ASKED, person.id, now)
        return person.name, invitations.give(tx, person.id, None, now, is_held=False)


def new_recovery_code(actor: Actor, passwords: Passwords, current: str, now: dt.datetime) -> str:
    """In the place of any before it; to be shown once. Raises Invalid("password_wrong", "current"),
    Conflict("password_moved_on")."""
    stored = session().scalar(select(Person.password_hash).where(Person.id == actor.person_id))
    if not passwords.fits(stored, current):
        raise Invalid("password_wrong", "current")
    with transaction() as tx:
        person = tx.scalars(held(select(Person).where(Person.id == actor.person_id))).one()
        if person.password_hash != stored:
            raise Conflict("password_moved_on")
        _note(tx, "recovery_code_made", person, person.id, now)
        return recovery_codes.renew(tx, person.id, now)


def _told(tx: Session, person: Person) -> list[tuple[Person, NoticeKind]]:
    """Every administrator of their library, who made the link among them, and every operator."""
    here = people_of(person.library_id) & Person.administrator.is_(True)
    found = tx.scalars(
        select(Person)
        .where(
            or_(here, Person.operator.is_(True)),
            Person.disabled_at.is_(None),
            Person.id != person.id,
        )
        .order_by(Person.id)
    )
    return [
        (
            each,
            NoticeKind.LINK_DISOWNED
            if each.library_id == person.library_id and each.administrator
            else NoticeKind.LINK_DISOWNED_ELSEWHERE,
        )
        for each in found
    ]


def _note(tx: Session, kind: str, person: Person, by: int | None, now: dt.datetime) -> None:
    audit.note(tx, kind, now, library_id=person.library_id, actor_id=by, subject_id=person.id)
