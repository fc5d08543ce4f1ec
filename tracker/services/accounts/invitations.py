"""One-time links with which people set their password: for a first one, and when it was lost."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Invitation, Library, Person
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, people_of
from tracker.records import administration, audit
from tracker.records.accounts import address_changes, invitations, recovery_codes, sign_ins
from tracker.records.notifications import alerts, link_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import LinkKind
from tracker.rules.accounts.passwords import Passwords, check
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.notifications.notices import NoticeKind

AT_ONCE_MAX = 500
"""So many people are invited at a time."""


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A password was set. `token`: of a new sign-in, where it was their first one; `recovery_code`:
    to be shown this once."""

    person_id: int
    token: str | None
    recovery_code: str | None = None


def renew(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """A new link in the place of any before it, to hand over where no mail goes; returns its token.
    The password stays until it is used. Who has one is told who made the link, which works at once
    only with their supervisor's yes or their recovery code (rules/accounts/links.HELD_FOR).

    Raises Conflict("person_is_disabled").
    """
    with transaction() as tx:
        person = _enabled(tx, actor, person_id)
        _drop_waiting(tx, person, now)
        _note(tx, "link_made", actor, person, now)
        if person.password_hash is None:
            return invitations.write(tx, person.id, now)
        alerts.alert(tx, person, NoticeKind.LINK_MADE, actor.person_id, now)
        return invitations.give(tx, person.id, actor.person_id, now, is_held=True)


def mail_one(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """The same by mail: nobody but who reads the mail gets to see it. Who has no password is
    invited, in the hours of the library. Returns the address.

    Raises Conflict: person_is_disabled; nobody_to_invite where an invitation is on its way.
    """
    with transaction() as tx:
        person = _enabled(tx, actor, person_id)
        if person.password_hash is None:
            _invite(tx, administration.of_library(tx, actor), actor, [person], now)
            return person.email
        _drop_waiting(tx, person, now)
        link_mails.write(tx, LinkKind.GIVEN, person.id, person.email, now, by_id=actor.person_id)
        alerts.alert(tx, person, NoticeKind.LINK_MADE, actor.person_id, now)
        _note(tx, "link_mailed", actor, person, now)
        return person.email


def mail(actor: Actor, people: Collection[int], now: dt.datetime) -> int:
    """Invite them by mail, in the hours of the library. The link of each is made when the mail is
    sent, in the place of any before it. Returns how many.

    Whoever has a password by now, is disabled, or has an invitation on its way is left out. Raises
    Conflict("nobody_to_invite") where that is everybody.
    """
    with transaction() as tx:
        library, found = _without_password(tx, actor, people)
        return _invite(tx, library, actor, found, now)


def hand_out(actor: Actor, people: Collection[int], now: dt.datetime) -> dict[int, str]:
    """A new link for each of them, to be handed over where no mail goes: person -> token. Raises
    as `mail` does."""
    with transaction() as tx:
        library, found = _without_password(tx, actor, people)
        if not found:
            raise Conflict("nobody_to_invite")
        link_mails.drop_waiting(tx, LinkKind.INVITATION, [each.id for each in found], now)
        for person in found:
            _note(tx, "link_made", actor, person, now)
        return invitations.write_many(tx, library, [each.id for each in found], now)


def accept(
    token: str,
    passwords: Passwords,
    password: str,
    now: dt.datetime,
    *,
    code: str = "",
    agent: str = "",
    max_age: dt.timedelta | None = None,
    with_code: bool = False,
) -> PasswordSet:
    """Set the password that the link is for. It works once and ends all their sign-ins; with
    `max_age`, whoever sets their first one is signed in, and gets a recovery code `with_code`. Who
    had one is told that it was changed. `code`: their recovery code, which a link needs that is
    held.

    Raises Missing("link_used_up") when the link is used, replaced, too old or of somebody disabled;
    Invalid: recovery_code_needed, recovery_code_wrong; and for a password that will not do
    (rules/accounts/passwords).
    """
    living = (
        select(
            Person.id, Person.library_id, Person.name, Person.email, Library.name.label("library")
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Library, Library.id == Person.library_id)
        .where(
            Invitation.token_hash == token_hash(token),
            link_works(now),
            Person.disabled_at.is_(None),
        )
    )
    person = session().execute(living).one_or_none()
    if person is None:
        raise Missing("link_used_up")
    check(password, name=person.name, email=person.email, library=person.library)
    hashed = passwords.hash(password)
    with transaction() as tx:
        row = tx.scalars(held(select(Person).where(Person.id == person.id))).one()
        if tx.execute(living).one_or_none() is None:
            raise Missing("link_used_up")
        link = tx.scalars(
            select(Invitation).where(Invitation.token_hash == token_hash(token))
        ).one()
        if link.opens_at is not None and now < link.opens_at and link.confirmed_at is None:
            _recover(tx, row, code, now)
        is_first = row.password_hash is None
        row.password_hash = hashed
        invitations.close(tx, row.id, now)
        link.used_at = now
        address_changes.end_waiting(tx, row.id, now)
        sign_ins.end_all(tx, row.id, now)
        _note_own(tx, "password_set", row, now)
        if not is_first:
            alerts.alert(tx, row, NoticeKind.RESET_USED, row.id, now)
        if not is_first or max_age is None:
            return PasswordSet(row.id, None)
        entered = sign_ins.begin(tx, row.id, agent=agent, now=now, max_age=max_age)
        _note_own(tx, "signed_in", row, now)
        return PasswordSet(
            row.id, entered, recovery_codes.renew(tx, row.id, now) if with_code else None
        )


def _recover(tx: Session, person: Person, code: str, now: dt.datetime) -> None:
    if not code.strip():
        raise Invalid("recovery_code_needed", "code")
    if not recovery_codes.use(tx, person.id, code):
        raise Invalid("recovery_code_wrong", "code")
    _note_own(tx, "recovery_code_used", person, now)


def _enabled(tx: Session, actor: Actor, person_id: int) -> Person:
    person = administration.person_of(tx, actor, person_id)
    if person.disabled_at is not None:
        raise Conflict("person_is_disabled")
    return person


def _drop_waiting(tx: Session, person: Person, now: dt.datetime) -> None:
    for kind in (LinkKind.INVITATION, LinkKind.GIVEN):
        link_mails.drop_waiting(tx, kind, [person.id], now)


def _invite(
    tx: Session, library: Library, actor: Actor, people: list[Person], now: dt.datetime
) -> int:
    waiting = link_mails.under_way(tx, LinkKind.INVITATION, [each.id for each in people])
    left = [each for each in people if each.id not in waiting]
    if not left:
        raise Conflict("nobody_to_invite")
    link_mails.invite(tx, library, left, actor.person_id, now)
    for person in left:
        _note(tx, "invitation_mailed", actor, person, now)
    return len(left)


def _without_password(
    tx: Session, actor: Actor, people: Collection[int]
) -> tuple[Library, list[Person]]:
    """The actor's library and those of it, locked with it."""
    library = administration.of_library(tx, actor)
    query = held(
        select(Person)
        .where(
            people_of(library.id),
            Person.id.in_(list(people)[:AT_ONCE_MAX]),
            Person.password_hash.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.id)
    )
    return library, list(tx.scalars(query))


def _note(tx: Session, kind: str, actor: Actor, person: Person, now: dt.datetime) -> None:
    audit.note(
        tx, kind, now, library_id=person.library_id, actor_id=actor.person_id, subject_id=person.id
    )


def _note_own(tx: Session, kind: str, person: Person, now: dt.datetime) -> None:
    audit.note(
        tx, kind, now, library_id=person.library_id, actor_id=person.id, subject_id=person.id
    )
