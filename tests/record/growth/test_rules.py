"""What changed between two moments, on made sheets."""

import datetime as dt

import pytest

from tests.record.sheet.test_rules_words import DAY, line, sheet, statement, word
from tracker.record.growth.rules import (
    Growth,
    Happened,
    Happening,
    StatementChange,
    growth,
    met_at,
    met_now,
    moved_by,
)
from tracker.record.sheet.rules import Record, Sheet, Side

STATEMENTS = [statement(each) for each in range(1, 7)]


def of(
    own: dict[int, str], reviewed: dict[int, str] | None = None, side: Side | None = Side.OWN
) -> Sheet:
    words = {
        Side.OWN: {skill: [word(answer, 1)] for skill, answer in own.items()},
        Side.REVIEWED: {skill: [word(answer, 1)] for skill, answer in (reviewed or {}).items()},
    }
    record = Record(1, words, left_out={6: [word("", 1)]})
    return sheet(record, *STATEMENTS, side=side)


def change(skill: int, before: str, after: str) -> StatementChange:
    return StatementChange(skill, 1, f"Statement {skill}", before, after)


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        pytest.param(of({1: "no"}), of({1: "yes"}), Growth(up=(change(1, "No", "Yes"),)), id="up"),
        pytest.param(
            of({1: "yes"}), of({1: "no"}), Growth(down=(change(1, "Yes", "No"),)), id="down"
        ),
        pytest.param(of({1: "no"}), of({1: "no"}), Growth(), id="the same"),
        pytest.param(of({}), of({1: "yes"}), Growth(), id="first rated since"),
        pytest.param(of({1: "not_my_work"}), of({1: "yes"}), Growth(), id="not on the scale then"),
        pytest.param(of({6: "no"}), of({6: "yes"}), Growth(), id="not rated here"),
        pytest.param(
            of({}), of({}, {2: "yes"}), Growth(newly=(change(2, "", "Yes"),)), id="newly met"
        ),
        pytest.param(
            of({}, {2: "yes"}),
            of({}, {2: "no"}),
            Growth(no_longer=(change(2, "Yes", "No"),)),
            id="not met any more",
        ),
        pytest.param(
            of({}, {2: "yes"}),
            of({}),
            Growth(no_longer=(change(2, "Yes", ""),)),
            id="what was reviewed ended",
        ),
        pytest.param(
            of({1: "no"}, {2: "no"}, None), of({1: "yes"}, {2: "yes"}, None), Growth(), id="no side"
        ),
    ],
)
def test_each_side_is_compared_with_itself(then: Sheet, now: Sheet, found: Growth) -> None:
    assert growth(then, now) == found


def test_what_was_met_at_a_moment_is_what_counted_then() -> None:
    """1 as now; 2 rated since; 3 was met before, 4 cleared since; 9 by its origin 8, until it had an
    answer of its own."""
    own = {
        1: [word("yes", 1)],
        2: [word("yes", 5)],
        3: [word("no", 5)],
        4: [word(None, 5)],
        8: [word("yes", 1)],
        9: [word("no", 5)],
    }
    now = sheet(Record(1, {Side.OWN: own}), *STATEMENTS[:4], statement(9, line(8)))
    told = [
        Happening(Happened.RATED, 3, DAY + dt.timedelta(days=1), "yes"),
        Happening(Happened.RATED, 4, DAY + dt.timedelta(days=1), "yes"),
    ]
    told += [
        Happening(Happened.RATED, skill, each.at, each.answer)
        for skill in (3, 4, 8, 9)
        for each in own[skill]
    ]
    assert met_now(now).own == {1, 2}
    assert met_at(now, told, DAY + dt.timedelta(days=3)).own == {1, 3, 4, 9}
    assert met_at(now, told, DAY + dt.timedelta(days=6)) == met_now(now)
    assert met_at(now, told, DAY).own == frozenset()


ALL_MET = {1: "yes", 2: "yes", 3: "yes", 4: "yes", 5: "yes"}


@pytest.mark.parametrize(
    ("then", "now", "by", "moved"),
    [
        pytest.param({}, ALL_MET, {1, 2, 3, 4, 5}, [(0, 1)], id="reached"),
        pytest.param(ALL_MET, {**ALL_MET, 1: "no", 2: "no"}, {1, 2}, [(1, 0)], id="fell"),
        pytest.param(ALL_MET, {3: "yes", 4: "yes", 5: "yes"}, {1, 2}, [(1, 0)], id="suspended"),
        pytest.param(ALL_MET, {**ALL_MET, 1: "no"}, {1}, [], id="still reached"),
        pytest.param({}, ALL_MET, {1}, [], id="others reached it meanwhile"),
        pytest.param({3: "yes"}, ALL_MET, {1, 2}, [(0, 1)], id="with what others did"),
    ],
)
def test_a_level_moves_by_these_statements_with_all_else_as_it_is_now(
    then: dict[int, str], now: dict[int, str], by: set[int], moved: list[tuple[int, int]]
) -> None:
    found = moved_by(of({}, then, None), of({}, now, None), by)
    assert [(each.was, each.rank) for each in found] == moved
    assert all(each.view.rank == 1 for each in found)
