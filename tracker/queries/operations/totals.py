"""What there is in the whole installation, as numbers and moments, for whoever watches it: nothing
of anybody."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, text

from tracker.db import session
from tracker.models import Job, OutboxMail
from tracker.queries.operations import audit_chain, daily_parts
from tracker.rules.notifications.notices import MailStatus
from tracker.rules.operations.daily_work import DailyPart, DailyPartState
from tracker.rules.operations.hash_chain import ChainHead
from tracker.rules.operations.jobs import OPEN, JobState

SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Totals:
    """`mails` and `jobs` by status; of jobs, those that are kept. `daily_parts`: how each part of
    the daily work is doing. `oldest_mail_at`: since when the oldest waits. `audit_head`: None where
    nothing has happened yet."""

    mails: dict[MailStatus, int]
    oldest_mail_at: dt.datetime | None
    jobs: dict[JobState, int]
    oldest_job_at: dt.datetime | None
    daily_parts: list[DailyPartState]
    audit_head: ChainHead | None
    database_bytes: int

    @property
    def daily_work_at(self) -> dt.datetime | None:
        """When the last of its parts was last done; None where one never was."""
        done = [each.done_at for each in self.daily_parts if each.part is not DailyPart.CLOCK]
        moments = [each for each in done if each is not None]
        return min(moments) if len(moments) == len(done) else None

    @property
    def daily_failing(self) -> list[DailyPartState]:
        return [each for each in self.daily_parts if each.failing_since is not None]


def totals() -> Totals:
    """Seven queries."""
    reading = session()
    counts = select(OutboxMail.status, func.count()).group_by(OutboxMail.status)
    found = dict(reading.execute(counts).all())
    oldest = select(func.min(OutboxMail.made_at)).where(OutboxMail.status == MailStatus.WAITING)
    states = dict(reading.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    size = SIZES[reading.get_bind().dialect.name]
    return Totals(
        mails={status: found.get(status, 0) for status in MailStatus},
        oldest_mail_at=reading.scalar(oldest),
        jobs={state: states.get(state, 0) for state in JobState},
        oldest_job_at=reading.scalar(select(func.min(Job.asked_at)).where(Job.state.in_(OPEN))),
        daily_parts=daily_parts.states(),
        audit_head=audit_chain.head(),
        database_bytes=reading.scalar(text(size)) or 0,
    )
