"""Mail of notices, on its way out: put together, sent by one worker alone, and never twice by
itself.

A mail is claimed in a transaction, sent outside of any, and settled in another. Who dies in between
leaves it in doubt.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import (
    AlertMail,
    LinkMail,
    Notice,
    NoticeChoice,
    OutboxMail,
    Person,
    ResetRequest,
)
from tracker.policy.permissions import Actor, allows, people_of
from tracker.queries.access import subjects
from tracker.queries.access.actors import actor_for_person
from tracker.queries.notifications import notices, round_reminders
from tracker.records import administration, audit
from tracker.records.notifications import link_mails, outbox
from tracker.records.notifications import round_reminders as reminder_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import LinkEmail, LinkKind
from tracker.rules.errors import Conflict, Missing
from tracker.rules.notifications.mail import MailFailed, MailServer, RetryDecision
from tracker.rules.notifications.notices import MailChoice, MailLine, MailStatus, NoticeEmail
from tracker.rules.roles import Permission
from tracker.storage import smtp

Written = Callable[[NoticeEmail | LinkEmail], EmailMessage]
AGAIN = (MailStatus.FAILED, MailStatus.UNSURE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one mail. `reason`: why it was not taken, if so."""

    status: MailStatus
    reason: str = ""
    said: str = ""

    @property
    def server_fails(self) -> bool:
        """Not this message alone: the next would fare no better now."""
        return self.status is not MailStatus.SENT and self.reason not in (
            "mail_refused",
            "mail_address",
        )


def collect(now: dt.datetime) -> int:
    """Put what waits into mails, and give up those whose worker is lost. Returns how many mails are
    new."""
    with transaction() as tx:
        outbox.give_up_lost(tx, now)
        return outbox.collect(tx, now)


def is_awaited(now: dt.datetime) -> bool:
    """Whether somebody waits for a mail at their screen: for a new password, or for an address of
    theirs. One query."""
    asked = select(ResetRequest.id).exists()
    link = (
        select(OutboxMail.id)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            LinkMail.kind != LinkKind.INVITATION,
            OutboxMail.status == MailStatus.WAITING,
            OutboxMail.next_try_at <= now,
        )
        .exists()
    )
    found = bool(session().scalar(select(or_(asked, link))))
    session().rollback()
    return found


def deliver_next(server: MailServer, written: Written, now: dt.datetime) -> Delivery | None:
    """Send the mail that has waited longest; None when none is to be sent now. No transaction is
    open meanwhile."""
    with transaction() as tx:
        email = _claim_next(tx, now)
    if email is None:
        return None
    failed = _send(server, written, email)
    with transaction() as tx:
        status = outbox.settle(tx, email.mail_id, now, failed, now)
        if status is MailStatus.FAILED and isinstance(email, LinkEmail):
            link_mails.was_refused(tx, email, now)
    return Delivery(status) if failed is None else Delivery(status, failed.code, failed.said)


def again(actor: Actor, mail_id: int, now: dt.datetime) -> None:
    """An administrator decides that a mail that failed, or of which nobody knows, is sent once
    more.

    Raises Conflict("mail_not_again"): it is not one of these (any more).
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        found = tx.scalar(
            held(
                select(OutboxMail)
                .join(Person, Person.id == OutboxMail.person_id)
                .where(OutboxMail.id == mail_id, people_of(library.id)),
                of=OutboxMail,
            )
        )
        if found is None:
            raise Missing
        if found.status not in AGAIN:
            raise Conflict("mail_not_again")
        outbox.wait_again(found, now)
        audit.note(
            tx,
            "mail_again",
            now,
            library_id=library.id,
            actor_id=actor.person_id,
            subject_id=found.person_id,
        )


def _claim_next(tx: Session, now: dt.datetime) -> NoticeEmail | LinkEmail | None:
    """Claim the next mail that still has something in it that its reader may see; those without are
    dropped, and invitations and reminders of a round wait for the hours of their library."""
    while (found := outbox.next_waiting(tx, now)) is not None:
        link = tx.get(LinkMail, found.id)
        goes_at = (
            reminder_mails.goes_at(tx, found, now)
            if link is None
            else link_mails.goes_at(tx, link.kind, found, now)
        )
        if goes_at > now:
            outbox.put_off(found, goes_at)
            tx.flush()
            continue
        email = _email(tx, found, now) if link is None else link_mails.made(tx, link, found, now)
        if email is not None:
            outbox.claim(found, now)
            return email
        outbox.drop(found, now)
        tx.flush()
    return None


def _email(tx: Session, found: OutboxMail, now: dt.datetime) -> NoticeEmail | None:
    """One that goes at once, as it is. Else asked again now: an account that may sign in and wants
    mail, and of each notice whether it is for them to see."""
    at_once = tx.get(AlertMail, found.id)
    if at_once is not None:
        return _alert(tx, found, at_once, now)
    reader = actor_for_person(found.person_id, now)
    choice = tx.get(NoticeChoice, found.person_id)
    wanted = reader is not None and (choice is None or choice.mail != MailChoice.NONE)
    kept = []
    for notice in outbox.notices_of(tx, found):
        if (
            wanted
            and reader is not None
            and notice.read_at is None
            and _may_see(reader, notice, now)
        ):
            kept.append(notice)
        else:
            outbox.leave_out(notice)
    if reader is None or not kept:
        return None
    lines = _lines(tx, kept)
    return NoticeEmail(found.id, reader.name, reader.email, found.token, lines)


def _alert(tx: Session, found: OutboxMail, at_once: AlertMail, now: dt.datetime) -> NoticeEmail:
    reader = tx.get_one(Person, found.person_id)
    lines = _lines(tx, [tx.get_one(Notice, at_once.notice_id)])
    return NoticeEmail(found.id, reader.name, at_once.address, found.token, lines, is_alert=True)


def _lines(tx: Session, kept: list[Notice]) -> tuple[MailLine, ...]:
    """The same words once."""
    about = {notice.about_id for notice in kept}
    names = dict(tx.execute(select(Person.id, Person.name).where(Person.id.in_(about))).all())
    told = {each.version_id: each.people for each in kept}
    moved = notices.moved_to(kept[0].person_id, told)
    rounds = round_reminders.rounds_of({each.round_id for each in kept if each.round_id})
    readers = notices.readers_of(kept[0].person_id, (each.kind for each in kept))
    lines = (
        MailLine(
            each.kind,
            names[each.about_id] if each.about_id is not None else "",
            each.review_id,
            moved.get(each.version_id or 0),
            rounds.get(each.round_id or 0),
            readers.get((each.kind, each.about_id)),
        )
        for each in kept
    )
    return tuple(dict.fromkeys(lines))


def _may_see(reader: Actor, notice: Notice, now: dt.datetime) -> bool:
    if notice.round_id is not None:
        return round_reminders.still_holds(reader.person_id, notice.round_id, reader.today(now))
    if notice.review_id is None:
        return True
    review = subjects.review(notice.review_id, reader.today(now))
    return review is not None and allows(reader, Permission.REVIEW_READ, review)


def _send(
    server: MailServer, written: Written, email: NoticeEmail | LinkEmail
) -> MailFailed | None:
    try:
        message = written(email)
    except ValueError:
        return MailFailed("mail_address", after=RetryDecision.NEVER)
    try:
        smtp.send(server, message)
    except MailFailed as failed:
        return failed
    return None
