"""Going on through a row of things."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def next_after(
    items: Sequence[T], is_here: Callable[[T], bool], is_wanted: Callable[[T], bool]
) -> T | None:
    """The next that is wanted: after where one is and round to the first, but never where one is.
    From the top where one is at none of them."""
    at = next((place for place, item in enumerate(items) if is_here(item)), -1)
    return next(
        (item for item in (*items[at + 1 :], *items[: max(at, 0)]) if is_wanted(item)), None
    )
