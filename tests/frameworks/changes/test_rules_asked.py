"""What a next version asks of somebody, by targets and versions alone."""

from collections.abc import Callable
from typing import Any

from tests.frameworks.next_files import ADDED, edited, one_of_each, seed
from tracker.frameworks.changes.rules import Asked, VersionChange, asked_of, compare

Lists = dict[str, list[dict[str, Any]]]
NOBODY = frozenset[str]()


def asked(
    edit: Callable[[Lists], object],
    ranks: dict[str, int] | None,
    carries: Callable[[VersionChange, str], bool] = lambda _change, _uuid: False,
    left_out: frozenset[str] = NOBODY,
) -> dict[str, Asked]:
    """By code."""
    comparison = compare(seed(), edited(seed(), edit))
    found = asked_of(comparison.changed, carries, left_out, ranks)
    return {statement.code: how for statement, how in found}


def test_what_is_new_asked_again_and_gone_for_a_job() -> None:
    job = {"technical/technical": 1, "durable/communication": 4}
    assert asked(one_of_each, job) == {
        "T-1-01": Asked.AGAIN,
        "T-1-02": Asked.AGAIN,
        "T-1-03": Asked.AGAIN,
        "T-1-05": Asked.AGAIN,
        "T-1-41": Asked.AGAIN,
        "COM-1-01": Asked.GONE,
        "COM-4-02": Asked.GONE,
        "COM-9-01": Asked.NEW,
    }
    carried = asked(one_of_each, job, lambda _change, _uuid: True)
    assert [code for code, how in carried.items() if how == Asked.AGAIN] == ["T-1-03"]
    assert carried["T-1-01"] == Asked.STAYS


def test_above_a_target_nothing_is_asked() -> None:
    assert asked(one_of_each, {"durable/communication": 3}) == {"COM-1-01": Asked.GONE}
    assert asked(one_of_each, {}) == {}
    everything = asked(one_of_each, None)
    assert everything["COM-1-01"] == Asked.AGAIN
    assert everything["COM-9-01"] == Asked.NEW


def test_what_is_left_out_asks_nothing_and_of_a_merged_one_all_of_it() -> None:
    first, _second, third, fourth = [each.uuid for each in technical()][:4]
    job = {"technical/technical": 1}
    assert "T-1-01" not in asked(one_of_each, job, left_out=frozenset({first}))
    assert "T-1-03" in asked(one_of_each, job, left_out=frozenset({third}))
    assert "T-1-03" not in asked(one_of_each, job, left_out=frozenset({third, fourth}))
    new = frozenset({ADDED.format(2)})
    assert "COM-9-01" not in asked(one_of_each, None, left_out=new)


def technical() -> Any:
    return seed().strands[0].domains[0].statements
