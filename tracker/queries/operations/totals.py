"""What there is in the whole installation, as numbers and moments, for whoever watches it: nothing
of anybody."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, text

from tracker.db import session
from tracker.models import Job, OutboxMail
from tracker.queries.operations import audit_chain, jobs
from tracker.rules.notifications.notices import MailStatus
from tracker.rules.operations.hash_chain import ChainHead
from tracker.rules.operations.jobs import DAILY_WORK, OPEN, JobState

SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Totals:
    """`mails` and `jobs` by status; of jobs, those that are kept. `daily_work_at`: when it was last
    done. `oldest_mail_at`: since when the oldest waits. `audit_head`: None where
    nothing has happened yet."""

    mails: dict[MailStatus, int]
    oldest_mail_at: dt.datetime | None
    jobs: dict[JobState, int]
    oldest_job_at: dt.datetime | None
    daily_work_at: dt.datetime | None
    audit_head: ChainHead | None
    database_bytes: int


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
        daily_work_at=jobs.last_done(DAILY_WORK),
        audit_head=audit_chain.head(),
        database_bytes=reading.scalar(text(size)) or 0,
    )
