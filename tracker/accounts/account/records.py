"""What is done to an account, and how its owner is told: at once, in the application, and by mail
at the address that it has and at those that it had lately."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.accounts.account.rules import MergeOutcome
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import records as links_records
from tracker.accounts.readers import records as readers_records
from tracker.accounts.sign_in import records as sign_in_records
from tracker.models import AccountMerge, AlertMail, FormerAddress, LinkMail, OutboxMail, Person
from tracker.models.columns import written
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records, outbox as outbox_records
from tracker.rules.core.links import KEPT_FOR, LinkKind
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict


def alert(tx: Session, person: Person, kind: NoticeKind, by: int, now: dt.datetime) -> None:
    """`by`: who did it, an administrator or they themselves with a link."""
    key = happening("account", by, now)
    notice_id = notices_records.note(tx, person.id, kind, key, now, about_id=by, to_mail=False)
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
        notice_id = notices_records.note(tx, person.id, kind, key, now, to_mail=False)
        if notice_id is not None:
            _mail(tx, person, notice_id, person.email, now)


def _mail(tx: Session, person: Person, notice_id: int, address: str, now: dt.datetime) -> None:
    mail_id = outbox_records.write(tx, person.id, now)
    tx.add(AlertMail(mail_id=mail_id, notice_id=notice_id, address=address))


def keep_address(tx: Session, person: Person, now: dt.datetime) -> None:
    """The address that they have until now."""
    tx.add(FormerAddress(person_id=person.id, email=person.email, until_at=now))


def move_address(tx: Session, person: Person, new: str, by_id: int, now: dt.datetime) -> None:
    """An administrator gives them another address. Links for the one before end; who has a password
    is told at both, and can take the one before back for KEPT_FOR. Raises IntegrityError for an
    address that is somebody's."""
    links_records.close(tx, [person.id], now)
    if person.password_hash is None:
        addresses_records.end_all(tx, person.id, now)
        person.email = new
        tx.flush()
        return
    former = person.email
    keep_address(tx, person, now)
    change_id = addresses_records.set_by(tx, person, new, by_id, now)
    person.email = new
    tx.flush()
    alert(tx, person, NoticeKind.ADDRESS_CHANGED, by_id, now)
    if change_id is not None:
        links_records.write_mail(
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
    for mail in (AlertMail, LinkMail):
        tx.execute(delete(mail).where(mail.mail_id.in_(ended)))
    return len(old)


def disable(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """They can no longer sign in, from their next request on. Raises Conflict: own_account,
    last_administrator."""
    if person.id == actor.person_id:
        raise Conflict("own_account")
    if person.disabled_at is not None:
        return
    if person.administrator:
        keep_one_administrator(tx, person)
    person.disabled_at = now
    sign_in_records.end_all(tx, person.id, now)
    links_records.close(tx, [person.id], now)
    audit_records.note_person(tx, "person_disabled", person, actor.person_id, now)


def enable(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """They may sign in again, with the password they had. Raises Conflict("account_is_earlier")
    for an account that goes on in another one."""
    refuse_earlier(tx, person)
    if person.disabled_at is None:
        return
    with readers_records.watched(tx, actor, now, person.id):
        person.disabled_at = None
    audit_records.note_person(tx, "person_enabled", person, actor.person_id, now)


def refuse_earlier(tx: Session, person: Person) -> None:
    """Raises Conflict("account_is_earlier") for an account that goes on in another one."""
    merged = select(AccountMerge.id).where(
        AccountMerge.earlier_id == person.id, AccountMerge.outcome == written(MergeOutcome.MERGED)
    )
    if tx.scalar(merged) is not None:
        raise Conflict("account_is_earlier")


def keep_one_administrator(tx: Session, leaving: Person) -> None:
    """Raises Conflict("last_administrator") where nobody else who can sign in administers their
    library."""
    other = select(Person.id).where(
        people_of(leaving.library_id),
        Person.administrator.is_(True),
        Person.disabled_at.is_(None),
        Person.password_hash.is_not(None),
        Person.id != leaving.id,
    )
    if tx.scalar(other.limit(1)) is None:
        raise Conflict("last_administrator")
