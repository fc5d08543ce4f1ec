"""Work in the background: each step is kept once, whoever dies; and it is one person's, for a
while, and as much of it as is fair."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.factories.actors import acting
from tests.factories.evidence import piece
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import db, session, transaction
from tracker.evidence.erasures import actions as erasures_actions
from tracker.models import Draft, Job, JobPart, JobPerson, Person
from tracker.queries.core import jobs as jobs_queries
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.core.jobs import CLAIM_LASTS, KEPT_FOR, KEPT_MAX, OPEN_MAX, TRIES_MAX, JobState
from tracker.rules.errors import Conflict, Missing
from tracker.services.core import jobs as jobs_services
from tracker.services.core.jobs import JobKind, JobTask, Kinds, Plan

Elsewhere = Callable[[Callable[[], object]], object]
STEPS = 4
LATER = CLAIM_LASTS + dt.timedelta(seconds=1)


class Killed(BaseException):
    """As if the process were gone: nothing is tidied up."""


class Maker:
    """Kinds of work in four steps: one writes a file about Ben, one writes a row a step, and one
    writes nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, world.now
        self.rights = "as they are"
        self.steps: list[int] = []
        self.at_step: Callable[[int], None] = lambda number: None
        self.after_step: Callable[[int], None] = lambda number: None

    @property
    def kinds(self) -> Kinds:
        plan = Plan(STEPS, (self.world.people["ben"],), "ben.csv")
        return {
            "file": JobKind(lambda task: plan, self.part, lambda task: self.rights),
            "rows": JobKind(lambda task: Plan(STEPS), self.row),
            "twice": JobKind(lambda task: Plan(STEPS), self.again),
        }

    def part(self, task: JobTask, number: int) -> bytes:
        self.again(task, number)
        name = session().scalars(select(Person.name).where(Person.id.in_(task.people))).one()
        return f"{number} {name}\n".encode()

    def row(self, task: JobTask, number: int) -> None:
        assert task.actor is not None
        self.again(task, number)
        account_actions.save_draft(
            task.actor, "evidence.create", str(number), (("text", "x"),), task.now
        )
        self.after_step(number)

    def again(self, task: JobTask, number: int) -> None:
        self.at_step(number)
        self.steps.append(number)

    def ask(self, name: str, kind: str, **arguments: str) -> int:
        return jobs_services.ask(acting(self.world, name), kind, arguments, self.now)

    def turn(self, is_over: Callable[[], bool] = lambda: False) -> str | None:
        done = jobs_services.run_next(self.kinds, lambda: self.now, is_over)
        return None if done is None else done.came

    def file(self, name: str, job_id: int) -> bytes | None:
        found = jobs_services.file_for(acting(self.world, name), self.kinds, job_id, self.now)
        return None if found is None else found.content

    def job(self, job_id: int) -> Job:
        session().rollback()
        return session().get_one(Job, job_id)


@pytest.fixture
def made(context: World) -> Maker:
    return Maker(context)


@pytest.fixture
def elsewhere(app: Flask) -> Elsewhere:
    """Do it as another process would, while a step of ours is open."""

    def apart(act: Callable[[], object]) -> object:
        def alone() -> object:
            with app.app_context():
                try:
                    return act()
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(alone).result()

    return apart


def rows() -> list[str]:
    session().rollback()
    return sorted(session().scalars(select(Draft.subject)))


def count(*models: type[object]) -> list[int]:
    session().rollback()
    return [session().scalar(select(func.count()).select_from(model)) or 0 for model in models]


WHOLE = b"0 Ben\n1 Ben\n2 Ben\n3 Ben\n"


def test_the_steps_make_the_file_for_who_asked_alone(made: Maker) -> None:
    job_id = made.ask("sue", "file")
    with pytest.raises(Missing):
        made.file("sue", job_id)
    assert (made.turn(), made.turn()) == ("done", None)
    assert made.file("sue", job_id) == WHOLE
    (shown,) = jobs_queries.own(made.world.people["sue"], made.now)
    assert (shown.state, shown.done, shown.total) == (JobState.DONE, STEPS, STEPS)
    assert jobs_queries.own(made.world.people["ana"], made.now) == []
    with pytest.raises(Missing):
        made.file("ana", job_id)
    jobs_services.discard(acting(made.world, "ana"), job_id)
    assert made.file("sue", job_id) == WHOLE


@pytest.mark.races
def test_two_workers_at_once_do_each_job_once(app: Flask, made: Maker) -> None:
    ids = [made.ask(name, "rows") for name in ("ana", "ben", "sue")]
    both = Barrier(2)

    def work() -> list[int]:
        with app.app_context():
            both.wait()
            found = []
            while (
                done := jobs_services.run_next(made.kinds, lambda: made.now, lambda: False)
            ) is not None:
                assert done.came == "done"
                found.append(done.job_id)
            db.session.remove()
            return found

    with ThreadPoolExecutor(2) as pool:
        claimed = [each.result() for each in [pool.submit(work) for _worker in range(2)]]
    assert sorted(claimed[0] + claimed[1]) == ids
    assert rows() == sorted(str(number) for number in range(STEPS) for _job in ids)
    assert sorted(made.steps) == sorted([*range(STEPS)] * len(ids)), "no step was even begun twice"


@pytest.mark.parametrize("kind", ["file", "rows", "twice"])
def test_a_worker_that_is_killed_midway_doubles_nothing(made: Maker, kind: str) -> None:
    """Before its step does anything; and after it did, before the worker could note more."""

    def die(number: int) -> None:
        if number == 2:
            raise Killed

    job_id = made.ask("ana", kind)
    made.at_step = die
    with pytest.raises(Killed):
        made.turn()
    assert (made.job(job_id).state, made.job(job_id).done) == (JobState.RUNNING, 2)
    assert made.turn() is None, "its worker may live"
    made.now += LATER
    made.at_step, made.after_step = lambda number: None, die
    if kind == "rows":
        with pytest.raises(Killed):
            made.turn()
        assert made.job(job_id).done == 3, "kept with the row that it wrote"
        made.now += LATER
    assert made.turn() == "done"
    assert made.steps == [0, 1, 2, 3]
    assert rows() == (["0", "1", "2", "3"] if kind == "rows" else [])
    if kind == "file":
        assert made.file("ana", job_id) == WHOLE


def test_who_was_taken_for_dead_keeps_nothing(made: Maker, elsewhere: Elsewhere) -> None:
    """It was only slow: meanwhile another worker had its job."""
    job_id = made.ask("ana", "rows")

    def overtaken(number: int) -> None:
        if number == 1 and made.now == made.world.now:
            made.now += LATER
            assert elsewhere(made.turn) == "done"

    made.at_step = overtaken
    assert made.turn() == "lost"
    assert made.steps == [0, 1, 2, 3, 1]
    assert rows() == ["0", "1", "2", "3"]
    assert made.job(job_id).state is JobState.DONE


def test_a_canceled_job_stops_and_leaves_nothing(made: Maker, elsewhere: Elsewhere) -> None:
    def cancel(number: int) -> None:
        if number == 2:
            elsewhere(lambda: jobs_services.discard(acting(made.world, "ana"), job_id))

    made.at_step = cancel
    for kind in ("file", "rows"):
        job_id = made.ask("ana", kind)
        assert made.turn() == "lost"
    assert count(Job, JobPart, JobPerson) == [0, 0, 0]
    assert rows() == ["0", "1"], "what its steps had done stays"


def test_at_the_end_of_a_turn_the_next_job_has_its_own(made: Maker) -> None:
    first, second = made.ask("ana", "twice"), made.ask("ben", "twice")
    over = iter([False, False, True])
    made.now += dt.timedelta(seconds=1)
    assert made.turn(lambda: next(over)) == "given_back"
    assert made.turn() == "done"
    assert [made.job(each).done for each in (first, second)] == [2, STEPS]
    assert made.turn() == "done"
    assert made.steps == [0, 1, 0, 1, 2, 3, 2, 3]


def test_a_step_that_fails_is_tried_again_and_not_for_ever(made: Maker) -> None:
    job_id = made.ask("ana", "file")

    def fail(number: int) -> None:
        if number == 1:
            raise RuntimeError("of the program")

    made.at_step = fail
    came = []
    while made.job(job_id).state is not JobState.FAILED:
        came.append(made.turn())
        made.now += dt.timedelta(minutes=1)
    assert [each for each in came if each] == ["tried_again", "tried_again", "given_up"]
    assert len(came) > TRIES_MAX, "it waits in between, longer each time"
    assert (made.job(job_id).reason, count(JobPart)) == ("job_given_up", [0])


def test_a_step_that_kills_its_worker_is_given_up_too(made: Maker) -> None:
    def die(number: int) -> None:
        raise Killed

    job_id, made.at_step = made.ask("ana", "twice"), die
    for _try in range(TRIES_MAX):
        with pytest.raises(Killed):
            made.turn()
        made.now += LATER
    assert made.turn() is None
    assert (made.job(job_id).state, made.job(job_id).reason) == (JobState.FAILED, "job_given_up")


def test_a_person_has_so_many_and_asks_for_the_same_once(made: Maker) -> None:
    first = made.ask("ana", "file", team="1")
    assert made.ask("ana", "file", team="1") == first
    for number in range(2, OPEN_MAX + 1):
        made.ask("ana", "file", team=str(number))
    with pytest.raises(Conflict, match="jobs_open") as refused:
        made.ask("ana", "file", team="0")
    assert refused.value.facts == {"most": OPEN_MAX}
    made.ask("ben", "file", team="0")
    with transaction() as tx:
        tx.execute(update(Job).values(state=JobState.DONE, ended_at=made.now))
    for number in range(KEPT_MAX - OPEN_MAX):
        job_id = made.ask("ana", "file", team=f"more {number}")
        with transaction() as tx:
            done = {"state": JobState.DONE, "ended_at": made.now}
            tx.execute(update(Job).where(Job.id == job_id).values(**done))
    with pytest.raises(Conflict, match="jobs_kept"):
        made.ask("ana", "file", team="0")
    made.now += KEPT_FOR
    made.ask("ana", "file", team="0")


def test_after_seven_days_it_is_gone_and_not_a_moment_before(made: Maker) -> None:
    job_id = made.ask("sue", "file")
    made.turn()
    assert dt.timedelta(days=7) == KEPT_FOR
    made.now += KEPT_FOR - dt.timedelta(seconds=1)
    assert jobs_services.forget(made.now) == 0
    assert made.file("sue", job_id) == WHOLE
    made.now += dt.timedelta(seconds=1)
    with pytest.raises(Missing):
        made.file("sue", job_id)
    assert jobs_services.forget(made.now) == 1
    assert count(Job, JobPart, JobPerson) == [0, 0, 0]


def test_rights_that_changed_withhold_the_file(made: Maker) -> None:
    job_id = made.ask("sue", "file")
    made.turn()
    for made.rights in ("others", None):  # type: ignore[assignment]
        assert made.file("sue", job_id) is None
    made.rights = "as they are"
    assert made.file("sue", job_id) == WHOLE


def test_without_rights_nothing_is_made(made: Maker) -> None:
    job_id = made.ask("sue", "file")
    made.rights = None  # type: ignore[assignment]
    assert made.turn() == "refused"
    assert (made.job(job_id).reason, made.steps) == ("job_not_allowed", [])


def test_rights_that_changed_midway_begin_it_anew(made: Maker) -> None:
    job_id = made.ask("sue", "file")
    over = iter([False, False, True])
    made.turn(lambda: next(over))
    made.rights = "others"
    assert made.turn() == "done"
    assert made.steps == [0, 1, 0, 1, 2, 3]
    assert made.file("sue", job_id) == WHOLE


def test_an_erasure_takes_every_file_about_that_person(
    made: Maker, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """One that is done, and one that is being made: what its worker has read is not kept. Both are
    made anew."""
    ben = acting(made.world, "ben")
    of_ben = piece(made.world, "ben", folder=tmp_path)
    ready, half = made.ask("sue", "file"), made.ask("ana", "file")
    assert made.turn() == "done"

    def erase(number: int) -> None:
        if number == 1:
            elsewhere(
                lambda: erasures_actions.erase(
                    ben, of_ben, ErasureReason.OTHER, tmp_path, now=made.now
                )
            )

    made.at_step = erase
    assert made.turn() == "lost"
    assert count(JobPart, JobPerson) == [0, 0]
    with pytest.raises(Missing):
        made.file("sue", ready)
    made.at_step = lambda number: None
    assert [made.turn(), made.turn()] == ["done", "done"]
    assert (made.file("sue", ready), made.file("ana", half)) == (WHOLE, WHOLE)
