"""What a file says of its levels: how much of one must be met, and which of them no one can
reach."""

import json
from typing import Any

import pytest

from tests.frameworks.next_files import seed
from tests.frameworks.one_a_level import one_a_level
from tracker.frameworks.files.rules import FrameworkFile, data_of, text_of
from tracker.frameworks.files.rules_reading import FrameworkFileError, read_framework, unreachable
from tracker.frameworks.versions.rules_levels import RULE, LevelRule


def read(**rule: Any) -> FrameworkFile:
    return read_framework(json.dumps(one_a_level(**rule)))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({}, RULE),
        ({"needs": "4/5", "least": 2}, RULE),
        ({"least": 1}, LevelRule(4, 5, 1)),
        ({"least": 1.0}, LevelRule(4, 5, 1)),
        ({"needs": "2/3"}, LevelRule(2, 3, 2)),
        ({"needs": "90/100", "least": 3}, LevelRule(9, 10, 3)),
        ({"needs": "1/1"}, LevelRule(1, 1, 2)),
    ],
    ids=str,
)
def test_it_is_read_and_written_again(said: dict[str, Any], rule: LevelRule) -> None:
    file = read(**said)
    again = read_framework(text_of(file))
    assert (file.rule, again.rule, again) == (rule, rule, file)
    assert {"needs", "least"}.isdisjoint(data_of(file)) is (rule == RULE)


def test_it_is_part_of_the_content_where_it_is_another_one() -> None:
    """So a version that was published before it could be said is still the same."""
    digests = [read(**said).digest for said in ({}, {"needs": "4/5"}, {"least": 2})]
    others = [read(**said).digest for said in ({"needs": "3/5"}, {"least": 1}, {"least": 3})]
    assert len({*digests}) == 1
    assert len({*digests, *others}) == 4


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"needs": "5/4"}, "needs: “5/4” is more than all of them"),
        ({"needs": "0/5"}, "needs: “0/5” is not a share such as 4/5"),
        ({"needs": "4/0"}, "needs: “4/0” is not a share such as 4/5"),
        ({"needs": "80%"}, "needs: “80%” is not a share such as 4/5"),
        ({"needs": 0.8}, "needs: must be text"),
        ({"needs": "9" * 5000 + "/1"}, "needs: “999"),
        ({"least": 0}, "least: 0 is not possible: it must be at least 1"),
        ({"least": 101}, "least: 101 is not possible: it must be at most 100"),
        ({"least": "2"}, "least: must be a whole number"),
        ({"least": 1.5}, "least: must be a whole number"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_rule_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(FrameworkFileError) as refused:
        read(**said)
    assert [str(problem)[: len(why)] for problem in refused.value.problems][:1] == [why]


def test_levels_that_no_one_can_reach_are_told_together() -> None:
    """168 of them, as in DigComp."""
    (of_it,) = unreachable(read(domains=21))
    assert (of_it.listed, of_it.least, of_it.many) == (1, 2, 168)
    levels = ", ".join(f"Step {rank}" for rank in range(1, 9))
    places = "; ".join(f"Area {area} ({levels})" for area in range(1, 4))
    assert str(of_it) == (
        "no one can reach these levels, as at least 2 statements must apply and each lists 1: "
        f"{places}; …. In all: 168"
    )


def test_where_one_statement_is_enough_each_can_be_reached() -> None:
    assert [*unreachable(read(least=1))] == []


def test_levels_that_list_nothing_are_told_apart_from_those_that_list_too_few() -> None:
    """As in SFIA, where a skill begins and ends at levels of its own."""
    data = one_a_level(domains=2)
    first, second = data["strands"][0]["domains"]
    del first["statements"][0], second["statements"][1:]
    second["statements"] += [
        {**second["statements"][0], "code": f"D-2-1{at}", "uuid": f"d2{at:034}", "title": f"{at}"}
        for at in range(2)
    ]
    second["statements"][1]["uuid"] = "d2000000-0000-4000-8000-000000000001"
    second["statements"][2]["uuid"] = "d2000000-0000-4000-8000-000000000002"
    later = ", ".join(f"Step {rank}" for rank in range(2, 9))
    assert [
        (of.listed, of.many, of.places) for of in unreachable(read_framework(json.dumps(data)))
    ] == [(0, 8, f"Area 1 (Step 1); Area 2 ({later})"), (1, 7, f"Area 1 ({later})")]


def test_what_comes_with_the_program_has_two_of_them() -> None:
    """What the file says is the library's, so they stay: they are passed over."""
    (of_it,) = unreachable(seed())
    assert (of_it.many, of_it.places) == (2, "Leadership (Developing); Creativity (Developing)")
