"""The test messages of a library, for its administrator."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import MailTest, Person
from tracker.policy.permissions import Actor
from tracker.rules.notifications.mail import CODE_LASTS, MailOutcome

SHOWN = 5


@dataclass(frozen=True, slots=True)
class TestMessage:
    """`reason` and `said` are set where the server did not take it."""

    sent_at: dt.datetime
    by: str
    email: str
    outcome: MailOutcome
    reason: str
    said: str
    arrived_at: dt.datetime | None

    def waits(self, now: dt.datetime) -> bool:
        """Whether its code can still be typed."""
        return self.outcome is MailOutcome.TAKEN and self.sent_at > now - CODE_LASTS


def last_of_all() -> tuple[MailOutcome, dt.datetime] | None:
    """What became of the newest in the installation, and when it was sent. One query."""
    query = select(MailTest.outcome, MailTest.sent_at)
    row = session().execute(query.order_by(MailTest.sent_at.desc(), MailTest.id.desc()).limit(1))
    return next(((each.outcome, each.sent_at) for each in row), None)


def newest(actor: Actor) -> list[TestMessage]:
    """The newest of the actor's library, newest first. One query."""
    rows = session().execute(
        select(
            MailTest.sent_at,
            Person.name.label("by"),
            Person.email,
            MailTest.outcome,
            MailTest.reason,
            MailTest.said,
            MailTest.arrived_at,
        )
        .join(Person, Person.id == MailTest.person_id)
        .where(MailTest.library_id == actor.library_id)
        .order_by(MailTest.sent_at.desc(), MailTest.id.desc())
        .limit(SHOWN)
    )
    return [TestMessage(**row) for row in rows.mappings()]
