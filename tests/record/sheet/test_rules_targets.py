"""What is said of a level, and where the target bites."""

import pytest

from tracker.frameworks.versions.rules_levels import (
    RULE,
    LevelTally,
    TargetState,
    checked_rank,
    counts_nowhere,
    in_the_way,
    known_rank,
    standing,
)
from tracker.record.sheet.rules import higher_of

MET, NOT_MET, OPEN, LIMITED = (2, 2, 0, 0), (2, 0, 2, 0), (2, 0, 0, 2), (1, 1, 0, 0)
"""Listed, met, not met, open."""


def tallies(*levels: tuple[int, int, int, int]) -> list[LevelTally]:
    return [
        LevelTally(rank, listed, 0, 0, met, not_met, unknown)
        for rank, (listed, met, not_met, unknown) in enumerate(levels, 1)
    ]


@pytest.mark.parametrize(
    ("levels", "rank"),
    [
        ((MET, MET, OPEN), 2),
        ((MET, LIMITED, NOT_MET), 1),
        ((LIMITED, MET, OPEN), 2),
        ((NOT_MET, OPEN, OPEN), 0),
        ((OPEN, NOT_MET, OPEN), None),
        ((LIMITED, OPEN, OPEN), None),
        ((LIMITED, NOT_MET, OPEN), 0),
        ((LIMITED, LIMITED, LIMITED), None),
    ],
)
def test_a_level_is_said_to_be_none_only_where_that_is_known(
    levels: tuple[tuple[int, int, int, int], ...], rank: int | None
) -> None:
    found = standing(RULE, tallies(*levels), 2)
    assert known_rank(found) == rank
    assert counts_nowhere(found) is (set(levels) == {LIMITED})


@pytest.mark.parametrize(
    ("levels", "target", "checked", "state"),
    [
        ((MET, MET, OPEN), 2, 2, TargetState.AT_TARGET),
        ((MET, LIMITED, OPEN), 2, 1, TargetState.AT_TARGET),
        ((MET, LIMITED, NOT_MET), 3, 3, TargetState.GAP),
        ((LIMITED, LIMITED, MET), 2, None, TargetState.NOT_ASSESSED),
        ((MET, MET, MET), None, None, None),
    ],
)
def test_the_target_stands_at_the_highest_level_up_to_it_that_counts(
    levels: tuple[tuple[int, int, int, int], ...],
    target: int | None,
    checked: int | None,
    state: TargetState | None,
) -> None:
    found = standing(RULE, tallies(*levels), target)
    assert checked_rank(found) == checked
    assert found.target_state is state
    if state is TargetState.AT_TARGET:
        assert found.held_rank >= (checked or 0)


def test_in_the_way_is_what_stops_the_target_or_the_rank_that_is_asked_for() -> None:
    found = standing(RULE, tallies(MET, NOT_MET, OPEN), 2)
    asked = {upto: [view.rank for view in in_the_way(found, upto)] for upto in (None, 1, 2, 3)}
    assert asked == {None: [2], 1: [], 2: [2], 3: [2, 3]}


def test_several_jobs_are_measured_by_the_higher_target_of_each_domain() -> None:
    assert higher_of([{1: 2, 2: 1}, {1: 1, 2: 3, 3: 1}]) == {1: 2, 2: 3, 3: 1}
    assert higher_of([]) == {}
