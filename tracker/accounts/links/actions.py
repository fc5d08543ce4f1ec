"""Making one-time links with which people set their password: their first one, or a lost one.

Whoever asks for a link by mail gets the same answer whether or not the address is known here. The
same work is done for both: the worker looks the address up afterward.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from tracker.accounts.account import records as alerts
from tracker.accounts.addresses import records as address_changes
from tracker.accounts.links import records as links
from tracker.db import transaction
from tracker.models import Invitation, Library, LinkMail, OutboxMail, Person, ResetRequest
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit
from tracker.records.core import administration
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
from tracker.rules.errors import Conflict, Missing

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
        person = _enabled(administration.person_of(tx, actor, person_id))
        links.drop_waiting(tx, BY_ADMINISTRATORS, [person.id], now)
        audit.note_person(tx, "link_made", person, actor.person_id, now)
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
        audit.note_person(tx, "link_printed", person, None, now)
        return person.name, _given(tx, person, LinkKind.PRINTED, None, now)


def _given(tx: Session, person: Person, kind: LinkKind, by_id: int | None, now: dt.datetime) -> str:
    if person.password_hash is None:
        return links.write(tx, person.id, now)
    _tell(tx, person, kind, by_id, now)
    return links.write(tx, person.id, now, kind, by_id=by_id)


def _tell(tx: Session, person: Person, kind: LinkKind, by_id: int | None, now: dt.datetime) -> None:
    is_asked = LINKS[kind].made_by is not Maker.ADMINISTRATOR
    notice = NoticeKind.LINK_ASKED if is_asked else NoticeKind.LINK_MADE
    alerts.alert(tx, person, notice, by_id or person.id, now)


def mail_one(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """The same as `renew` by mail, at any hour: nobody but who reads the mail gets to see it. Who
    has no password is invited. Returns the address.

    Raises Conflict: person_is_disabled; nobody_to_invite while an invitation is being sent.
    """
    with transaction() as tx:
        person = _enabled(administration.person_of(tx, actor, person_id))
        links.drop_waiting(tx, BY_ADMINISTRATORS, [person.id], now)
        if person.password_hash is None:
            library = tx.get_one(Library, person.library_id)
            _invite(tx, library, actor, [person], now, at_once=True)
            return person.email
        given, by = LinkKind.GIVEN, actor.person_id
        links.write_mail(tx, given, person.id, person.email, now, by_id=by)
        _tell(tx, person, given, by, now)
        audit.note_person(tx, "link_mailed", person, by, now)
        return person.email


def mail(actor: Actor, people: Collection[int], now: dt.datetime) -> int:
    """Invite them by mail, in the hours of the library. The link of each is made when the mail is
    sent, in the place of any before it. Returns how many.

    Whoever has a password by now, is disabled, or has an invitation on its way is left out. Raises
    Conflict("nobody_to_invite") where that is everybody.
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        return _invite(tx, library, actor, _without_password(tx, library, people), now)


def hand_out(actor: Actor, people: Collection[int], now: dt.datetime) -> dict[int, str]:
    """A new link for each of them, to be handed over where no mail goes: person -> token. Raises
    as `mail` does."""
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        invited = _without_password(tx, library, people)
        if not invited:
            raise Conflict("nobody_to_invite")
        links.drop_waiting(tx, [LinkKind.INVITATION], [person.id for person in invited], now)
        for person in invited:
            audit.note_person(tx, "link_made", person, actor.person_id, now)
        return links.write_invitations(tx, library, [person.id for person in invited], now)


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
    waiting = links.under_way(tx, LinkKind.INVITATION, [person.id for person in people])
    left = [person for person in people if person.id not in waiting]
    if not left:
        raise Conflict("nobody_to_invite")
    links.invite(tx, library, left, actor.person_id, now, at_once=at_once)
    for person in left:
        audit.note_person(tx, "invitation_mailed", person, actor.person_id, now)
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
        served = links.under_way(tx, LinkKind.RESET, ids) | _have_links(tx, ids, now)
        left = [person for person in known if person.id not in served]
        for person in left:
            links.write_mail(tx, LinkKind.RESET, person.id, person.email, now)
            if address_changes.is_set_by_another(tx, person.id, now):
                _tell(tx, person, LinkKind.RESET, None, now)
            audit.note_person(tx, "reset_asked", person, None, now)
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
