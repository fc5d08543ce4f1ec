"""The next of a row, round to the first."""

import pytest

from tracker.rules.pagination import next_after


@pytest.mark.parametrize(
    ("here", "wanted", "found"),
    [
        ("b", "abcd", "c"),
        ("d", "abcd", "a"),
        ("b", "ab", "a"),
        ("b", "b", None),
        ("b", "", None),
        ("", "abcd", "a"),
        ("", "cd", "c"),
        ("a", "ad", "d"),
    ],
)
def test_the_next_that_is_wanted(here: str, wanted: str, found: str | None) -> None:
    assert next_after("abcd", lambda each: each == here, lambda each: each in wanted) == found


def test_of_nothing_there_is_no_next() -> None:
    assert next_after([], lambda _each: True, lambda _each: True) is None
