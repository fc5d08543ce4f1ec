"""A roster that the worker brings in: once, as it was approved, and told where it wasn't."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.administration.roster.rosters import place, roster
from tests.factories.notices import told
from tests.factories.world import World
from tracker.administration.people import actions as people_actions
from tracker.administration.roster import actions as roster_actions, queries as roster_queries
from tracker.administration.roster.rules import RosterMapping
from tracker.db import db, session
from tracker.models import Person
from tracker.policy.permissions import Actor
from tracker.queries.core import jobs as jobs_queries
from tracker.rules.core.jobs import JobState
from tracker.rules.errors import Conflict
from tracker.services.core import jobs as jobs_services

pytestmark = pytest.mark.usefixtures("all_is_sealed")


@pytest.mark.in_ci
def test_a_large_roster_is_brought_in_by_the_worker_once(
    app: Flask, context: World, adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker dies in the middle of the writing, and before its progress is noted; another goes
    on, and nobody is there twice. A third is asked for the same and changes nothing."""
    kinds = app.extensions["tracker_jobs"]
    lines = [f",Person {n},p{n}@example.org,Central,,Mid-level,," for n in range(300)]
    roster_id = roster_actions.stage(adam, roster(*lines), context.now)
    seen = roster_queries.roster(roster_id).plan_digest
    wanted = {"record_id": str(roster_id), "about": "staff.csv", "seen": seen, "language": "en"}
    people = session().scalar(select(func.count()).select_from(Person))
    jobs_services.ask(adam, "roster", wanted, context.now)
    later = [context.now]
    for broken in (True, False):
        with monkeypatch.context() as patch:
            if broken:
                patch.setattr(roster_actions, "bindparam", lambda *_args: 1 / 0)
            came = jobs_services.run_next(kinds, lambda: later[-1], lambda: False)
        later.append(later[-1] + dt.timedelta(minutes=10))
        assert came is not None
        assert came.came == ("tried_again" if broken else "done")
        db.session.rollback()
        count = session().scalar(select(func.count()).select_from(Person))
        assert count == (people if broken else (people or 0) + 300)
    jobs_services.ask(adam, "roster", wanted, later[-1])
    again = jobs_services.run_next(kinds, lambda: later[-1], lambda: False)
    assert again is not None
    db.session.rollback()
    assert session().scalar(select(func.count()).select_from(Person)) == (people or 0) + 300


@pytest.mark.parametrize("many", [3, 300])
def test_what_was_approved_for_one_file_brings_in_no_other(
    context: World, adam: Actor, many: int
) -> None:
    """Two files of as many rows, which differ in nothing but who is in them."""
    first, second = (
        [f",{name} {n},{name}{n}@example.org,Central,,Mid-level,," for n in range(many)]
        for name in ("ada", "bob")
    )
    shown = roster_actions.stage(adam, roster(*first), context.now)
    seen = roster_queries.roster(shown).plan_digest
    newer = roster_actions.stage(adam, roster(*second), context.now)
    assert newer != shown
    assert roster_queries.roster(newer).plan_digest != seen
    with pytest.raises(Conflict, match="roster_overtaken"):
        roster_actions.bring_in(adam, newer, seen, context.now)
    for act in (
        roster_actions.bring_in,
        lambda *which: roster_actions.ask(*which[:3], "en", which[3]),
    ):
        with pytest.raises(Conflict, match="roster_replaced"):
            act(adam, shown, seen, context.now)
    assert roster_queries.cells(shown) == []
    assert [found.id for found, _by in roster_queries.recent(adam)] == [newer]
    roster_actions.discard(adam, newer, context.now)
    assert roster_actions.stage(adam, roster(*first), context.now) > newer
    assert place("bob 1") == []


@pytest.mark.in_ci
def test_while_one_is_brought_in_others_are_looked_at_and_wait(
    app: Flask, context: World, adam: Actor
) -> None:
    """A preview blocks nobody, and nothing takes the approved file away."""
    kinds, now = app.extensions["tracker_jobs"], context.now
    lines = [f",Person {n},p{n}@example.org,Central,,Mid-level,," for n in range(300)]
    large = roster_actions.stage(adam, roster(*lines), now)
    seen = roster_queries.roster(large).plan_digest
    job_id = roster_actions.ask(adam, large, seen, "en", now)
    assert roster_actions.ask(adam, large, seen, "en", now) == job_id
    small = roster_actions.stage(adam, roster(",Ada,ada@example.org,Central,,Mid-level,,"), now)
    small_seen = roster_queries.roster(small).plan_digest
    mapping = RosterMapping(roster_queries.roster(large).columns, {}, False)
    for act in (
        lambda: roster_actions.bring_in(adam, small, small_seen, now),
        lambda: roster_actions.ask(adam, small, small_seen, "en", now),
        lambda: roster_actions.bring_in(adam, large, seen, now),
        lambda: roster_actions.discard(adam, large, now),
        lambda: roster_actions.choose(adam, large, mapping, now, remember=False),
    ):
        with pytest.raises(Conflict, match="roster_at_work") as refused:
            act()
        assert refused.value.facts == {"file": "staff.csv", "name": "Adam"}
    assert roster_actions.forget(now + dt.timedelta(days=6, hours=23)) == 0
    came = jobs_services.run_next(kinds, lambda: now, lambda: False)
    assert came is not None
    assert came.came == "done"
    assert place("Person 299") != []
    assert roster_actions.bring_in(adam, small, small_seen, now) == roster_actions.BroughtIn(1, 0)


@pytest.mark.in_ci
def test_who_asked_is_told_that_nobody_was_imported_and_what_to_do(
    app: Flask, context: World, adam: Actor
) -> None:
    """Somebody changed one of the rows' people meanwhile; the rows are compared again by then."""
    kinds, now = app.extensions["tracker_jobs"], context.now
    lines = [f",Person {n},p{n}@example.org,Central,,Mid-level,," for n in range(300)]
    roster_id = roster_actions.stage(adam, roster(*lines), now)
    seen = roster_queries.roster(roster_id).plan_digest
    roster_actions.ask(adam, roster_id, seen, "en", now)
    people_actions.add(adam, "Person 7", "p7@example.org", now)
    came = jobs_services.run_next(kinds, lambda: now, lambda: False)
    assert came is not None
    assert came.came == "refused"
    (job,) = jobs_queries.own(adam.person_id, now)
    assert (job.state, job.reason) == (JobState.FAILED, "roster_overtaken")
    assert place("Person 8") == []
    assert ("job_failed", "adam") in [
        (kind, name) for name in ("adam", "cora") for kind in told(context, name)
    ]
    again = roster_queries.roster(roster_id).plan_digest
    assert again != seen
    roster_actions.ask(adam, roster_id, again, "en", now)
    assert jobs_services.run_next(kinds, lambda: now, lambda: False) is not None
    db.session.rollback()
    assert place("Person 8") != []


def test_a_file_that_is_gone_is_said_and_not_tried_again(
    app: Flask, context: World, adam: Actor
) -> None:
    arguments = {"record_id": "99", "about": "staff.csv", "seen": "x", "language": "en"}
    jobs_services.ask(adam, "roster", arguments, context.now)
    came = jobs_services.run_next(
        app.extensions["tracker_jobs"], lambda: context.now, lambda: False
    )
    assert came is not None
    assert came.came == "refused"
    (job,) = jobs_queries.own(adam.person_id, context.now)
    assert job.reason == "roster_gone"
