"""Levels that fall by another version alone, and by what."""

from dataclasses import replace
from functools import partial

from tracker.frameworks.versions.rules import Meaning
from tracker.frameworks.versions.rules_levels import RULE, LevelRule, LevelState
from tracker.profiles.growth import rules as growth_rules
from tracker.profiles.growth.rules import CountedStatement, FallReason, LevelFall

level_falls = partial(growth_rules.level_falls, rules=(RULE, RULE))
M, N, X = Meaning.MET, Meaning.NOT_MET, Meaning.EXCLUDED
HERE, ABOVE = ("durable", "communication", 1), ("durable", "communication", 2)
THERE = ("durable", "leadership", 1)


def level(
    first: int, *means: Meaning | None, place: tuple[str, str, int] = HERE
) -> list[CountedStatement]:
    return [
        CountedStatement(first + at, place, is_rated=True, counts=True, means=each)
        for at, each in enumerate(means)
    ]


TEN = level(1, *[M] * 8, N, N)
SAME = [(number, number + 100) for number in range(1, 11)]


def after(*without: int, **changed: object) -> list[CountedStatement]:
    """The ten as the next version has them."""
    return [
        replace(each, id=each.id + 100, **changed)  # type: ignore[arg-type]
        for each in TEN
        if each.id not in without
    ]


def lines(now: list[CountedStatement]) -> list[tuple[int, int]]:
    there = {each.id for each in now}
    return [line for line in SAME if line[1] in there]


def only(found: list[LevelFall]) -> tuple[int, int, int, dict[FallReason, int]]:
    (fall,) = found
    tally = fall.view.tally
    return tally.met, tally.applicable, fall.view.need, dict(fall.reasons)


def test_two_met_ones_are_retired() -> None:
    """Ten listed, eight met: six of eight, seven needed."""
    now = after(1, 2)
    assert only(level_falls(TEN, now, lines(now))) == (6, 8, 7, {FallReason.RETIRED: 2})


def test_a_version_that_asks_for_more_is_a_fall_and_one_for_less_is_none() -> None:
    """Eight of ten, and nothing changed in the statements."""
    stricter = (RULE, LevelRule(9, 10))
    assert only(growth_rules.level_falls(TEN, after(), SAME, stricter)) == (8, 10, 9, {})
    assert growth_rules.level_falls(TEN, after(), SAME, stricter[::-1]) == []


def test_where_what_is_not_met_is_retired_nothing_falls() -> None:
    now = after(9, 10)
    assert level_falls(TEN, now, lines(now)) == []
    assert level_falls(TEN, after(), SAME) == []


def test_what_changed_leaves_the_level_until_it_counts() -> None:
    now = [replace(each, counts=each.id > 102) for each in after()]
    assert only(level_falls(TEN, now, SAME)) == (6, 8, 7, {FallReason.LATER: 2})
    then = [replace(each, means=each.means if each.id > 101 else None) for each in after()]
    assert only(level_falls(TEN, then, SAME)) == (7, 10, 8, {FallReason.CHANGED: 1})


def test_what_moved_away_or_into_it() -> None:
    now = [replace(each, place=THERE if each.id <= 102 else HERE) for each in after()]
    assert only(level_falls(TEN, now, SAME)) == (6, 8, 7, {FallReason.MOVED: 2})
    came = [*after(), *level(201, N, None, X)]
    before = [*TEN, *level(201, N, None, X, place=THERE)]
    moved = [*SAME, (201, 201), (202, 202), (203, 203)]
    assert only(level_falls(before, came, moved)) == (8, 12, 10, {FallReason.CAME: 2})


def test_what_became_part_of_another() -> None:
    """Two met ones are one met one; and a met and an unmet one an open one."""
    one = after(2, 3)
    merged = [*lines(one), (2, 101), (3, 101)]
    assert only(level_falls(TEN, one, merged)) == (6, 8, 7, {FallReason.MERGED: 2})
    apart = [replace(each, means=None if each.id == 109 else each.means) for each in after(1)]
    assert only(level_falls(TEN, apart, [*lines(apart), (1, 109)])) == (
        7,
        9,
        8,
        {FallReason.MERGED: 1},
    )


def test_the_lowest_level_in_the_way_is_named_and_too_few_are_none() -> None:
    before = [*level(1, M, M), *level(11, M, M, place=ABOVE)]
    now = [*level(1, M, N), *level(11, M, M, place=ABOVE)]
    stays = [(each.id, each.id) for each in before]
    (fall,) = level_falls(before, now, stays)
    assert (fall.place, fall.view.state) == (HERE, LevelState.NOT_MET)
    few = [*level(1, M, M), *level(11, M, place=ABOVE)]
    (fall,) = level_falls(before, few, [line for line in stays if line[0] != 12])
    assert (fall.place, fall.view.state) == (ABOVE, LevelState.LIMITED)
    assert fall.reasons == {FallReason.RETIRED: 1}
    (fall,) = level_falls(before, level(1, M, M), stays[:2])
    assert (fall.place, fall.view.tally.listed) == (ABOVE, 0), "a level without a statement"
    assert level_falls(before, level(1, M, M, place=THERE), []) == [], "the domain is gone"


def test_what_is_not_rated_here_is_no_reason() -> None:
    before = [replace(each, is_rated=each.id > 2) for each in [*TEN, *level(11, M, M)]]
    now = [each for each in before if each.id > 4]
    stays = [(each.id, each.id) for each in now]
    assert only(level_falls(before, now, stays)) == (6, 8, 7, {FallReason.RETIRED: 2})
