"""How a standing at the end of a round is written down and read again."""

import pytest

from tracker.frameworks.versions.rules_levels import RULE, LevelTally, TargetState, standing
from tracker.teams.gaps.rules import GapCell
from tracker.teams.rounds.rules_snapshots import (
    Kept,
    cell,
    counts,
    read_cell,
    read_target,
    rule,
    veiled,
)

MET, NOT_MET = LevelTally(1, 5, 0, 0, 4, 1, 0), LevelTally(2, 8, 1, 1, 1, 4, 1)
OPEN = LevelTally(2, 5, 0, 0, 1, 0, 4)
REVIEWED, REVEALED = standing(RULE, [MET, NOT_MET], 2), standing(RULE, [MET, OPEN], 2)


def test_it_says_by_which_rule_it_was_decided() -> None:
    assert rule() == {"version": 1}


def test_a_cell_holds_both_sides_the_target_and_what_is_not_met() -> None:
    kept = {"reviewed": "MN", "revealed": "MU", "target": 2, "state": "gap", "not_met": [3, 8]}
    assert cell(REVIEWED, REVEALED, {8, 3}, {}) == kept
    by_job = {"by_job": {"4": 1, "9": None}}
    assert cell(REVIEWED, REVEALED, {8, 3}, {4: 1, 9: None}) == kept | by_job


def test_counts_are_kept_level_by_level() -> None:
    assert counts(REVIEWED) == {
        "held": 1,
        "state": "gap",
        "levels": [
            {
                "rank": 1,
                "listed": 5,
                "left_out": 0,
                "excluded": 0,
                "met": 4,
                "not_met": 1,
                "open": 0,
            },
            {
                "rank": 2,
                "listed": 8,
                "left_out": 1,
                "excluded": 1,
                "met": 1,
                "not_met": 4,
                "open": 1,
            },
        ],
    }


SEVERAL: Kept = {"target": 3, "by_job": {"4": 1, "7": 2, "9": None}}


@pytest.mark.parametrize(
    ("kept", "asked", "target"),
    [
        pytest.param({"target": 3}, (), 3, id="one job"),
        pytest.param({"target": 3}, (4,), 3, id="one job, asked by name"),
        pytest.param(SEVERAL, (), 3, id="all jobs"),
        pytest.param(SEVERAL, (4,), 1, id="one of several"),
        pytest.param(SEVERAL, (7, 4), 2, id="the higher of two"),
        pytest.param(SEVERAL, (9, 4), 1, id="one without a target"),
        pytest.param(SEVERAL, (9,), None, id="none has a target"),
        pytest.param(SEVERAL, (4, 5), 1, id="one that they didn't have"),
        pytest.param(SEVERAL, (5,), 3, id="none that they had"),
    ],
)
def test_the_target_is_that_of_the_jobs_asked_for(
    kept: Kept, asked: tuple[int, ...], target: int | None
) -> None:
    assert read_target(kept, asked) == target


def test_a_cell_is_read_as_it_was_decided() -> None:
    kept = cell(REVIEWED, REVEALED, {8}, {4: 1, 9: 2})
    gap = GapCell(3, 1, 2, TargetState.GAP, 1, (2,))
    assert read_cell(3, (1, 2), kept, ()) == gap
    assert read_cell(3, (1, 2), kept, (4,)) == GapCell(3, 1, 1, TargetState.AT_TARGET, 1)


def test_of_a_hidden_cell_only_the_target_is_left() -> None:
    gap = GapCell(3, 1, 2, TargetState.GAP, 1, (2,))
    assert veiled(gap) == GapCell(3, 0, 2, TargetState.NOT_YET_KNOWN)
    assert veiled(gap._replace(target_rank=None)) == GapCell(3, 0, None, None)
