"""What became of the mails of notices in a library, and of its test messages, for its
administrator: to whom and when, never of what."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from tracker.db import session
from tracker.models import AlertMail, MailTest, OutboxMail, Person
from tracker.policy.permissions import Actor, people_of
from tracker.rules.core.mail import MailOutcome
from tracker.rules.core.notices import MailStatus

SHOWN = 50
TESTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Outbox:
    """`oldest`: since when it waits, and what stood in its way the last time; None where none
    waits. `stuck`: mails that don't go by themselves anymore, the latest first."""

    counts: dict[MailStatus, int]
    oldest: Row[*tuple[Any, ...]] | None
    stuck: Sequence[Row[*tuple[Any, ...]]]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def state(actor: Actor) -> Outbox:
    """Three queries."""
    mail = OutboxMail

    def of_library(*columns: Any) -> Select[*tuple[Any, ...]]:
        its = select(*columns).select_from(mail).join(Person, Person.id == mail.person_id)
        return its.where(people_of(actor.library_id))

    counts = of_library(mail.status, func.count()).group_by(mail.status)
    by_status = dict(session().execute(counts).all())
    waiting = (
        of_library(mail.made_at, mail.reason, mail.said)
        .where(mail.status == MailStatus.WAITING)
        .order_by(mail.made_at, mail.id)
        .limit(1)
    )
    email = func.coalesce(AlertMail.address, Person.email).label("email")
    stuck = (
        of_library(mail.id, Person.name, email, mail.status, mail.ended_at, mail.reason, mail.said)
        .outerjoin(AlertMail, AlertMail.mail_id == mail.id)
        .where(mail.status.in_((MailStatus.FAILED, MailStatus.UNSURE)))
        .order_by(mail.ended_at.desc(), mail.id.desc())
        .limit(SHOWN)
    )
    return Outbox(
        {status: by_status.get(status, 0) for status in MailStatus},
        session().execute(waiting).one_or_none(),
        session().execute(stuck).all(),
    )


def last_test() -> tuple[MailOutcome, dt.datetime] | None:
    """What became of the newest test in the installation, and when it was sent. One query."""
    query = select(MailTest.outcome, MailTest.sent_at)
    newest = query.order_by(MailTest.sent_at.desc(), MailTest.id.desc()).limit(1)
    return session().execute(newest).first()


def newest_tests(actor: Actor) -> Sequence[Row[MailTest, Person]]:
    """Of the actor's library, the newest first, each with who sent it. One query."""
    query = (
        select(MailTest, Person)
        .join(Person, Person.id == MailTest.person_id)
        .where(MailTest.library_id == actor.library_id)
        .order_by(MailTest.sent_at.desc(), MailTest.id.desc())
    )
    return session().execute(query.limit(TESTS_SHOWN)).all()
