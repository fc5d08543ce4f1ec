"""What stands for a statement of a newer version is read from those that carry to it."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories.answers import EndorsedAnswer
from tests.factories.levels import counted
from tests.factories.reviews import endorse
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tracker.db import session
from tracker.frameworks.versions.rules import Voice
from tracker.models.record.words import standing
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.rules import Sheet, Side

YES, PARTLY = EndorsedAnswer.CONSISTENTLY, EndorsedAnswer.PARTLY
pytestmark = pytest.mark.usefixtures("app_context")


def stands(world: World, framework_id: int, person: str = "ana") -> dict[int, str]:
    """By statement; a second row of one would be lost here, and is looked for."""
    found = standing(lambda column: column == world.people[person], framework_id)
    rows = session().execute(select(found.c.statement_id, found.c.answer)).all()
    assert len({row.statement_id for row in rows}) == len(rows)
    return {row.statement_id: row.answer for row in rows}


def others(world: World, made: NextVersion, at: dt.datetime | None = None) -> Sheet:
    """Ana's on that version, as others see it."""
    on = made.framework_id, world.libraries["city"], AFTER.date()
    (sheet,) = sheet_queries.of_people([world.people["ana"]], *on, Side.REVEALED, None, at)
    return sheet


def through(world: World, made: NextVersion, **others: object) -> dict[int, str]:
    """Of that version's own statements only."""
    own = {each for ids in made.became.values() for each in ids}
    return {key: said for key, said in stands(world, made.framework_id).items() if key in own}


def test_each_change_of_a_statement(world: World) -> None:
    same, asked, split, one, other, third = world.statements["communication"][:6]
    fourth = world.statements["communication"][6]
    for each in (same, asked, split, one, other, third):
        endorse(world, "ana", "sue", each, YES)
    endorse(world, "ana", "hugo", fourth, PARTLY)
    made = next_version(
        world,
        reworded={asked: False},
        split={split: True},
        merged={(one, other): True, (third, fourth): True},
    )
    assert through(world, made) == {
        made.became[same][0]: "consistently",
        made.became[split][0]: "consistently",
        made.became[one][0]: "consistently",
    }, "not asked again, nor the other part, nor what was merged with different answers"
    before = stands(world, world.framework_id)
    assert before[asked] == "consistently", "on the old version all is as it was"


def test_over_two_versions_the_nearest_word_counts(world: World) -> None:
    first, one, other, lacking = world.statements["technical"][:4]
    for each in (first, one, lacking):
        endorse(world, "ana", "sue", each, PARTLY, world.now - dt.timedelta(days=9))
    second = next_version(world)
    endorse(world, "ana", "hugo", second.became[first][0], YES)
    endorse(world, "ana", "hugo", second.became[other][0], PARTLY)
    third = next_version(
        world,
        of=second.framework_id,
        version="3",
        merged={
            (second.became[one][0], second.became[other][0]): True,
            (second.became[lacking][0], second.became[world.statements["technical"][4]][0]): True,
        },
    )
    newest = third.became[second.became[first][0]][0]
    merged = third.became[second.became[one][0]][0]
    assert through(world, third) == {newest: "consistently", merged: "partly"}, (
        "one part was reviewed on the first version, one on the second; one lacks a word"
    )
    sheet = others(world, third, world.now - dt.timedelta(days=1))
    earlier = {line.statement.id: sheet.answer(line, Voice.ENDORSED) for line in sheet.lines}
    assert (earlier[newest], earlier[merged]) == ("partly", None)


def test_what_was_revealed_is_read_the_same_way_and_counts_in_levels(world: World) -> None:
    same, asked = world.statements["communication"][:2]
    endorse(world, "ana", "sue", same, YES)
    endorse(world, "ana", "sue", asked, YES)
    made = next_version(world, reworded={asked: False})
    carried(world, made)
    sheet = others(world, made)
    said = {line.statement.id: sheet.answer(line, Voice.SELF) for line in sheet.lines}
    assert said[made.became[same][0]] == "consistently"
    assert said[made.became[asked][0]] is None
    for voice in Voice:
        found = counted(sheet, voice)
        assert [each.total() for each in found.values()] == [1]
