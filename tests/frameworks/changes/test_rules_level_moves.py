"""Which statements came into a level or left it."""

from collections import Counter

from tracker.frameworks.changes.rules_levels import LevelMove, level_moves

HERE, THERE = ("durable", "communication", 1), ("durable", "leadership", 1)


def moves(
    before: dict[int, tuple[str, str, int]],
    after: dict[int, tuple[str, str, int]],
    *lines: tuple[int, int],
) -> list[LevelMove]:
    found = level_moves(before, after, lines)
    grown = Counter(after.values())
    grown.subtract(before.values())
    for move in found:
        grown[move.place] += -1 if move.came else 1
    assert not any(grown.values()), "they are what the counts grow by"
    return found


def test_what_stays_at_its_level_moves_nowhere() -> None:
    assert moves({1: HERE, 2: THERE}, {11: HERE, 12: THERE}, (1, 11), (2, 12)) == []


def test_what_moves_leaves_one_level_and_comes_into_another() -> None:
    assert moves({1: HERE}, {11: THERE}, (1, 11)) == [
        LevelMove(11, THERE, True, 1),
        LevelMove(1, HERE, False, 11),
    ]


def test_what_is_new_or_retired_comes_from_nowhere() -> None:
    assert moves({1: HERE}, {11: HERE}) == [
        LevelMove(11, HERE, True, None),
        LevelMove(1, HERE, False, None),
    ]


def test_of_what_is_split_one_part_stays_and_of_what_is_merged_one_goes_on() -> None:
    assert moves({1: HERE}, {11: HERE, 12: HERE}, (1, 11), (1, 12)) == [
        LevelMove(12, HERE, True, 1)
    ]
    assert moves({1: HERE, 2: HERE}, {11: HERE}, (1, 11), (2, 11)) == [
        LevelMove(2, HERE, False, 11)
    ]
