"""What may be somebody's way into an account is told its owner at once: in the application, and by
mail at the address that it has and at those it lately had."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.models import AlertMail, FormerAddress, OutboxMail, Person
from tracker.records.accounts import address_changes, invitations
from tracker.records.notifications import link_mails, notices, outbox
from tracker.rules.accounts.addresses import KEPT_FOR
from tracker.rules.accounts.links import LinkKind
from tracker.rules.notifications.notices import NoticeKind, happening


def alert(tx: Session, person: Person, kind: NoticeKind, by: int, now: dt.datetime) -> None:
    """`by`: who did it, an administrator or they themselves with a link."""
    key = happening("account", by, now)
    notice_id = notices.note(tx, person.id, kind, key, now, about_id=by, to_mail=False)
    if notice_id is None:
        return
    former = tx.scalars(
        select(FormerAddress.email)
        .where(FormerAddress.person_id == person.id, FormerAddress.until_at > now - KEPT_FOR)
        .order_by(FormerAddress.id.desc())
    )
    for address in dict.fromkeys([person.email, *former]):
        _mail(tx, person, notice_id, address, now)


def tell_operators(tx: Session, now: dt.datetime) -> None:
    """That a part of the daily work fails. Each of them hears of it once a day."""
    operators = tx.scalars(
        select(Person)
        .where(Person.operator.is_(True), Person.disabled_at.is_(None))
        .order_by(Person.id)
    )
    for person in operators.all():
        kind, key = NoticeKind.DAILY_WORK_FAILED, happening("daily_work", 0, now.date())
        notice_id = notices.note(tx, person.id, kind, key, now, to_mail=False)
        if notice_id is not None:
            _mail(tx, person, notice_id, person.email, now)


def _mail(tx: Session, person: Person, notice_id: int, address: str, now: dt.datetime) -> None:
    mail_id = outbox.write(tx, person.id, now)
    tx.add(AlertMail(mail_id=mail_id, notice_id=notice_id, address=address))


def keep_address(tx: Session, person: Person, now: dt.datetime) -> None:
    """The address that they have until now."""
    tx.add(FormerAddress(person_id=person.id, email=person.email, until_at=now))


def move_address(tx: Session, person: Person, new: str, by_id: int, now: dt.datetime) -> None:
    """An administrator gives them another address. Links for the one before end; who has a password
    is told at both, and can take the one before back for KEPT_FOR. Raises IntegrityError for an
    address that is somebody's."""
    invitations.close(tx, person.id, now)
    if person.password_hash is None:
        address_changes.end_all(tx, person.id, now)
        person.email = new
        tx.flush()
        return
    former = person.email
    keep_address(tx, person, now)
    change_id = address_changes.set_by(tx, person, new, by_id, now)
    person.email = new
    tx.flush()
    alert(tx, person, NoticeKind.ADDRESS_CHANGED, by_id, now)
    if change_id is not None:
        link_mails.write(
            tx, LinkKind.TAKE_BACK, person.id, former, now, change_id=change_id, by_id=by_id
        )


def forget(tx: Session, now: dt.datetime) -> int:
    """Addresses that are nobody's any more for longer than they are needed, also in mails that
    ended. Returns how many."""
    old = tx.scalars(
        delete(FormerAddress)
        .where(FormerAddress.until_at <= now - KEPT_FOR)
        .returning(FormerAddress.id)
    ).all()
    ended = select(OutboxMail.id).where(OutboxMail.ended_at <= now - KEPT_FOR)
    tx.execute(delete(AlertMail).where(AlertMail.mail_id.in_(ended)))
    link_mails.forget(tx, now - KEPT_FOR)
    return len(old)
