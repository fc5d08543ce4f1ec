"""The only writer of the mails of notices: put together, taken to send, and what came of it."""

import datetime as dt
import secrets

from sqlalchemy import ColumnElement, Row, Select, Update, and_, case, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import AlertMail, Library, LinkMail, Notice, NoticeChoice, OutboxMail, Person
from tracker.row_locks import held
from tracker.rules.calendar import day_in, start_of
from tracker.rules.core.links import LinkKind
from tracker.rules.core.mail import MailFailed, RetryDecision
from tracker.rules.core.notices import (
    LEASE,
    MAILED_WITHIN,
    USUAL_CHOICE,
    MailChoice,
    MailStatus,
    NoticeKind,
    digest_of,
    wait_after,
)

UNDER_WAY = (MailStatus.WAITING, MailStatus.SENDING)
AFTER = {
    RetryDecision.AGAIN: MailStatus.WAITING,
    RetryDecision.NEVER: MailStatus.FAILED,
    RetryDecision.IN_DOUBT: MailStatus.UNSURE,
}


def collect(tx: Session, now: dt.datetime) -> int:
    """Put notices that wait for it into mails, as each person chose; returns how many mails.

    One mail to a person is under way at a time: what comes meanwhile waits for the next. A person
    whose row another worker holds is left to it.
    """
    people = tx.execute(
        held(
            select(Person.id, Person.disabled_at, Library.time_zone, NoticeChoice.mail)
            .join(Library, Library.id == Person.library_id)
            .outerjoin(NoticeChoice, NoticeChoice.person_id == Person.id)
            .where(
                select(Notice.id)
                .where(Notice.person_id == Person.id, Notice.to_mail.is_(True))
                .exists()
            ),
            of=Person,
            skip_locked=True,
        )
    ).all()
    return sum(_collect_for(tx, row, now) for row in people)


def _collect_for(
    tx: Session, row: Row[int, dt.datetime | None, str, MailChoice | None], now: dt.datetime
) -> bool:
    person_id, disabled_at, time_zone, chosen = row
    choice = USUAL_CHOICE if chosen is None else chosen
    waits = and_(Notice.person_id == person_id, Notice.to_mail.is_(True))
    past = or_(Notice.read_at.is_not(None), Notice.happened_at < now - MAILED_WITHIN)
    none = disabled_at is not None or choice is MailChoice.NONE
    _change(tx, update(Notice).where(waits if none else and_(waits, past)).values(to_mail=False))
    until = digest_of(time_zone, now) if choice is MailChoice.DAILY else now
    if (
        none
        or until is None
        or tx.scalar(_in_the_way(person_id, choice, time_zone, now)) is not None
    ):
        return False
    ids = tx.scalars(select(Notice.id).where(waits, Notice.happened_at <= until)).all()
    if not ids:
        return False
    digest_on = day_in(time_zone, now) if choice is MailChoice.DAILY else None
    mail_id = write(tx, person_id, now, digest_on)
    _change(tx, update(Notice).where(Notice.id.in_(ids)).values(to_mail=False, mail_id=mail_id))
    return True


def write(tx: Session, person_id: int, now: dt.datetime, digest_on: dt.date | None = None) -> int:
    """A mail that waits from now on; returns its id."""
    mail = new(person_id, now, now, digest_on)
    tx.add(mail)
    tx.flush()
    return mail.id


def new(
    person_id: int, now: dt.datetime, goes_at: dt.datetime, digest_on: dt.date | None = None
) -> OutboxMail:
    """One to be added, which waits until `goes_at`."""
    return OutboxMail(
        person_id=person_id,
        token=secrets.token_hex(24),
        digest_on=digest_on,
        status=MailStatus.WAITING,
        made_at=now,
        next_try_at=goes_at,
    )


def _in_the_way(
    person_id: int, choice: MailChoice, time_zone: str, now: dt.datetime
) -> Select[int]:
    """A mail under way; for daily mail also one of this day, or an older one that went today. One
    that goes at once, or by itself in the hours of the library, is in nobody's way."""
    today = day_in(time_zone, now)
    in_way: ColumnElement[bool] = OutboxMail.status.in_(UNDER_WAY)
    if choice is MailChoice.DAILY:
        went_today = and_(
            OutboxMail.digest_on.is_not(None),
            OutboxMail.status.in_((MailStatus.SENT, MailStatus.UNSURE)),
            OutboxMail.ended_at >= start_of(time_zone, today),
        )
        in_way = or_(in_way, OutboxMail.digest_on == today, went_today)
    # Alerts, links and reminders of rounds go by themselves, so they are in nobody's way.
    alert = select(AlertMail.mail_id).where(AlertMail.mail_id == OutboxMail.id).exists()
    link = select(LinkMail.mail_id).where(LinkMail.mail_id == OutboxMail.id).exists()
    reminds = (
        select(Notice.id)
        .where(Notice.mail_id == OutboxMail.id, Notice.kind == NoticeKind.ROUND_REMINDER)
        .exists()
    )
    mine = OutboxMail.person_id == person_id
    return select(OutboxMail.id).where(mine, in_way, ~alert, ~link, ~reminds).limit(1)


def give_up_lost(tx: Session, now: dt.datetime) -> None:
    """Whoever took these has not come back: nobody knows whether they were sent."""
    lost = update(OutboxMail).where(
        OutboxMail.status == MailStatus.SENDING, OutboxMail.claimed_at < now - LEASE
    )
    _change(
        tx,
        lost.values(
            status=MailStatus.UNSURE, claimed_at=None, ended_at=now, reason="mail_lost", said=""
        ),
    )


def next_waiting(tx: Session, now: dt.datetime) -> OutboxMail | None:
    """The mail that has waited longest, locked; one that another worker holds is left to it.
    Invitations, of which there may be hundreds, let all others go first."""
    invites = (
        select(LinkMail.mail_id)
        .where(LinkMail.mail_id == OutboxMail.id, LinkMail.kind == LinkKind.INVITATION)
        .exists()
    )
    return tx.scalar(
        held(
            select(OutboxMail)
            .where(OutboxMail.status == MailStatus.WAITING, OutboxMail.next_try_at <= now)
            .order_by(case((invites, 1), else_=0), OutboxMail.next_try_at)
            .limit(1),
            skip_locked=True,
        )
    )


def notices_of(tx: Session, mail: OutboxMail) -> list[Notice]:
    return list(
        tx.scalars(
            select(Notice).where(Notice.mail_id == mail.id).order_by(Notice.happened_at, Notice.id)
        )
    )


def leave_out(notice: Notice) -> None:
    """It is not in the mail after all; in the application it stays."""
    notice.mail_id = None


def put_off(mail: OutboxMail, until: dt.datetime) -> None:
    """It goes at that moment, and not before."""
    mail.next_try_at = until


def drop(mail: OutboxMail, now: dt.datetime) -> None:
    mail.status, mail.ended_at = MailStatus.DROPPED, now


def claim(mail: OutboxMail, now: dt.datetime) -> None:
    """From here on nobody else sends it."""
    mail.status, mail.claimed_at = MailStatus.SENDING, now
    mail.attempts += 1


def settle(
    tx: Session, mail_id: int, claimed_at: dt.datetime, failed: MailFailed | None, now: dt.datetime
) -> MailStatus:
    """Note how a mail went that was claimed at that moment. Where it was given up meanwhile and
    another worker has it by now, what that one notes counts."""
    mail = tx.scalars(
        held(select(OutboxMail).where(OutboxMail.id == mail_id)).execution_options(
            populate_existing=True
        )
    ).one()
    mine = mail.status == MailStatus.SENDING and mail.claimed_at == claimed_at
    if not mine and mail.status != MailStatus.UNSURE:
        return mail.status
    status = MailStatus.SENT if failed is None else AFTER[failed.after]
    mail.status, mail.claimed_at = status, None
    mail.ended_at = None if status is MailStatus.WAITING else now
    mail.next_try_at = now + wait_after(mail.attempts)
    mail.reason, mail.said = (failed.code, failed.said) if failed is not None else ("", "")
    return status


def wait_again(mail: OutboxMail, now: dt.datetime) -> None:
    """Somebody decided that it is sent once more."""
    mail.status, mail.ended_at, mail.next_try_at = MailStatus.WAITING, None, now


def doubt_all(tx: Session, now: dt.datetime) -> None:
    """After a restore: what waited then may have gone out since, so nothing of it goes by
    itself."""
    under_way = update(OutboxMail).where(OutboxMail.status.in_(UNDER_WAY))
    _change(
        tx,
        under_way.values(
            status=MailStatus.UNSURE, claimed_at=None, ended_at=now, reason="mail_restored"
        ),
    )
    _change(tx, update(Notice).where(Notice.to_mail.is_(True)).values(to_mail=False))


def _change(tx: Session, change: Update) -> None:
    tx.execute(change.execution_options(synchronize_session=False))
