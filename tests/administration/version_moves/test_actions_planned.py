"""A move that is planned: on a day, or when a round ends. The daily work does it once, for whoever
is there by then."""

import datetime as dt
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from config import ROOT
from tests.administration.version_moves.moved import faults
from tests.administration.version_moves.test_actions import home
from tests.conftest import NOW
from tests.factories.frameworks import open_round
from tests.factories.people import join
from tests.factories.sending import actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version, scope
from tests.factories.world import World, make_world
from tests.test_crash import laid_out
from tracker.administration.accounts import actions as removal
from tracker.administration.people import actions as people
from tracker.administration.version_moves import actions as moves
from tracker.db import db, session, transaction
from tracker.frameworks.versions import queries_moves as planned_moves
from tracker.frameworks.versions.queries_steps import MoveScope
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Framework,
    LibraryVersion,
    Notice,
    PersonVersion,
    PlannedMove,
    Round,
)
from tracker.rules.errors import Conflict, Invalid, Missing

DAY = dt.timedelta(days=1)
NEW_YEAR = dt.date(2027, 1, 4)
ON_IT = ("ana", "ben", "lea", "sue")


def at(day: dt.date) -> dt.datetime:
    """When the daily work is due, that day."""
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


def planned(
    world: World, version: NextVersion, on: dt.date | None, now: dt.datetime = AFTER, **whom: Any
) -> int:
    """By Adam. Its id."""
    moves.plan(actor(world, "adam", now), scope(world, version, **whom), on, now)
    session().rollback()
    return session().scalars(select(PlannedMove.id).order_by(PlannedMove.id.desc())).all()[0]


def are_on(world: World, framework_id: int) -> list[str]:
    return [name for name in ON_IT if home(world, name) == framework_id]


def noted() -> list[tuple[str, int | None, dict[str, Any]]]:
    """What the audit says of moves, in order: the kind, by whom, and the facts of it."""
    session().rollback()
    rows = session().execute(
        select(AuditEvent.kind, AuditEvent.actor_id, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(AuditEvent.kind.contains("move"), AuditEvent.kind != "person_removed")
        .order_by(AuditEvent.sequence)
    )
    return [(kind, by, facts) for kind, by, facts in rows]


def lines(world: World, today: dt.date) -> list[planned_moves.ListedMove]:
    session().rollback()
    return planned_moves.listed(world.libraries["city"], today)


def test_on_its_day_whoever_is_there_by_then_moves(context: World) -> None:
    world = context
    version = next_version(world)
    whom = scope(world, version)
    adam = actor(world, "adam", AFTER)
    assert moves.plan(adam, whom, NEW_YEAR, AFTER) == (4, NEW_YEAR)
    assert moves.move_due(at(NEW_YEAR - DAY)) == 0
    assert are_on(world, world.framework_id) == [*ON_IT]
    (line,) = lines(world, AFTER.date())
    assert (line.before, line.after, line.on, line.people) == ("1", "2", NEW_YEAR, 4)
    assert (line.newcomers, line.round, line.waits_for, line.team) == (True, "", "", "")
    join(world, "nina", "central")
    carried(world, version, AFTER, person="ben")
    assert [each.people for each in lines(world, AFTER.date())] == [4], "one came, and one went"
    assert moves.move_due(at(NEW_YEAR)) == 4
    assert are_on(world, version.framework_id) == [*ON_IT]
    assert home(world, "nina") == version.framework_id
    assert moves.move_due(at(NEW_YEAR)) == moves.move_due(at(NEW_YEAR + DAY)) == 0
    assert lines(world, NEW_YEAR) == []
    by = world.people["adam"]
    said = [(kind, actor_id, facts.get("people")) for kind, actor_id, facts in noted()]
    assert said == [
        ("move_planned", by, None),
        ("people_moved", by, 1),
        ("planned_move_done", None, 4),
    ]
    assert noted()[0][2]["on"] == "2027-01-04"
    past = planned_moves.past_moves(world.libraries["city"])
    assert [(each.people, each.by) for each in past] == [(4, "Adam"), (1, "Adam")]
    join(world, "otis", "central")
    assert home(world, "otis") == version.framework_id, "newcomers begin with it"
    assert faults() == []


def test_with_the_end_of_a_round_it_waits_where_the_round_is_prolonged(context: World) -> None:
    world = context
    version = next_version(world)
    ends_on = dt.date(2026, 12, 11)
    adam = actor(world, "adam")
    assert moves.plan(adam, scope(world, version), None, NOW) == (4, ends_on + DAY)
    assert moves.move_due(at(ends_on)) == 0
    with transaction() as tx:
        longer = ends_on + 7 * DAY
        tx.execute(update(Round).where(Round.id == world.rounds["city"]).values(ends_on=longer))
    (line,) = lines(world, NOW.date())
    assert (line.round, line.on, line.waits_for) == ("Autumn 2026", longer + DAY, "")
    assert moves.move_due(at(ends_on + DAY)) == moves.move_due(at(longer)) == 0
    assert moves.move_due(at(longer + DAY)) == 4
    assert [kind for kind, _by, _facts in noted()] == ["move_planned", "planned_move_done"]
    assert faults() == []


def test_a_round_that_opened_meanwhile_is_finished_first(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version, NEW_YEAR)
    open_round(world, "Winter", NEW_YEAR - DAY, NEW_YEAR + 20 * DAY)
    (line,) = lines(world, AFTER.date())
    assert (line.waits_for, line.waits_until) == ("Winter", NEW_YEAR + 20 * DAY), "foreseen"
    for day in range(3):
        assert moves.move_due(at(NEW_YEAR + day * DAY)) == 0
    (line,) = lines(world, NEW_YEAR + 3 * DAY)
    assert (line.on, line.round, line.waits_for) == (NEW_YEAR + 21 * DAY, "", "")
    assert moves.move_due(at(NEW_YEAR + 20 * DAY)) == 0
    assert moves.move_due(at(NEW_YEAR + 21 * DAY)) == 4
    kinds = [kind for kind, _by, _facts in noted()]
    assert kinds == ["move_planned", "move_waits", "planned_move_done"], "said once"
    assert noted()[1][2]["round"] == "Winter"


def test_a_team_that_is_not_in_the_round_moves_though_it_is_open(context: World) -> None:
    """It went ahead to the next version, and goes on to the one after that."""
    world = context
    second = next_version(world)
    third = next_version(world, of=second.framework_id, version="3")
    carried(world, second, AFTER, team="bookmobile")
    open_round(world, "Winter", AFTER.date(), AFTER.date() + 30 * DAY)
    with pytest.raises(Invalid, match="move_in_round"):
        carried(world, second, AFTER, team="central")
    assert carried(world, third, AFTER, team="bookmobile") == 1
    later = AFTER + dt.timedelta(minutes=1)
    back = NextVersion(third.framework_id, world.framework_id)
    planned(world, back, AFTER.date() + DAY, later, team="bookmobile", back=True)
    assert moves.move_due(at(AFTER.date() + DAY)) == 1
    assert home(world, "sue") == world.framework_id
    with pytest.raises(Invalid, match="move_in_round"):
        carried(world, second, later, team="bookmobile")


def test_where_nobody_is_left_it_is_over(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version, NEW_YEAR, team="bookmobile")
    planned(world, version, NEW_YEAR, person="lea")
    carried(world, version, AFTER)
    assert [line.people for line in lines(world, AFTER.date())] == [0, 0]
    assert moves.move_due(at(NEW_YEAR)) == 0
    assert lines(world, NEW_YEAR) == []
    assert [facts["people"] for kind, _by, facts in noted() if "done" in kind] == [0, 0]


def test_what_was_missed_is_done_in_its_order(context: World) -> None:
    """The daily work didn't run for a week: there, and then one team back."""
    world = context
    version = next_version(world)
    carried(world, version, AFTER, person="ana")
    planned(world, version, NEW_YEAR + DAY, team="harbour", back=False)
    planned(world, version, NEW_YEAR)
    back = NextVersion(version.framework_id, world.framework_id)
    planned(world, back, NEW_YEAR + 2 * DAY, team="central", back=True)
    assert moves.move_due(at(NEW_YEAR + 7 * DAY)) == 3 + 0 + 3
    assert are_on(world, version.framework_id) == ["lea"]
    assert are_on(world, world.framework_id) == ["ana", "ben", "sue"]


def test_why_it_cannot_be_planned(context: World) -> None:
    world = context
    version = next_version(world)
    whole, back = scope(world, version), scope(world, version, back=True)
    open_round(world, "Winter", NEW_YEAR, NEW_YEAR + 20 * DAY)
    adam = actor(world, "adam", AFTER)

    def refused(whom: MoveScope, on: dt.date | None) -> str:
        with pytest.raises(Invalid) as refusal:
            moves.plan(adam, whom, on, AFTER)
        return refusal.value.code

    assert refused(whole, AFTER.date()) == "move_day_past"
    assert refused(whole, AFTER.date() - DAY) == "move_day_past"
    assert refused(whole, dt.date(2100, 1, 1)) == "day_far"
    assert refused(whole, NEW_YEAR + 20 * DAY) == "move_in_round"
    assert refused(whole, None) == "move_no_round"
    assert refused(back, NEW_YEAR - DAY) == "move_unknown"
    assert refused(scope(world, version, person="otto"), NEW_YEAR - DAY) == "move_unknown"
    assert refused(scope(world, version, person="hugo"), NEW_YEAR - DAY) == "move_nobody"
    carried(world, version, AFTER, person="ben")
    assert refused(scope(world, version, person="ben"), NEW_YEAR - DAY) == "move_done"
    planned(world, version, NEW_YEAR - DAY)
    assert refused(whole, NEW_YEAR - 2 * DAY) == "move_planned"
    planned(world, version, NEW_YEAR - 2 * DAY, team="central")
    for stranger in ("oda", "cora"):
        with pytest.raises(Missing):
            moves.plan(actor(world, stranger, AFTER), whole, NEW_YEAR - DAY, AFTER)


def test_it_can_be_canceled_until_it_is_done(context: World) -> None:
    world = context
    version = next_version(world)
    planned_id = planned(world, version, NEW_YEAR)
    with pytest.raises(Conflict, match="move_over"):
        moves.cancel(actor(world, "oda", AFTER), planned_id, AFTER)
    with pytest.raises(Missing):
        moves.cancel(actor(world, "cora", AFTER), planned_id, AFTER)
    moves.cancel(actor(world, "adam", AFTER), planned_id, AFTER)
    with pytest.raises(Conflict, match="move_over"):
        moves.cancel(actor(world, "adam", AFTER), planned_id, AFTER)
    assert moves.move_due(at(NEW_YEAR)) == 0
    assert are_on(world, world.framework_id) == [*ON_IT]
    assert [kind for kind, _by, _facts in noted()] == ["move_planned", "move_canceled"]
    assert planned(world, version, NEW_YEAR) != planned_id, "an id is given once"


def test_people_are_told_when_they_move_and_who_supervises_them_once(context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version, NEW_YEAR)

    def told() -> Counter[tuple[str, int | None]]:
        session().rollback()
        names = {key: name for name, key in world.people.items()}
        rows = session().execute(
            select(Notice.person_id, Notice.people).where(Notice.version_id.is_not(None))
        )
        return Counter((names[person_id], people) for person_id, people in rows)

    assert told() == Counter(), "not while it is planned"
    moves.move_due(at(NEW_YEAR))
    assert told() == Counter(
        [*((name, None) for name in ON_IT), ("sue", 2), ("ana", 1), ("hugo", 1)]
    )


def test_who_is_deleted_takes_what_was_planned_for_them_along(context: World) -> None:
    world = context
    version = next_version(world)
    adam = actor(world, "adam", AFTER)
    nora, _token = people.add(adam, "Nora", "nora@example.org", AFTER)
    world.people["nora"] = nora
    join(world, "nora", "central")
    planned(world, version, NEW_YEAR, person="nora")
    removal.remove(adam, nora, AFTER)
    assert lines(world, AFTER.date()) == []
    assert moves.move_due(at(NEW_YEAR)) == 0


@pytest.mark.races
def test_two_daily_works_at_once_do_it_once(app: Flask, context: World) -> None:
    world = context
    version = next_version(world)
    planned(world, version, NEW_YEAR, team="central")
    planned(world, version, NEW_YEAR)

    def work(_number: int) -> int:
        with app.app_context():
            return moves.move_due(at(NEW_YEAR))

    session().rollback()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 4
    assert [kind for kind, _by, _facts in noted()].count("planned_move_done") == 2
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
            planned(world, version, NEW_YEAR)
            db.session.remove()
        killed = subprocess.run(
            [sys.executable, "-c", DIES, at(NEW_YEAR).isoformat()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert killed.returncode == -9, killed.stderr
        with app.app_context():
            assert are_on(world, world.framework_id) == [*ON_IT], "nothing of it is kept"
            assert len(lines(world, NEW_YEAR)) == 1
            assert moves.move_due(at(NEW_YEAR)) == 4
            assert moves.move_due(at(NEW_YEAR)) == 0
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
