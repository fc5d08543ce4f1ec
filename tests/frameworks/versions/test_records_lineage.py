"""What skills are made of, over one version and over two."""

import pytest
from sqlalchemy import select

from tests.factories.versions import next_version
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions.records import add_origin
from tracker.frameworks.versions.rules import Change
from tracker.models import SkillOrigin, Statement
from tracker.rules.errors import Conflict

pytestmark = pytest.mark.usefixtures("app_context")


def skill(statement_id: int) -> int:
    found = session().get_one(Statement, statement_id).skill_id
    session().rollback()
    return found


def origins() -> dict[tuple[int, int], SkillOrigin]:
    """By origin, and what was made of it."""
    rows = session().scalars(select(SkillOrigin)).all()
    return {(row.origin_id, row.skill_id): row for row in rows}


def test_the_closure_is_kept_with_each_version(world: World) -> None:
    same, reworded, split, joined, gone = world.statements["communication"][:5]
    other = world.statements["technical"][0]
    second = next_version(world, reworded={reworded: False}, split={split: True}, retired={gone})
    third = next_version(
        world,
        of=second.framework_id,
        version="3",
        merged={(second.became[joined][0], second.became[other][0]): True},
        reworded={second.became[same][0]: True, second.became[reworded][0]: True},
    )
    found = origins()

    def last(statement_id: int, part: int = 0) -> int:
        return skill(third.became[second.became[statement_id][part]][0])

    assert last(same) == skill(same), "reworded and carried: the same skill"
    again = found[skill(reworded), last(reworded)]
    assert (again.carries, again.change, again.steps) == (False, Change.REWORDED, 1)
    parts = [found[skill(split), last(split, part)] for part in (0, 1)]
    assert [(each.carries, each.change) for each in parts] == [
        (True, Change.SPLIT),
        (False, Change.SPLIT),
    ]
    assert last(joined) == last(other)
    assert {found[skill(each), last(joined)].change for each in (joined, other)} == {Change.MERGED}
    assert skill(gone) not in {origin for origin, _skill in found}


def test_over_two_versions_it_carries_where_each_step_does(world: World) -> None:
    one, other = world.statements["communication"][:2]
    second = next_version(world, split={one: True}, reworded={other: False})
    third = next_version(
        world,
        of=second.framework_id,
        version="3",
        split={second.became[one][0]: True, second.became[other][0]: True},
    )
    found = origins()
    lines = {
        part: found[skill(one), skill(third.became[second.became[one][0]][part])] for part in (0, 1)
    }
    assert {part: (each.carries, each.steps) for part, each in lines.items()} == {
        0: (True, 2),
        1: (False, 2),
    }
    asked = found[skill(other), skill(third.became[second.became[other][0]][0])]
    assert (asked.carries, asked.change, asked.steps) == (False, Change.SPLIT, 2)


def test_split_and_merged_again_carries_where_one_way_does(world: World) -> None:
    split = world.statements["communication"][0]
    second = next_version(world, split={split: True})
    first_part, second_part = second.became[split]
    third = next_version(
        world, of=second.framework_id, version="3", merged={(second_part, first_part): True}
    )
    found = origins()[skill(split), skill(third.became[first_part][0])]
    assert (found.carries, found.steps) == (True, 2)


def test_no_skill_comes_of_itself(world: World) -> None:
    split = world.statements["communication"][0]
    part = next_version(world, split={split: True}).became[split][0]
    above, below = skill(split), skill(part)
    for origin, made, code in (
        (below, above, "origin_circle"),
        (above, above, "origin_circle"),
        (above, below, "origin_there"),
    ):
        with pytest.raises(Conflict, match=code), transaction() as tx:
            add_origin(tx, made, origin, Change.SPLIT, carries=True)
