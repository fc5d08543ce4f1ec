"""Going through long lists: in pages of PAGE rows, numbered from 1, and on to the next that is
wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PAGE = 50


@dataclass(frozen=True, slots=True)
class TablePage(Generic[T]):
    """One page of a list; `count` is how many there are on all pages."""

    rows: Sequence[T]
    count: int
    page: int
    pages: int


def pages_of(count: int) -> int:
    """How many pages so many rows take; an empty list has one too."""
    return max(1, -(-count // PAGE))


def nearest_page(asked: int, count: int) -> int:
    """The page asked for, or the last where there are fewer."""
    return min(max(asked, 1), pages_of(count))


def table_page(rows: Sequence[T], asked: int) -> TablePage[T]:
    """Of all rows those of that page, or of the last where there are fewer."""
    page = nearest_page(asked, len(rows))
    return TablePage(rows[(page - 1) * PAGE : page * PAGE], len(rows), page, pages_of(len(rows)))


def next_after(
    items: Sequence[T], is_here: Callable[[T], bool], is_wanted: Callable[[T], bool]
) -> T | None:
    """The next item that is wanted: after the current one, and then from the first on, but never
    the current one itself. From the first on where none is current."""
    at = next((place for place, item in enumerate(items) if is_here(item)), -1)
    return next(
        (item for item in (*items[at + 1 :], *items[: max(at, 0)]) if is_wanted(item)), None
    )
