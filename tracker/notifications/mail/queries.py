"""What became of the mails of notices in a library, and of its test messages, for its
administrator: to whom and when, never of what."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

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
    oldest: Row[dt.datetime, str, str] | None
    stuck: Sequence[Row[*tuple[Any, ...]]]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def state(actor: Actor) -> Outbox:
    """Three queries."""
    here = people_of(actor.library_id)
    counts = session().execute(
        select(OutboxMail.status, func.count())
        .join(Person, Person.id == OutboxMail.person_id)
        .where(here)
        .group_by(OutboxMail.status)
    )
    by_status = dict(counts.all())
    query = (
        select(OutboxMail.made_at, OutboxMail.reason, OutboxMail.said)
        .join(Person, Person.id == OutboxMail.person_id)
        .where(here, OutboxMail.status == MailStatus.WAITING)
        .order_by(OutboxMail.made_at, OutboxMail.id)
        .limit(1)
    )
    oldest = session().execute(query).one_or_none()
    stuck = (
        session()
        .execute(
            select(
                OutboxMail.id,
                Person.name,
                func.coalesce(AlertMail.address, Person.email).label("email"),
                OutboxMail.status,
                OutboxMail.ended_at,
                OutboxMail.reason,
                OutboxMail.said,
            )
            .join(Person, Person.id == OutboxMail.person_id)
            .outerjoin(AlertMail, AlertMail.mail_id == OutboxMail.id)
            .where(here, OutboxMail.status.in_((MailStatus.FAILED, MailStatus.UNSURE)))
            .order_by(OutboxMail.ended_at.desc(), OutboxMail.id.desc())
            .limit(SHOWN)
        )
        .all()
    )
    return Outbox({status: by_status.get(status, 0) for status in MailStatus}, oldest, stuck)


def last_test() -> tuple[MailOutcome, dt.datetime] | None:
    """What became of the newest test in the installation, and when it was sent. One query."""
    query = select(MailTest.outcome, MailTest.sent_at)
    row = session().execute(query.order_by(MailTest.sent_at.desc(), MailTest.id.desc()).limit(1))
    return next(((test.outcome, test.sent_at) for test in row), None)


def newest_tests(actor: Actor) -> Sequence[Row[MailTest, Person]]:
    """Of the actor's library, the newest first, each with who sent it. One query."""
    query = (
        select(MailTest, Person)
        .join(Person, Person.id == MailTest.person_id)
        .where(MailTest.library_id == actor.library_id)
        .order_by(MailTest.sent_at.desc(), MailTest.id.desc())
    )
    return session().execute(query.limit(TESTS_SHOWN)).all()
