"""The only writer of jobs: one is claimed by one worker at a time, and a step is kept once."""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import Job, JobPart, JobPerson, Person
from tracker.records.core import notices as notices_records
from tracker.row_locks import held
from tracker.rules.core.jobs import (
    CLAIM_LASTS,
    KEPT_FOR,
    KEPT_MAX,
    OPEN,
    OPEN_MAX,
    TRIES_MAX,
    ClaimLost,
    JobState,
    wait_after,
)
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict

ANEW: dict[str, object] = {
    "state": JobState.WAITING,
    "claim_token": None,
    "seen_at": None,
    "ended_at": None,
    "tries": 0,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands, as it was when it was claimed, and who asked for it."""

    job_id: int
    token: str
    kind: str
    person_id: int
    arguments: Mapping[str, str]
    asked_at: dt.datetime
    total: int | None
    done: int
    grounds: str


def ask(
    tx: Session,
    kind: str,
    person_id: int,
    library_id: int,
    arguments: dict[str, str],
    now: dt.datetime,
) -> int:
    """The id of the new job, or of the one that is open for just this.

    Raises Conflict: jobs_open, jobs_kept (with the `most` that one person may have).
    """
    tx.scalar(held(select(Person.id).where(Person.id == person_id)))
    mine = tx.scalars(
        select(Job).where(Job.person_id == person_id, Job.asked_at > now - KEPT_FOR)
    ).all()
    opened = [job for job in mine if job.state in OPEN]
    for job in opened:
        if job.kind == kind and job.arguments == arguments:
            return job.id
    if len(opened) >= OPEN_MAX:
        raise Conflict("jobs_open", most=OPEN_MAX)
    if len(mine) >= KEPT_MAX:
        raise Conflict("jobs_kept", most=KEPT_MAX)
    made = Job(
        kind=kind,
        person_id=person_id,
        library_id=library_id,
        arguments=arguments,
        state=JobState.WAITING,
        asked_at=now,
        next_try_at=now,
    )
    tx.add(made)
    tx.flush()
    return made.id


def claim_next(tx: Session, kinds: Collection[str], now: dt.datetime) -> Claim | None:
    """Of those kinds, the one that has waited longest, or whose worker was lost. One whose next
    step was tried too often is given up. Nobody else gets it meanwhile."""
    waits = and_(Job.state == JobState.WAITING, Job.next_try_at <= now)
    lost = and_(Job.state == JobState.RUNNING, Job.seen_at < now - CLAIM_LASTS)
    query = held(
        select(Job)
        .where(Job.kind.in_(kinds), or_(waits, lost), Job.asked_at > now - KEPT_FOR)
        .order_by(Job.next_try_at, Job.id)
        .limit(1),
        skip_locked=True,
    )
    while (job := tx.scalar(query)) is not None:
        if job.tries < TRIES_MAX:
            job.state, job.seen_at = JobState.RUNNING, now
            job.tries += 1
            job.claim_token = secrets.token_hex(16)
            tx.flush()
            return Claim(
                job_id=job.id,
                token=job.claim_token,
                kind=job.kind,
                person_id=job.person_id,
                arguments=job.arguments,
                asked_at=job.asked_at,
                total=job.total,
                done=job.done,
                grounds=job.grounds,
            )
        _fail(tx, job.id, "job_given_up", now)
        tx.expire(job)
    return None


def plan(
    tx: Session,
    claim: Claim,
    total: int,
    people: Collection[int],
    file_name: str,
    grounds: str,
    now: dt.datetime,
) -> None:
    """Note what there is to do before any of it is read: an erasure of one of the people waits
    until this is kept, and then finds it. People are locked before jobs, as an erasure does."""
    tx.execute(held(select(Person.id).where(Person.id.in_(people))))
    _change(
        tx, claim, total=total, done=0, tries=1, file_name=file_name, grounds=grounds, seen_at=now
    )
    _drop_file(tx, [claim.job_id])
    if people:
        tx.execute(
            insert(JobPerson),
            [{"job_id": claim.job_id, "person_id": person_id} for person_id in people],
        )


def advance(tx: Session, claim: Claim, number: int, now: dt.datetime) -> None:
    """That step is done, in the transaction of what it did. Raises ClaimLost."""
    _change(tx, claim, Job.done == number, done=number + 1, tries=1, seen_at=now)


def keep_part(tx: Session, claim: Claim, number: int, content: bytes) -> None:
    """What the step wrote."""
    tx.add(JobPart(job_id=claim.job_id, number=number, content=content))
    tx.flush()


def give_back(tx: Session, claim: Claim, now: dt.datetime) -> None:
    """Behind those that wait."""
    _change(tx, claim, **ANEW, next_try_at=now)


def finish(tx: Session, claim: Claim, now: dt.datetime) -> None:
    _change(tx, claim, **(ANEW | {"state": JobState.DONE, "ended_at": now}))


def refuse(tx: Session, claim: Claim, reason: str, now: dt.datetime) -> None:
    """It cannot be done, and is not tried again."""
    _change(tx, claim, seen_at=now)
    _fail(tx, claim.job_id, reason, now)


def try_again(tx: Session, claim: Claim, now: dt.datetime) -> bool:
    """Whether it is: a step that failed too often ends its job."""
    _change(tx, claim, seen_at=now)
    tries = tx.scalars(select(Job.tries).where(Job.id == claim.job_id)).one()
    if tries >= TRIES_MAX:
        _fail(tx, claim.job_id, "job_given_up", now)
        return False
    _change(tx, claim, **(ANEW | {"tries": tries, "next_try_at": now + wait_after(tries)}))
    return True


def forget_files_about(tx: Session, person_id: int, now: dt.datetime) -> None:
    """Delete every file that holds something of that person; what is open or done is made
    anew from what there is then."""
    tx.scalar(held(select(Person.id).where(Person.id == person_id)))
    ids = tx.scalars(select(JobPerson.job_id).where(JobPerson.person_id == person_id)).all()
    tx.execute(
        update(Job)
        .where(Job.id.in_(ids), Job.state != JobState.FAILED)
        .values(**ANEW, total=None, done=0, next_try_at=now)
    )
    _drop_file(tx, ids)


def delete_jobs(tx: Session, ids: Collection[int]) -> None:
    _drop_file(tx, ids)
    tx.execute(delete(Job).where(Job.id.in_(ids)))


def _change(tx: Session, claim: Claim, *conditions: Any, **values: object) -> None:
    """Raises ClaimLost where the job is not the worker's anymore."""
    done = tx.execute(
        update(Job)
        .where(Job.id == claim.job_id, Job.claim_token == claim.token, *conditions)
        .values(**values)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise ClaimLost


def _fail(tx: Session, job_id: int, reason: str, now: dt.datetime) -> None:
    """Whoever asked for it is told: they were told before that it would be done."""
    person_id = tx.scalars(select(Job.person_id).where(Job.id == job_id)).one()
    notices_records.note(tx, person_id, NoticeKind.JOB_FAILED, happening("job", job_id, now), now)
    values = ANEW | {"state": JobState.FAILED, "ended_at": now, "reason": reason}
    tx.execute(update(Job).where(Job.id == job_id).values(**values))
    _drop_file(tx, [job_id])


def _drop_file(tx: Session, ids: Collection[int]) -> None:
    tx.execute(delete(JobPart).where(JobPart.job_id.in_(ids)))
    tx.execute(delete(JobPerson).where(JobPerson.job_id.in_(ids)))
