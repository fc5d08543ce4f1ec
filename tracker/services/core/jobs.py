"""Work in the background. A kind of it says what its steps are; here they are done, each once.

A worker claims a job in a transaction and goes on from the first step that is not kept. A step is
kept with what it did, in one transaction; who lost the claim meanwhile keeps nothing.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import structlog
from sqlalchemy import select

from tracker.db import piggyback, session_afresh, transaction
from tracker.models import Job
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.queries.core import jobs as jobs_queries
from tracker.queries.core.jobs import JobRow
from tracker.records import jobs as jobs_records
from tracker.records.jobs import Claim
from tracker.row_locks import held
from tracker.rules.core.jobs import KEPT_FOR, ClaimLost, JobState
from tracker.rules.errors import Missing, Refusal

LOG = structlog.get_logger("tracker.jobs")


@dataclass(frozen=True, slots=True)
class JobTask:
    """A job, as its kind sees it. `actor`: who asked, with the rights of now. `people`: whose data
    its file holds, once that is planned."""

    job_id: int
    actor: Actor
    arguments: Mapping[str, str]
    people: tuple[int, ...]
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """How many steps there are; for a file, its name and whose data it will hold."""

    steps: int
    people: tuple[int, ...] = ()
    file_name: str = ""


def always(task: JobTask) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work. A step takes seconds, and what it does depends on its number alone.

    `step` returns what it wrote of the job's file; or it writes rows in one transaction of its own,
    with which its progress is kept.
    `grounds`: what the rights to this work stand on, as words to compare; None: there are none.
    They are asked whenever a worker takes it up and when its file is taken; where they changed,
    it is planned anew.
    """

    plan: Callable[[JobTask], Plan]
    step: Callable[[JobTask, int], bytes | None]
    grounds: Callable[[JobTask], str | None] = always


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a worker's turn at a job came to: done, given_back, lost, refused, tried_again,
    given_up."""

    job_id: int
    kind: str
    came: str


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The file of a job, and whose data it holds."""

    job: JobRow
    content: bytes
    people: tuple[int, ...]


Kinds = Mapping[str, JobKind]


def ask(actor: Actor, kind: str, arguments: dict[str, str], now: dt.datetime) -> int:
    """Ask for it; what is open for just the same is asked once. Returns its id.

    Raises Conflict: jobs_open, jobs_kept.
    """
    with transaction() as tx:
        return jobs_records.ask(tx, kind, actor.person_id, actor.library_id, arguments, now)


def discard(actor: Actor, job_id: int) -> None:
    """Cancel it, or delete what came of it. What its steps have done stays done."""
    with transaction() as tx:
        whose = select(Job.id).where(Job.id == job_id, Job.person_id == actor.person_id)
        jobs_records.delete_jobs(tx, tx.scalars(held(whose)).all())


def forget(now: dt.datetime) -> int:
    """Delete what is older than it is kept. Returns how many there were."""
    with transaction() as tx:
        old = tx.scalars(select(Job.id).where(Job.asked_at <= now - KEPT_FOR)).all()
        jobs_records.delete_jobs(tx, old)
    return len(old)


def file_for(actor: Actor, kinds: Kinds, job_id: int, now: dt.datetime) -> MadeFile | None:
    """The file, for who asked for it and as long as their rights are those that it was made by;
    None where they are not. Raises Missing: it is another's, or gone, or not made yet."""
    own = jobs_queries.own(actor.person_id, now, job_id)
    if not own or own[0].state is not JobState.DONE or not own[0].file_name:
        raise Missing
    (job,) = own
    if job.kind not in kinds:
        raise Missing
    task = JobTask(
        job_id=job_id,
        actor=actor,
        arguments=job.arguments,
        people=jobs_queries.people(job_id),
        now=now,
    )
    grounds = kinds[job.kind].grounds(task)
    is_same = grounds is not None and _digest(grounds) == job.grounds
    return MadeFile(job, jobs_queries.content(job_id), task.people) if is_same else None


def run_next(
    kinds: Kinds, clock: Callable[[], dt.datetime], is_over: Callable[[], bool]
) -> JobOutcome | None:
    """Take the job that has waited longest, and do its steps until it is done or the worker's turn
    `is_over`; None when none waits. A fault is logged and tried again, not too often."""
    if not jobs_queries.is_some_to_do(clock()):
        return None
    with transaction() as tx:
        claim = jobs_records.claim_next(tx, tuple(kinds), clock())
    if claim is None:
        return None
    came = "lost"
    try:
        came = _go_on(kinds[claim.kind], claim, clock, is_over)
    except ClaimLost:
        LOG.info("job_lost", job_id=claim.job_id, kind=claim.kind)
    except Refusal as refusal:
        came = "refused"
        with transaction() as tx:
            jobs_records.refuse(tx, claim, refusal.code, clock())
    except Exception:
        LOG.exception("job_step_failed", job_id=claim.job_id, kind=claim.kind)
        session_afresh()
        with transaction() as tx:
            came = "tried_again" if jobs_records.try_again(tx, claim, clock()) else "given_up"
    return JobOutcome(claim.job_id, claim.kind, came)


def _go_on(
    kind: JobKind, claim: Claim, clock: Callable[[], dt.datetime], is_over: Callable[[], bool]
) -> str:
    task = _task(claim, clock())
    total, done = claim.total, claim.done
    if total is None or _digest(_asked(kind, task)) != claim.grounds:
        plan = kind.plan(task)
        task, total, done = replace(task, people=plan.people), plan.steps, 0
        grounds = _digest(_asked(kind, task))
        with transaction() as tx:
            jobs_records.plan(tx, claim, total, plan.people, plan.file_name, grounds, clock())
    for number in range(done, total):
        if is_over():
            with transaction() as tx:
                jobs_records.give_back(tx, claim, clock())
            return "given_back"
        _step(kind, claim, replace(task, now=clock()), number)
    with transaction() as tx:
        jobs_records.finish(tx, claim, clock())
    return "done"


def _step(kind: JobKind, claim: Claim, task: JobTask, number: int) -> None:
    """Do it, and keep it with its progress."""
    with piggyback(lambda tx: jobs_records.advance(tx, claim, number, task.now)) as progress:
        part = kind.step(task, number)
    if not progress.arrived:
        with transaction() as tx:
            jobs_records.advance(tx, claim, number, task.now)
            if part is not None:
                jobs_records.keep_part(tx, claim, number, part)


def _task(claim: Claim, now: dt.datetime) -> JobTask:
    actor = actor_for_person(claim.person_id, now)
    if actor is None:
        raise Missing("job_not_allowed")
    return JobTask(
        job_id=claim.job_id,
        actor=actor,
        arguments=claim.arguments,
        people=jobs_queries.people(claim.job_id),
        now=now,
    )


def _asked(kind: JobKind, task: JobTask) -> str:
    grounds = kind.grounds(task)
    if grounds is None:
        raise Missing("job_not_allowed")
    return grounds


def _digest(grounds: str) -> str:
    return sha256(grounds.encode()).hexdigest()
