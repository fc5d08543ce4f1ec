"""What became of the mails of notices in a library, for its administrator: to whom and when, never
of what."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import AlertMail, OutboxMail, Person
from tracker.policy.permissions import Actor, people_of
from tracker.rules.notifications.notices import MailStatus

SHOWN = 50


@dataclass(frozen=True, slots=True)
class StuckMail:
    """A mail that does not go by itself any more."""

    id: int
    name: str
    email: str
    status: MailStatus
    ended_at: dt.datetime
    reason: str
    said: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """`oldest_at`: since when the oldest waits; `reason` and `said`: what stood in its way the last
    time."""

    counts: dict[MailStatus, int]
    oldest_at: dt.datetime | None
    reason: str
    said: str
    stuck: list[StuckMail]

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
    found = dict(counts.all())
    query = (
        select(OutboxMail.made_at, OutboxMail.reason, OutboxMail.said)
        .join(Person, Person.id == OutboxMail.person_id)
        .where(here, OutboxMail.status == MailStatus.WAITING)
        .order_by(OutboxMail.made_at, OutboxMail.id)
        .limit(1)
    )
    oldest = session().execute(query).one_or_none()
    rows = session().execute(
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
    return Outbox(
        {status: found.get(status, 0) for status in MailStatus},
        oldest.made_at if oldest is not None else None,
        oldest.reason if oldest is not None else "",
        oldest.said if oldest is not None else "",
        [StuckMail(**row) for row in rows.mappings()],
    )
