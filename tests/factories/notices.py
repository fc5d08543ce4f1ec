"""Notices and their mails, as a worker would handle them."""

import datetime as dt

from flask import current_app
from sqlalchemy import select

from tests.factories.mail_servers import Inbox
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session, transaction
from tracker.models import Notice, OutboxMail
from tracker.notifications.mail import actions as mail_actions
from tracker.notifications.mail.actions import Delivery
from tracker.records.core import notices as notices_records
from tracker.rules.core.mail import MailServer, mail_server as settings
from tracker.rules.core.notices import MailChoice, NoticeKind


def told(world: World, name: str) -> list[str]:
    """The kinds of somebody's notices, in the order in which they came."""
    session().rollback()
    mine = select(Notice.kind).where(Notice.person_id == world.people[name])
    return list(session().scalars(mine.order_by(Notice.happened_at, Notice.id)))


def tell(world: World, name: str, now: dt.datetime | None = None, key: str = "a") -> None:
    """A notice that is about no review."""
    with transaction() as tx:
        notices_records.note(
            tx, world.people[name], NoticeKind.ENDORSEMENT_EXPIRING, key, now or world.now
        )


def wants(world: World, choice: MailChoice, *names: str) -> None:
    for name in names:
        account_actions.choose_mail(actor(world, name), choice, world.now)


def server(inbox: Inbox) -> MailServer:
    found = settings(inbox.url(options="?tls=no"), "Skills <skills@example.org>")
    assert found is not None
    return found


def deliver_one(inbox: Inbox, now: dt.datetime) -> Delivery | None:
    way, write = server(inbox), current_app.extensions["tracker_emails"]
    return mail_actions.deliver_next(way, lambda email: write(way, email, now), now)


def deliver(inbox: Inbox, now: dt.datetime) -> list[str]:
    """Put together what waits, and try everything that is to go now. What came of each."""
    mail_actions.collect(now)
    came = []
    while (done := deliver_one(inbox, now)) is not None:
        came.append(done.status.value)
    return came


def mails(world: World, name: str) -> list[OutboxMail]:
    session().rollback()
    mine = select(OutboxMail).where(OutboxMail.person_id == world.people[name])
    return list(session().scalars(mine.order_by(OutboxMail.id)))


def text(inbox: Inbox, at: int = -1) -> str:
    return inbox.messages[at].get_payload(decode=True).decode()  # type: ignore[union-attr]
