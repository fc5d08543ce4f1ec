"""Mail of notices, on its way out: put together, sent by one worker alone, and never twice by
itself. And test messages, whose code comes back as the proof that they arrive.

A mail is claimed in a transaction, sent outside of any, and settled in another. Who dies in between
leaves it in doubt.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.accounts.links import records as links_records
from tracker.db import session, transaction
from tracker.models import (
    AlertMail,
    LinkMail,
    MailTest,
    Notice,
    NoticeChoice,
    OutboxMail,
    Person,
    ResetRequest,
)
from tracker.notifications.notices import queries as notices_queries
from tracker.notifications.notices.queries import moved_to
from tracker.policy.permissions import Actor, allows, people_of
from tracker.queries.access.actors import actor_for_person
from tracker.record.workflow import queries as workflow_queries
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records, outbox as outbox_records
from tracker.row_locks import held
from tracker.rules.core.links import LinkEmail, LinkKind
from tracker.rules.core.mail import (
    CODE_LASTS,
    MailFailed,
    MailOutcome,
    MailServer,
    RetryDecision,
    clean_code,
    new_code,
)
from tracker.rules.core.notices import MailChoice, MailLine, MailStatus, NoticeEmail
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission
from tracker.storage import smtp
from tracker.teams.rounds import queries_reviews as teams_rounds_queries_reviews

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
        """Whether the server failed rather than this message, so that the next one would fail
        too."""
        return self.status is not MailStatus.SENT and self.reason not in (
            "mail_refused",
            "mail_address",
        )


def collect(now: dt.datetime) -> int:
    """Put what waits into mails, and give up those whose worker is lost. Returns how many mails are
    new."""
    with transaction() as tx:
        outbox_records.give_up_lost(tx, now)
        return outbox_records.collect(tx, now)


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
    is_one = bool(session().scalar(select(or_(asked, link))))
    session().rollback()
    return is_one


def deliver_next(server: MailServer, written: Written, now: dt.datetime) -> Delivery | None:
    """Send the mail that has waited longest; None when none is to be sent now. No transaction is
    open meanwhile."""
    with transaction() as tx:
        email = _claim_next(tx, now)
    if email is None:
        return None
    failed = _send(server, written, email)
    with transaction() as tx:
        status = outbox_records.settle(tx, email.mail_id, now, failed, now)
        if status is MailStatus.FAILED and isinstance(email, LinkEmail):
            links_records.was_refused(tx, email, now)
    return Delivery(status) if failed is None else Delivery(status, failed.code, failed.said)


def again(actor: Actor, mail_id: int, now: dt.datetime) -> None:
    """An administrator decides that a mail that failed, or of which nobody knows, is sent once
    more.

    Raises Conflict("mail_not_again"): it is not one of these (any more).
    """
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        mail = tx.scalar(
            held(
                select(OutboxMail)
                .join(Person, Person.id == OutboxMail.person_id)
                .where(OutboxMail.id == mail_id, people_of(library.id)),
                of=OutboxMail,
            )
        )
        if mail is None:
            raise Missing
        if mail.status not in AGAIN:
            raise Conflict("mail_not_again")
        outbox_records.wait_again(mail, now)
        audit_records.note_by(tx, "mail_again", actor, now, mail.person_id)


def _claim_next(tx: Session, now: dt.datetime) -> NoticeEmail | LinkEmail | None:
    """Claim the next mail that still has something in it that its reader may see; those without are
    dropped, and invitations and reminders of a round wait for the hours of their library."""
    while (mail := outbox_records.next_waiting(tx, now)) is not None:
        link = tx.get(LinkMail, mail.id)
        goes_at = (
            teams_rounds_queries_reviews.goes_at(tx, mail, now)
            if link is None
            else links_records.goes_at(tx, link, mail, now)
        )
        if goes_at > now:
            outbox_records.put_off(mail, goes_at)
            tx.flush()
            continue
        email = _email(tx, mail, now) if link is None else links_records.made(tx, link, mail, now)
        if email is not None:
            outbox_records.claim(mail, now)
            return email
        outbox_records.drop(mail, now)
        tx.flush()
    return None


def _email(tx: Session, mail: OutboxMail, now: dt.datetime) -> NoticeEmail | None:
    """One that goes at once, as it is. Else asked again now: an account that may sign in and wants
    mail, and of each notice whether it is for them to see."""
    alert = tx.get(AlertMail, mail.id)
    if alert is not None:
        owner = tx.get_one(Person, mail.person_id)
        lines = _lines(tx, [tx.get_one(Notice, alert.notice_id)])
        return NoticeEmail(
            mail_id=mail.id,
            name=owner.name,
            address=alert.address,
            token=mail.token,
            lines=lines,
            is_alert=True,
        )
    reader = actor_for_person(mail.person_id, now)
    choice = tx.get(NoticeChoice, mail.person_id)
    if choice is not None and choice.mail == MailChoice.NONE:
        reader = None
    kept = []
    for notice in outbox_records.notices_of(tx, mail):
        if reader is not None and notice.read_at is None and _may_see(reader, notice, now):
            kept.append(notice)
        else:
            outbox_records.leave_out(notice)
    if reader is None or not kept:
        return None
    return NoticeEmail(
        mail_id=mail.id,
        name=reader.name,
        address=reader.email,
        token=mail.token,
        lines=_lines(tx, kept),
    )


def _lines(tx: Session, kept: list[Notice]) -> tuple[MailLine, ...]:
    """Each different line once."""
    about = {notice.about_id for notice in kept}
    names = dict(tx.execute(select(Person.id, Person.name).where(Person.id.in_(about))).all())
    moved = moved_to(kept[0].person_id, {notice.version_id: notice.people for notice in kept})
    rounds = notices_queries.rounds_of({notice.round_id for notice in kept if notice.round_id})
    readers = notices_queries.readers_of(kept[0].person_id, (notice.kind for notice in kept))
    lines = (
        MailLine(
            kind=notice.kind,
            name=names[notice.about_id] if notice.about_id is not None else "",
            review_id=notice.review_id,
            version=moved.get(notice.version_id or 0),
            round=rounds.get(notice.round_id or 0),
            reader=readers.get((notice.kind, notice.about_id)),
        )
        for notice in kept
    )
    return tuple(dict.fromkeys(lines))


def _may_see(reader: Actor, notice: Notice, now: dt.datetime) -> bool:
    if notice.round_id is not None:
        return teams_rounds_queries_reviews.still_holds(
            reader.person_id, notice.round_id, reader.today(now)
        )
    if notice.review_id is None:
        return True
    review = workflow_queries.review(notice.review_id, reader.today(now))
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


def send_test(
    actor: Actor, server: MailServer, written: Callable[[str], EmailMessage], now: dt.datetime
) -> MailFailed | None:
    """Send what `written` makes of a new code, and keep what came of it; returns why it was not
    taken, else None.

    The message goes before the transaction begins: a slow server holds nothing up.
    """
    code, failed = new_code(), None
    try:
        smtp.send(server, written(code))
    except MailFailed as answer:
        failed = answer
    outcome = MailOutcome.REFUSED if failed else MailOutcome.TAKEN
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        tx.add(
            MailTest(
                library_id=library.id,
                person_id=actor.person_id,
                code_hash=token_hash(code),
                outcome=outcome,
                reason=failed.code if failed else "",
                said=failed.said if failed else "",
                sent_at=now,
            )
        )
        audit_records.note_by(tx, "mail_tested", actor, now, outcome=outcome)
    return failed


def arrived(actor: Actor, typed: str, now: dt.datetime) -> None:
    """The code of a message that was taken within CODE_LASTS: it arrived. The same code again
    changes nothing.

    Raises Invalid("mail_code_unknown").
    """
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        test = tx.scalar(
            select(MailTest)
            .where(
                MailTest.library_id == library.id,
                MailTest.code_hash == token_hash(clean_code(typed)),
                MailTest.outcome != MailOutcome.REFUSED,
                MailTest.sent_at > now - CODE_LASTS,
            )
            .limit(1)
        )
        if test is None:
            raise Invalid("mail_code_unknown", "code")
        if test.arrived_at is None:
            test.outcome, test.arrived_at = MailOutcome.ARRIVED, now
            audit_records.note_by(tx, "mail_arrived", actor, now)
