"""A move that is planned for the end of a round. The daily work does it once, for whoever is there
by then."""

import datetime as dt
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from tests.administration.version_moves.moved import faults
from tests.administration.version_moves.test_actions import home
from tests.conftest import NOW
from tests.factories.frameworks import open_round
from tests.factories.people import join
from tests.factories.sides import actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World, make_world
from tests.test_crash import laid_out
from tracker.administration.version_moves import (
    actions as version_moves_actions,
    queries as version_moves_queries,
)
from tracker.administration.version_moves.queries import LibraryMove
from tracker.db import db, session, transaction
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Framework,
    LibraryVersion,
    Notice,
    PersonVersion,
    Round,
)
from tracker.rules.errors import Conflict, Missing

DAY = dt.timedelta(days=1)
ENDS_ON = dt.date(2026, 12, 11)
ON_IT = ("ana", "ben", "lea", "sue")


def at(day: dt.date) -> dt.datetime:
    """When the daily work is due, that day."""
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


def planned(world: World, version: NextVersion) -> tuple[int, dt.date]:
    """By Adam, while the round is open."""
    adam = actor(world, "adam")
    return version_moves_actions.plan(adam, world.libraries["city"], version.framework_id, NOW)


def are_on(world: World, framework_id: int) -> list[str]:
    return [name for name in ON_IT if home(world, name) == framework_id]


def noted() -> list[tuple[str, int | None, dict[str, Any]]]:
    """What the audit says of moves, in order: the kind, by whom, and the facts of it."""
    session().rollback()
    rows = session().execute(
        select(AuditEvent.kind, AuditEvent.actor_id, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(AuditEvent.kind.contains("move"))
        .order_by(AuditEvent.sequence)
    )
    return [(kind, by, facts) for kind, by, facts in rows]


def awaited(world: World, today: dt.date) -> LibraryMove | None:
    session().rollback()
    (framework,) = version_moves_queries.frameworks(world.libraries["city"], today)
    return framework.planned


def test_when_the_round_is_over_whoever_is_there_by_then_moves(context: World) -> None:
    world = context
    version = next_version(world)
    assert planned(world, version) == (4, ENDS_ON + DAY)
    assert version_moves_actions.move_due(at(ENDS_ON)) == 0
    assert are_on(world, world.framework_id) == [*ON_IT]
    join(world, "nina", "central")
    carried(world, version, NOW, person="ben")
    move = awaited(world, NOW.date())
    assert move is not None
    assert (move.left, move.to.version, move.people) == ("1", "2", 4), "one came, and one went"
    assert version_moves_actions.move_due(at(ENDS_ON + DAY)) == 4
    assert are_on(world, version.framework_id) == [*ON_IT]
    assert home(world, "nina") == version.framework_id
    assert (
        version_moves_actions.move_due(at(ENDS_ON + DAY))
        == version_moves_actions.move_due(at(ENDS_ON + 2 * DAY))
        == 0
    )
    assert awaited(world, ENDS_ON + DAY) is None
    by = world.people["adam"]
    facts = {"framework": "small", "before": "1", "after": "2"}
    assert noted() == [
        ("move_planned", by, facts | {"round": "Autumn 2026", "on": "2026-12-12"}),
        ("planned_move_done", None, facts | {"people": 4}),
    ]
    past = version_moves_queries.past_moves(world.libraries["city"])
    assert [(each.people, each.by) for each in past] == [(4, "Adam"), (1, "Adam")]
    join(world, "otis", "central")
    assert home(world, "otis") == version.framework_id, "newcomers begin with it"
    assert faults() == []


def test_it_waits_where_the_round_is_prolonged(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version)
    longer = ENDS_ON + 7 * DAY
    with transaction() as tx:
        tx.get_one(Round, world.rounds["city"]).ends_on = longer
    move = awaited(world, NOW.date())
    assert move is not None
    assert move.round is not None
    assert (move.round.name, move.round.ends_on) == ("Autumn 2026", longer)
    assert (
        version_moves_actions.move_due(at(ENDS_ON + DAY))
        == version_moves_actions.move_due(at(longer))
        == 0
    )
    assert version_moves_actions.move_due(at(longer + DAY)) == 4
    assert [kind for kind, _by, _facts in noted()] == ["move_planned", "planned_move_done"]
    assert faults() == []


def test_a_round_that_follows_at_once_is_finished_first(context: World) -> None:
    world = context
    version = next_version(world)
    open_round(world, "Winter", ENDS_ON + DAY, ENDS_ON + 20 * DAY)
    open_round(world, "Spring", ENDS_ON + 40 * DAY, ENDS_ON + 50 * DAY)
    assert planned(world, version) == (4, ENDS_ON + 21 * DAY), "foreseen"
    assert (
        version_moves_actions.move_due(at(ENDS_ON + DAY))
        == version_moves_actions.move_due(at(ENDS_ON + 20 * DAY))
        == 0
    )
    assert version_moves_actions.move_due(at(ENDS_ON + 21 * DAY)) == 4, (
        "what comes later is for that version"
    )


def test_a_round_of_a_version_that_nobody_leaves_holds_nobody_up(context: World) -> None:
    """Somebody went ahead, and a round is open for those who are there."""
    world = context
    second = next_version(world)
    third = next_version(world, of=second.framework_id, version="3")
    carried(world, second)
    carried(world, third, person="sue")
    world.framework_id = third.framework_id
    open_round(world, "Winter", AFTER.date(), AFTER.date() + 30 * DAY)
    with pytest.raises(Conflict, match="move_in_round"):
        carried(world, third, back=True)
    assert carried(world, third) == 3


def test_what_was_missed_is_done(context: World) -> None:
    """The daily work didn't run for a week; a library that can move at once meanwhile waits for it,
    or cancels."""
    world = context
    version = next_version(world)
    planned(world, version)
    with pytest.raises(Conflict, match="move_planned"):
        carried(world, version)
    move = awaited(world, AFTER.date())
    assert move is not None
    assert move.round is None
    assert version_moves_actions.move_due(AFTER + 7 * DAY) == 4


def test_one_is_planned_of_each_framework(context: World) -> None:
    world = context
    version = next_version(world)
    third = next_version(world, of=version.framework_id, version="3")
    planned(world, version)
    for other in (version, third):
        with pytest.raises(Conflict, match="move_planned"):
            planned(world, other)


def test_why_it_cannot_be_planned(context: World) -> None:
    world = context
    version = next_version(world)
    library_id, to_id = world.libraries["city"], version.framework_id
    adam = actor(world, "adam", AFTER)
    with pytest.raises(Conflict, match="move_no_round"):
        version_moves_actions.plan(adam, library_id, to_id, AFTER)
    with pytest.raises(Conflict, match="move_done"):
        version_moves_actions.plan(adam, library_id, world.framework_id, AFTER)
    for stranger in ("oda", "cora"):
        with pytest.raises(Missing):
            version_moves_actions.plan(actor(world, stranger), library_id, to_id, NOW)


def test_it_can_be_canceled_until_it_is_done(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version)
    to_id = version.framework_id
    with pytest.raises(Conflict, match="move_over"):
        version_moves_actions.cancel(actor(world, "oda"), to_id, NOW)
    with pytest.raises(Missing):
        version_moves_actions.cancel(actor(world, "cora"), to_id, NOW)
    version_moves_actions.cancel(actor(world, "adam"), to_id, NOW)
    with pytest.raises(Conflict, match="move_over"):
        version_moves_actions.cancel(actor(world, "adam"), to_id, NOW)
    assert version_moves_actions.move_due(AFTER) == 0
    assert are_on(world, world.framework_id) == [*ON_IT]
    assert [kind for kind, _by, _facts in noted()] == ["move_planned", "move_canceled"]


def test_people_are_told_when_they_move_and_who_supervises_them_once(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version)

    def told() -> Counter[tuple[str, int | None]]:
        session().rollback()
        names = {key: name for name, key in world.people.items()}
        rows = session().execute(
            select(Notice.person_id, Notice.people).where(Notice.version_id.is_not(None))
        )
        return Counter((names[person_id], people) for person_id, people in rows)

    assert told() == Counter(), "not while it is planned"
    version_moves_actions.move_due(AFTER)
    assert told() == Counter(
        [*((name, None) for name in ON_IT), ("sue", 2), ("ana", 1), ("hugo", 1)]
    )


@pytest.mark.races
def test_two_daily_works_at_once_do_it_once(app: Flask, context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version)

    def work(_number: int) -> int:
        with app.app_context():
            return version_moves_actions.move_due(AFTER)

    session().rollback()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 4
    assert [kind for kind, _by, _facts in noted()].count("planned_move_done") == 1
    newest = session().scalar(
        select(func.count(PersonVersion.id)).where(
            PersonVersion.framework_id == version.framework_id
        )
    )
    assert newest == 4
    assert faults() == []


DIES = """
import datetime as dt, os, signal, sys
from tracker.app import create_base
from tracker.administration.version_moves import actions as moves
written = moves._note
def die(*what, **facts):
    written(*what, **facts)
    os.kill(os.getpid(), signal.SIGKILL)
moves._note = die
with create_base(makes=False).app_context():
    moves.move_due(dt.datetime.fromisoformat(sys.argv[1]))
"""
"""The daily work, which is killed when all is written and nothing is kept."""


@pytest.mark.in_ci
def test_killed_in_the_middle_it_is_done_once(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    with laid_out(engine_name, tmp_path) as (app, environment):
        with app.app_context():
            world = make_world(NOW)
            version = next_version(world)
            planned(world, version)
            db.session.remove()
        killed = subprocess.run(
            [sys.executable, "-c", DIES, AFTER.isoformat()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert killed.returncode == -9, killed.stderr
        with app.app_context():
            assert are_on(world, world.framework_id) == [*ON_IT], "nothing of it is kept"
            assert awaited(world, AFTER.date()) is not None
            assert version_moves_actions.move_due(AFTER) == 4
            assert version_moves_actions.move_due(AFTER) == 0
            assert are_on(world, version.framework_id) == [*ON_IT]
            begins = session().scalars(
                select(Framework.version)
                .join(LibraryVersion, LibraryVersion.framework_id == Framework.id)
                .where(LibraryVersion.library_id == world.libraries["city"])
                .order_by(LibraryVersion.id)
            )
            assert begins.all() == ["1", "2"]
            assert faults() == []
            db.session.remove()
