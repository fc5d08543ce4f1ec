"""When an answer is of an earlier round."""

import datetime as dt

import pytest

from tracker.record.ratings.rules import is_dated

ROUND = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("rated_on", "given_on", "dated"),
    [
        ((2026, 9, 30), None, True),
        ((2026, 10, 1), None, False),
        ((2026, 11, 24), (2026, 9, 30), True),
        ((2026, 11, 24), (2026, 10, 1), False),
        ((2026, 9, 30), (2026, 3, 12), True),
    ],
)
def test_an_answer_is_as_old_as_it_was_given(
    rated_on: tuple[int, int, int], given_on: tuple[int, int, int] | None, dated: bool
) -> None:
    at = dt.datetime(*rated_on, 12, tzinfo=dt.UTC)
    given = None if given_on is None else dt.date(*given_on)
    assert is_dated(at, ROUND, given) is dated
    assert not is_dated(at, None, given)
