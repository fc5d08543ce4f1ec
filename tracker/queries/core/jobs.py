"""Work in the background: somebody's own, and whether some waits."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session, session_afresh
from tracker.models import Job, JobPart, JobPerson
from tracker.rules.core.jobs import CLAIM_LASTS, KEPT_FOR, JobState


@dataclass(frozen=True, slots=True)
class JobRow:
    """`total` is 0 before it is known how many steps there are. `reason`: why it failed."""

    id: int
    kind: str
    state: JobState
    arguments: Mapping[str, str]
    done: int
    total: int
    asked_at: dt.datetime
    ended_at: dt.datetime | None
    reason: str
    file_name: str
    grounds: str

    @property
    def until(self) -> dt.datetime:
        return self.asked_at + KEPT_FOR


def own(person_id: int, now: dt.datetime, job_id: int | None = None) -> list[JobRow]:
    """What they asked for and is kept, the newest first; or one of it. One query."""
    query = (
        select(Job)
        .where(Job.person_id == person_id, Job.asked_at > now - KEPT_FOR)
        .order_by(Job.asked_at.desc(), Job.id.desc())
    )
    if job_id is not None:
        query = query.where(Job.id == job_id)
    return [
        JobRow(
            id=job.id,
            kind=job.kind,
            state=job.state,
            arguments=job.arguments,
            done=job.done,
            total=job.total or 0,
            asked_at=job.asked_at,
            ended_at=job.ended_at,
            reason=job.reason,
            file_name=job.file_name,
            grounds=job.grounds,
        )
        for job in session().scalars(query)
    ]


def content(job_id: int) -> bytes:
    """The file that it made."""
    query = select(JobPart.content).where(JobPart.job_id == job_id).order_by(JobPart.number)
    return b"".join(session().scalars(query))


def people(job_id: int) -> tuple[int, ...]:
    """Whose data its file holds, in the file's order."""
    query = select(JobPerson.person_id).where(JobPerson.job_id == job_id).order_by(JobPerson.id)
    return tuple(session().scalars(query))


def is_some_to_do(now: dt.datetime) -> bool:
    """As it stands now. Claiming asks again."""
    reading = session_afresh()
    waits = select(Job.id).where(Job.state == JobState.WAITING, Job.next_try_at <= now).limit(1)
    lost = select(Job.id).where(Job.state == JobState.RUNNING, Job.seen_at < now - CLAIM_LASTS)
    return any(reading.scalar(query) is not None for query in (waits, lost.limit(1)))
