"""The only writer of mails with a one-time link. The link is made when the mail is sent."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.models import AddressChange, Library, LinkMail, OutboxMail, Person, RecordOpening
from tracker.records.accounts import address_changes, invitations
from tracker.records.notifications import outbox
from tracker.row_locks import held
from tracker.rules.accounts.links import (
    ASKED_LASTS,
    CONFIRM_LASTS,
    HANDED_LASTS,
    RESET_LASTS,
    TAKE_BACK_LASTS,
    LinkEmail,
    LinkKind,
    next_opening,
)
from tracker.rules.accounts.tokens import new_token, token_hash
from tracker.rules.administration.openings import DECIDE_WITHIN, Decider
from tracker.rules.notifications.notices import MailStatus


def write(
    tx: Session,
    kind: LinkKind,
    person_id: int,
    address: str,
    now: dt.datetime,
    *,
    change_id: int | None = None,
    opening_id: int | None = None,
    by_id: int | None = None,
) -> None:
    """A mail that goes at once. `by_id`: the administrator by whom it comes."""
    mail_id = outbox.write(tx, person_id, now)
    tx.add(
        LinkMail(
            mail_id=mail_id,
            kind=kind,
            address=address,
            change_id=change_id,
            opening_id=opening_id,
            by_id=by_id,
        )
    )


def invite(
    tx: Session, library: Library, people: Sequence[Person], by_id: int, now: dt.datetime
) -> None:
    """A mail to each of them, in the hours of their library. All are written at once: others wait
    to save meanwhile."""
    opens = next_opening(library.time_zone, library.invites_from, library.invites_until, now)
    mails = [outbox.new(person.id, now, opens) for person in people]
    tx.add_all(mails)
    tx.flush()
    tx.add_all(
        LinkMail(mail_id=mail.id, kind=LinkKind.INVITATION, address=person.email, by_id=by_id)
        for mail, person in zip(mails, people, strict=True)
    )


def under_way(tx: Session, kind: LinkKind, people: Iterable[int]) -> set[int]:
    """Whom of them such a mail is on its way to."""
    query = (
        select(OutboxMail.person_id)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            LinkMail.kind == kind,
            OutboxMail.person_id.in_(list(people)),
            OutboxMail.status.in_(outbox.UNDER_WAY),
        )
    )
    return set(tx.scalars(query))


def drop_waiting(tx: Session, kind: LinkKind, people: Iterable[int], now: dt.datetime) -> None:
    """Mails to them that did not go yet stay here: a link was handed over, which they would end."""
    waiting = held(
        select(OutboxMail)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            LinkMail.kind == kind,
            OutboxMail.person_id.in_(list(people)),
            OutboxMail.status == MailStatus.WAITING,
        ),
        of=OutboxMail,
    )
    for mail in tx.scalars(waiting).all():
        outbox.drop(mail, now)


def was_refused(tx: Session, email: LinkEmail, now: dt.datetime) -> None:
    """The server will never take it: an invitation that nobody got is none."""
    if email.kind is LinkKind.INVITATION:
        invitations.close(tx, tx.get_one(OutboxMail, email.mail_id).person_id, now)


def goes_at(tx: Session, kind: LinkKind, mail: OutboxMail, now: dt.datetime) -> dt.datetime:
    """When it may be sent: an invitation in the hours of its library, all else now."""
    if kind is not LinkKind.INVITATION:
        return now
    library = _library_of(tx, tx.get_one(Person, mail.person_id))
    return next_opening(library.time_zone, library.invites_from, library.invites_until, now)


def made(tx: Session, link: LinkMail, mail: OutboxMail, now: dt.datetime) -> LinkEmail | None:
    """With a link of its own; None where there is nothing to send any more. Each try has another
    Message-ID, because it has another link."""
    person = tx.get_one(Person, mail.person_id)
    if link.kind in (LinkKind.INVITATION, LinkKind.RESET, LinkKind.GIVEN):
        link.address = person.email
    is_about_them = link.kind is not LinkKind.OBJECTION
    found = (
        None
        if is_about_them and person.disabled_at is not None
        else _secret(tx, link, mail, person, now)
    )
    if found is None:
        return None
    secret, lasts, other = found
    by = tx.get(Person, link.by_id) if link.by_id is not None else None
    return LinkEmail(
        mail.id,
        link.kind,
        person.name,
        link.address,
        f"{mail.token}-{mail.attempts}",
        secret,
        _library_of(tx, person).name,
        lasts,
        by=by.name if by is not None else "",
        other=other,
    )


def forget(tx: Session, before: dt.datetime) -> None:
    """Those that ended before that moment: they hold an address."""
    ended = select(OutboxMail.id).where(OutboxMail.ended_at <= before)
    tx.execute(delete(LinkMail).where(LinkMail.mail_id.in_(ended)))


def _secret(
    tx: Session, link: LinkMail, mail: OutboxMail, person: Person, now: dt.datetime
) -> tuple[str, dt.timedelta, str] | None:
    """The token, how long it works, and the other address that it is about, if any."""
    if link.kind is LinkKind.INVITATION:
        needed = person.password_hash is None
        lasts = invitations.lasts(tx, person.id)
        return (invitations.write(tx, person.id, now), lasts, "") if needed else None
    if link.kind is LinkKind.OBJECTION:
        return _objection(tx.get_one(RecordOpening, link.opening_id))
    if link.kind in (LinkKind.RESET, LinkKind.GIVEN):
        if mail.made_at <= now - ASKED_LASTS:
            return None
        is_held = address_changes.is_set_by_another(tx, person.id, now)
        if link.kind is LinkKind.RESET:
            return invitations.write_reset(tx, person.id, now, is_held=is_held), RESET_LASTS, ""
        given = invitations.give(tx, person.id, link.by_id, now, is_held=is_held)
        return given, HANDED_LASTS, ""
    change = tx.get_one(AddressChange, link.change_id)
    token = address_changes.secret(change, link.kind, now)
    confirms = link.kind is LinkKind.CONFIRM_ADDRESS
    other = ("", CONFIRM_LASTS) if confirms else (change.new_email, TAKE_BACK_LASTS)
    return None if token is None else (token, other[1], other[0])


def _objection(opening: RecordOpening) -> tuple[str, dt.timedelta, str] | None:
    if opening.decider is not Decider.HR_CONTACT or opening.decision is not None:
        return None
    secret = new_token()
    opening.link_hash = token_hash(secret)
    return secret, DECIDE_WITHIN, ""


def _library_of(tx: Session, person: Person) -> Library:
    return tx.get_one(Library, person.library_id)
