"""A review of any shape comes whole, in order, and in handfuls."""

from collections.abc import Sequence
from itertools import chain, groupby, pairwise

import pytest
from hypothesis import given, strategies as st

from tracker.reviews.review.rules import MOST_ON_A_SCREEN, screens

Item = tuple[int, int]
"""The part that it is of, and its place in it."""


def items(sizes: Sequence[int]) -> list[Item]:
    return [(part, at) for part, size in enumerate(sizes) for at in range(size)]


def laid_out(sizes: Sequence[int]) -> list[list[Item]]:
    return screens(items(sizes), lambda item: item[0])


def sizes_of(found: list[list[Item]]) -> list[int]:
    return [len(screen) for screen in found]


SIZES = st.lists(st.integers(1, 30), max_size=40)
SMALL = st.lists(st.integers(1, 4), max_size=40)


@given(SIZES)
def test_nothing_is_lost_and_the_order_is_kept(sizes: list[int]) -> None:
    found = laid_out(sizes)
    assert list(chain(*found)) == items(sizes)
    assert all(1 <= size <= MOST_ON_A_SCREEN for size in sizes_of(found))


@given(SIZES)
def test_only_a_part_that_no_screen_holds_is_split(sizes: list[int]) -> None:
    parts = [
        part for screen in laid_out(sizes) for part, _within in groupby(screen, lambda i: i[0])
    ]
    split = {part for part in parts if parts.count(part) > 1}
    assert split == {part for part, size in enumerate(sizes) if size > MOST_ON_A_SCREEN}


@given(SIZES)
def test_no_two_that_follow_on_each_other_would_fit_on_one(sizes: list[int]) -> None:
    found = sizes_of(laid_out(sizes))
    assert all(one + other > MOST_ON_A_SCREEN for one, other in pairwise(found))


@given(SMALL)
def test_of_small_parts_a_screen_holds_about_eight_to_twelve(sizes: list[int]) -> None:
    """Fewer only where a review is so short that it cannot be more."""
    found = sizes_of(laid_out(sizes))
    assert max(found, default=0) - min(found, default=0) <= 5
    if sum(sizes) > 3 * MOST_ON_A_SCREEN:
        assert min(found) >= 7


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([3], [3]),
        ([1] * 19, [9, 10]),
        ([1] * 13, [6, 7]),
        ([2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2], [9, 10]),
        ([10, 10, 10], [10, 10, 10]),
        ([13], [6, 7]),
        ([30], [10, 10, 10]),
        ([12, 1, 12], [12, 1, 12]),
    ],
)
def test_examples(sizes: list[int], expected: list[int]) -> None:
    assert sizes_of(laid_out(sizes)) == expected
