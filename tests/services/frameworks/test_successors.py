"""What takes the place of a statement, over one version and over two."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories.versions import next_version
from tests.factories.world import World
from tracker.db import session
from tracker.models import StatementSuccessor
from tracker.rules.frameworks.versions import Change

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_every_earlier_version_leads_to_the_newest(world: World) -> None:
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
    rows = session().scalars(select(StatementSuccessor)).all()
    found = {(row.statement_id, row.successor_id): row for row in rows}

    def over_both(statement_id: int, part: int = 0) -> StatementSuccessor:
        after = second.became[statement_id][part]
        return found[statement_id, third.became[after][0]]

    assert {row.steps for row in rows} == {1, 2}
    assert over_both(same).carries
    assert over_both(same).change == Change.REWORDED
    assert not over_both(reworded).carries, "one of two said to rate it again"
    assert over_both(split).carries
    assert not over_both(split, part=1).carries
    assert over_both(joined).successor_id == over_both(other).successor_id
    assert over_both(joined).change == Change.MERGED
    assert gone not in {row.statement_id for row in rows}


def test_split_and_merged_again_carries_where_one_way_does(world: World) -> None:
    split = world.statements["communication"][0]
    second = next_version(world, split={split: True})
    first_part, second_part = second.became[split]
    third = next_version(
        world, of=second.framework_id, version="3", merged={(second_part, first_part): True}
    )
    found = session().scalars(
        select(StatementSuccessor).where(
            StatementSuccessor.statement_id == split,
            StatementSuccessor.successor_id == third.became[first_part][0],
        )
    )
    assert [(row.carries, row.steps) for row in found] == [(True, 2)]
