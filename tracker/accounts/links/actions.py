"""Making one-time links with which people set their password: their first one, or a lost one.

Whoever asks for a link by mail gets the same answer whether or not the address is known here. The
same work is done for both: the worker looks the address up afterward.

What its owner, and the supervisor who sees them, do with a one-time link for a password; and
recovery codes, with which one works at once.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import records as links_records
from tracker.accounts.links.queries import invited, is_held, is_independent, places_of
from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords, Visit, check
from tracker.db import session, transaction
from tracker.models import Invitation, Library, LinkMail, OutboxMail, Person, ResetRequest
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit as audit_records, seals as seals_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.core.links import (
    ASKED_LASTS,
    BY_ADMINISTRATORS,
    LINKS,
    RESET_LASTS,
    RESET_LEFT,
    RESETS_A_DAY,
    LinkKind,
    Maker,
)
from tracker.rules.core.notices import MailStatus, NoticeKind
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing

AT_ONCE_MAX = 500
"""So many people are invited at a time."""
WAITING_MAX = 2000
"""So many requests wait at a time: addresses can be made up."""
LOOKED_UP = 200
"""So many of them at a time."""


def renew(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """A new link in the place of any before it, to hand over where no mail goes; returns its token.
    The password stays until it is used. Who has one is told who made the link.

    Raises Conflict("person_is_disabled").
    """
    with transaction() as tx:
        person = _enabled(administration_records.person_of(tx, actor, person_id))
        links_records.drop_waiting(tx, BY_ADMINISTRATORS, [person.id], now)
        audit_records.note_person(tx, "link_made", person, actor.person_id, now)
        return _given(tx, person, LinkKind.HANDED, actor.person_id, now)


def printed(email: str, now: dt.datetime) -> tuple[str, str]:
    """Whoever runs the server makes a link for the person with this address: returns their name and
    its token. Who has a password is told.

    Raises Missing, Conflict("person_is_disabled").
    """
    address = email.strip().casefold()
    with transaction() as tx:
        owner = tx.scalar(
            held(select(Person).where(Person.email == address, Person.removed_at.is_(None)))
        )
        if owner is None:
            raise Missing
        person = _enabled(owner)
        audit_records.note_person(tx, "link_printed", person, None, now)
        return person.name, _given(tx, person, LinkKind.PRINTED, None, now)


def _given(tx: Session, person: Person, kind: LinkKind, by_id: int | None, now: dt.datetime) -> str:
    if person.password_hash is None:
        return links_records.write(tx, person.id, now)
    _tell(tx, person, kind, by_id, now)
    return links_records.write(tx, person.id, now, kind, by_id=by_id)


def _tell(tx: Session, person: Person, kind: LinkKind, by_id: int | None, now: dt.datetime) -> None:
    is_asked = LINKS[kind].made_by is not Maker.ADMINISTRATOR
    notice = NoticeKind.LINK_ASKED if is_asked else NoticeKind.LINK_MADE
    account_records.alert(tx, person, notice, by_id or person.id, now)


def mail_one(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """The same as `renew` by mail, at any hour: nobody but who reads the mail gets to see it. Who
    has no password is invited. Returns the address.

    Raises Conflict: person_is_disabled; nobody_to_invite while an invitation is being sent.
    """
    with transaction() as tx:
        person = _enabled(administration_records.person_of(tx, actor, person_id))
        links_records.drop_waiting(tx, BY_ADMINISTRATORS, [person.id], now)
        if person.password_hash is None:
            library = tx.get_one(Library, person.library_id)
            _invite(tx, library, actor, [person], now, at_once=True)
            return person.email
        given, by = LinkKind.GIVEN, actor.person_id
        links_records.write_mail(tx, given, person.id, person.email, now, by_id=by)
        _tell(tx, person, given, by, now)
        audit_records.note_person(tx, "link_mailed", person, by, now)
        return person.email


def mail(actor: Actor, people: Collection[int], now: dt.datetime) -> int:
    """Invite them by mail, in the hours of the library. The link of each is made when the mail is
    sent, in the place of any before it. Returns how many.

    Whoever has a password by now, is disabled, or has an invitation on its way is left out. Raises
    Conflict("nobody_to_invite") where that is everybody.
    """
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        return _invite(tx, library, actor, _without_password(tx, library, people), now)


def hand_out(actor: Actor, people: Collection[int], now: dt.datetime) -> dict[int, str]:
    """A new link for each of them, to be handed over where no mail goes: person -> token. Raises
    as `mail` does."""
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        invited = _without_password(tx, library, people)
        if not invited:
            raise Conflict("nobody_to_invite")
        links_records.drop_waiting(
            tx, [LinkKind.INVITATION], [person.id for person in invited], now
        )
        for person in invited:
            audit_records.note_person(tx, "link_made", person, actor.person_id, now)
        return links_records.write_invitations(tx, library, [person.id for person in invited], now)


def _enabled(person: Person) -> Person:
    if person.disabled_at is not None:
        raise Conflict("person_is_disabled")
    return person


def _invite(
    tx: Session,
    library: Library,
    actor: Actor,
    people: list[Person],
    now: dt.datetime,
    *,
    at_once: bool = False,
) -> int:
    waiting = links_records.under_way(tx, LinkKind.INVITATION, [person.id for person in people])
    left = [person for person in people if person.id not in waiting]
    if not left:
        raise Conflict("nobody_to_invite")
    links_records.invite(tx, library, left, actor.person_id, now, at_once=at_once)
    for person in left:
        audit_records.note_person(tx, "invitation_mailed", person, actor.person_id, now)
    return len(left)


def _without_password(tx: Session, library: Library, people: Collection[int]) -> list[Person]:
    """Those of the library, locked with it."""
    return list(
        tx.scalars(
            held(
                select(Person).where(
                    people_of(library.id),
                    Person.id.in_(list(people)[:AT_ONCE_MAX]),
                    Person.password_hash.is_(None),
                    Person.disabled_at.is_(None),
                )
            )
        )
    )


def ask(email: str, now: dt.datetime) -> None:
    """For a new password by mail. `email` as it was typed. Raises Conflict("resets_many") where the
    worker is behind."""
    address = email.strip().casefold()[:254]
    with transaction() as tx:
        waiting = update(ResetRequest).where(ResetRequest.email == address)
        if tx.execute(waiting.values(asked_at=now).returning(ResetRequest.id)).first():
            return
        if (tx.scalar(select(func.count(ResetRequest.id))) or 0) >= WAITING_MAX:
            raise Conflict("resets_many")
        tx.add(ResetRequest(email=address, asked_at=now))


def look_up(now: dt.datetime) -> int:
    """Write a mail for every request whose address is somebody's who may sign in and has not got
    enough of them. Returns how many. One mail to a person is on its way at a time."""
    with transaction() as tx:
        asked = tx.scalars(held(select(ResetRequest).limit(LOOKED_UP), skip_locked=True)).all()
        addresses = {request.email for request in asked if request.asked_at > now - ASKED_LASTS}
        known = tx.scalars(
            select(Person)
            .where(Person.email.in_(addresses), Person.disabled_at.is_(None))
            .order_by(Person.id)
        ).all()
        ids = [person.id for person in known]
        served = links_records.under_way(tx, LinkKind.RESET, ids) | _have_links(tx, ids, now)
        left = [person for person in known if person.id not in served]
        for person in left:
            links_records.write_mail(tx, LinkKind.RESET, person.id, person.email, now)
            if addresses_records.is_set_by_another(tx, person.id, now):
                _tell(tx, person, LinkKind.RESET, None, now)
            audit_records.note_person(tx, "reset_asked", person, None, now)
        for request in asked:
            tx.delete(request)
        return len(left)


def _have_links(tx: Session, people: Collection[int], now: dt.datetime) -> set[int]:
    """Who got as many as a day is free, and the last one of them works for a while."""
    works = exists().where(
        Invitation.person_id == OutboxMail.person_id,
        Invitation.kind == LinkKind.RESET,
        link_works(now),
    )
    query = (
        select(OutboxMail.person_id)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            OutboxMail.person_id.in_(people),
            OutboxMail.status.in_((MailStatus.SENT, MailStatus.UNSURE)),
            OutboxMail.ended_at > now - dt.timedelta(days=1),
            LinkMail.kind == LinkKind.RESET,
            works,
        )
        .group_by(OutboxMail.person_id)
        .having(
            func.count() >= RESETS_A_DAY,
            func.max(OutboxMail.ended_at) > now - (RESET_LASTS - RESET_LEFT),
        )
    )
    return set(tx.scalars(query))


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
            if not links_records.end_code(tx, person.id, code):
                raise Invalid("recovery_code_wrong", "code")
            audit_records.note_person(tx, "recovery_code_used", person, person.id, now)
        person.password_hash = hashed
        _end_ways_in(tx, person, now)
        is_this = Invitation.token_hash == token_hash(token)
        seals_records.change_many(tx, Invitation, is_this, used_at=now)
        audit_records.note_person(tx, "password_set", person, person.id, now)
        if not owner.is_new:
            account_records.alert(tx, person, NoticeKind.RESET_USED, person.id, now)
        if not owner.is_new or visit is None:
            return PasswordSet(person.id, None)
        entered = sign_in_records.begin(tx, person.id, visit, now)
        audit_records.note_person(tx, "signed_in", person, person.id, now)
        new_code = links_records.renew_code(tx, person.id, now) if with_code else None
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
        audit_records.note_person(tx, "link_confirmed", person, actor.person_id, now)


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
        links_records.drop_waiting(tx, [LinkKind.GIVEN], [person.id], now)
        if is_last:
            person.password_hash = NO_PASSWORD
            links_records.end_code(tx, person.id)
            _end_ways_in(tx, person, now)
        else:
            links_records.close(tx, [person.id], now)
        audit_records.note_person(tx, "link_disowned", person, person.id, now)
        _tell_disowned(tx, person, now)
        return is_last


def _end_ways_in(tx: Session, person: Person, now: dt.datetime) -> None:
    """Their password is another: links, a change of address that waits, and sign-ins end."""
    links_records.close(tx, [person.id], now)
    addresses_records.end_waiting(tx, person.id, now)
    sign_in_records.end_all(tx, person.id, now)


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
        account_records.alert(tx, other, kind, person.id, now)


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
        audit_records.note_person(tx, "recovery_code_made", person, person.id, now)
        return links_records.renew_code(tx, person.id, now)


def _own(tx: Session, person_id: int) -> Person:
    return tx.scalars(held(select(Person).where(Person.id == person_id))).one()
