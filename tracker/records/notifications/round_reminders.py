"""The only writer of reminders of a round: a notice, and a mail of its own in the hours in which
the library mails."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Library, Notice, NoticeChoice, OutboxMail, Person, Round
from tracker.records.notifications import notices, outbox
from tracker.rules.accounts.links import next_opening
from tracker.rules.notifications.notices import MailChoice, NoticeKind, happening


def remind(
    tx: Session,
    library: Library,
    period: Round,
    people: Collection[int],
    by_id: int | None,
    now: dt.datetime,
    *,
    by_mail: bool,
) -> int:
    """Without `by_mail`, which is where no mail is set, all get the notice alone; with it, whoever
    asked for no mail. `by_id`: who reminds them; None where it is
    the daily work, which does so once for a last day. Returns how many are new."""
    key = (
        happening("round_closing", period.id, period.ends_on)
        if by_id is None
        else happening("round", period.id, now)
    )
    without = set(
        tx.scalars(
            select(NoticeChoice.person_id).where(
                NoticeChoice.person_id.in_(people), NoticeChoice.mail == MailChoice.NONE
            )
        )
    )
    opens = next_opening(library.time_zone, library.invites_from, library.invites_until, now)
    told = {}
    for person_id in sorted(people):
        notice_id = notices.note(
            tx,
            person_id,
            NoticeKind.ROUND_REMINDER,
            key,
            now,
            round_id=period.id,
            about_id=by_id,
            to_mail=False,
        )
        if notice_id is not None:
            told[person_id] = notice_id
    to_mail = told.keys() - without if by_mail else ()
    mails = {person_id: outbox.new(person_id, now, opens) for person_id in to_mail}
    tx.add_all(mails[person_id] for person_id in sorted(mails))
    tx.flush()
    for person_id, mail in mails.items():
        tx.get_one(Notice, told[person_id]).mail_id = mail.id
    return len(told)


def goes_at(tx: Session, mail: OutboxMail, now: dt.datetime) -> dt.datetime:
    """When a mail of notices may be sent: one that reminds of a round in the hours of the library,
    any other now."""
    reminds = select(Notice.id).where(
        Notice.mail_id == mail.id, Notice.kind == NoticeKind.ROUND_REMINDER
    )
    if tx.scalar(reminds.limit(1)) is None:
        return now
    library = tx.get_one(Library, tx.get_one(Person, mail.person_id).library_id)
    return next_opening(library.time_zone, library.invites_from, library.invites_until, now)
