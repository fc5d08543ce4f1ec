"""A new password for who lost it, by mail.

Who asks is answered the same, after the same work, whether or not the address is anybody's: that
is looked up afterwards, by the worker.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Invitation, LinkMail, OutboxMail, Person, ResetRequest
from tracker.records import audit
from tracker.records.accounts import address_changes
from tracker.records.notifications import alerts, link_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import (
    ASKED_LASTS,
    RESET_LASTS,
    RESET_LEFT,
    RESETS_A_DAY,
    LinkKind,
    LinkPurpose,
)
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import MailStatus, NoticeKind

WAITING_MAX = 2000
"""So many requests wait at a time: addresses can be made up."""
AT_ONCE = 200


def ask(email: str, now: dt.datetime) -> None:
    """`email` as it was typed. Raises Conflict("resets_many") where the worker is behind."""
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
        asked = tx.scalars(held(select(ResetRequest).limit(AT_ONCE), skip_locked=True)).all()
        addresses = {each.email for each in asked if each.asked_at > now - ASKED_LASTS}
        found = tx.scalars(
            select(Person)
            .where(Person.email.in_(addresses), Person.disabled_at.is_(None))
            .order_by(Person.id)
        ).all()
        people = [each.id for each in found]
        served = link_mails.under_way(tx, LinkKind.RESET, people) | _have_links(tx, people, now)
        left = [each for each in found if each.id not in served]
        for person in left:
            link_mails.write(tx, LinkKind.RESET, person.id, person.email, now)
            if address_changes.is_set_by_another(tx, person.id, now):
                alerts.alert(tx, person, NoticeKind.LINK_ASKED, person.id, now)
            audit.note(
                tx,
                "reset_asked",
                now,
                library_id=person.library_id,
                actor_id=None,
                subject_id=person.id,
            )
        for each in asked:
            tx.delete(each)
        return len(left)


def _have_links(tx: Session, people: Sequence[int], now: dt.datetime) -> set[int]:
    """Who got as many as a day is free, and the last one of them works for a while."""
    works = exists().where(
        Invitation.person_id == OutboxMail.person_id,
        Invitation.purpose == LinkPurpose.RESET,
        Invitation.closed_at.is_(None),
        Invitation.ends_at > now,
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
