"""A grid of answers, saved at once: whole or not at all."""

import datetime as dt

import pytest

from tests.assessment.ratings.stored import DAY, history, stored
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import leave_out
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Missing


def sent(
    statement_id: int, answer: Answer | None, base: int = 0, **more: object
) -> ratings_actions.RatingToSave:
    return ratings_actions.RatingToSave(statement_id, answer, base, **more)  # type: ignore[arg-type]


def test_a_grid_is_saved_at_once(world: World, rater: Actor, first: int) -> None:
    second, third = world.statements["communication"][1:3]
    ratings_actions.rate(rater, second, Answer.NOT_YET, 0, world.now)
    changed = ratings_actions.rate_many(
        rater,
        [
            sent(first, Answer.PARTLY, notes={"own_note": "mine"}),
            sent(second, Answer.NOT_YET, 1),
            sent(third, Answer.NOT_SURE),
        ],
        world.now + DAY,
    )
    assert changed == 2
    assert [history(world, each) for each in (first, second, third)] == [
        [("partly", "rated", 1)],
        [("not_yet", "rated", 1)],
        [("not_sure", "rated", 1)],
    ]
    row = stored(world, first)
    assert row is not None
    assert row.own_note == "mine"


def test_a_grid_is_saved_whole_or_not_at_all_and_every_refusal_is_told(
    world: World, rater: Actor, first: int
) -> None:
    second, third, fourth = world.statements["communication"][1:4]
    ratings_actions.rate(rater, second, Answer.NOT_YET, 0, world.now)
    leave_out(world, third, "No such tool.")
    with pytest.raises(Conflict) as refused:
        ratings_actions.rate_many(
            rater,
            [
                sent(first, Answer.PARTLY),
                sent(second, Answer.PARTLY),
                sent(third, Answer.PARTLY),
                sent(fourth, None),
            ],
            world.now,
        )
    rows = refused.value.facts["rows"]
    assert isinstance(rows, dict)
    assert {key: row.code for key, row in rows.items()} == {
        second: "rating_changed",
        third: "not_rated_here",
        fourth: "answer_unknown",
    }
    assert rows[second].facts["current"].answer == Answer.NOT_YET
    assert stored(world, first) is None
    assert len(history(world, second)) == 1


def test_a_grid_of_another_framework_is_no_grid(world: World, rater: Actor, first: int) -> None:
    with pytest.raises(Missing):
        ratings_actions.rate_many(
            rater, [sent(first, Answer.PARTLY), sent(2**31 - 1, Answer.PARTLY)], world.now
        )
    assert stored(world, first) is None


def test_saving_a_grid_confirms_no_old_answer_by_itself(
    world: World, rater: Actor, first: int
) -> None:
    before = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, before)
    assert (
        ratings_actions.rate_many(rater, [sent(first, Answer.PARTLY, 1, confirm=False)], world.now)
        == 0
    )
    assert ratings_actions.rate_many(rater, [sent(first, Answer.PARTLY, 1)], world.now) == 1
    assert history(world, first)[-1] == ("partly", "confirmed", 2)


def test_reading_a_grid_takes_two_statements_whatever_the_size(
    world: World, rater: Actor, count_sql: Queries
) -> None:
    everything = [sent(each, Answer.PARTLY) for each in world.statements["communication"]]
    ratings_actions.rate_many(rater, everything, world.now)
    for size in (1, len(everything)):
        count_sql.clear()
        again = [sent(each.statement_id, Answer.PARTLY, 1) for each in everything[:size]]
        assert ratings_actions.rate_many(rater, again, world.now) == 0
        assert len(count_sql) == 2, count_sql
