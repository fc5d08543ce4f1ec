"""What the levels of everybody on a version stand on, in a library."""

import datetime as dt

import pytest
from sqlalchemy import insert

from tests.factories.frameworks import leave_out, open_round, second_framework
from tests.factories.versions import next_version
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Change
from tracker.models import SkillOrigin, Statement
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingBasis, StandingScope

pytestmark = pytest.mark.usefixtures("app_context")


def basis(world: World, version: int | None = None) -> StandingBasis:
    session().rollback()
    place = StandingScope(version or world.framework_id, world.libraries["city"])
    return standings_queries.basis(place)


def test_what_was_merged_is_left_out_where_all_parts_are(world: World) -> None:
    first, second = world.statements["communication"][:2]
    made = next_version(world, merged={(first, second): True})
    (merged,) = made.became[first]
    leave_out(world, first, "No such desk here")
    assert basis(world, made.framework_id).left_out == set()
    leave_out(world, second, "No such desk here")
    assert basis(world, made.framework_id).left_out == {merged}


def test_an_origin_that_is_added_changes_the_basis_of_who_was_read_before(world: World) -> None:
    old, *_rest = world.statements["communication"]
    made = next_version(world, retired=[old], added=1)
    (new,) = made.added
    leave_out(world, old, "No such desk here")
    before = basis(world, made.framework_id)
    assert before.left_out == set()
    with transaction() as tx:
        skill = tx.get_one(Statement, new).skill_id
        origin = tx.get_one(Statement, old).skill_id
        of = {
            "skill_id": skill,
            "origin_id": origin,
            "line": 1,
            "steps": 1,
            "carries": True,
            "change": Change.REWORDED,
        }
        tx.execute(insert(SkillOrigin).values(of))
    after = basis(world, made.framework_id)
    assert after.left_out == {new}
    assert after.digest != before.digest


def test_a_round_of_another_framework_changes_nothing(world: World) -> None:
    mine, before = world.framework_id, basis(world).digest
    day = dt.date(2027, 1, 4)
    _file, world.framework_id = second_framework(world, "spanish")
    open_round(world, "Winter", day, day + dt.timedelta(days=9))
    assert basis(world, mine).digest == before
    world.framework_id = mine
    open_round(world, "Spring", day + dt.timedelta(days=90), day + dt.timedelta(days=99))
    assert basis(world).digest != before
