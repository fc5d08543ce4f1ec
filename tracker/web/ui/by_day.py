"""Lists of what happened, by day and person."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
Days = list[tuple[dt.date, list[tuple[str, list[T]]]]]


def by_day(
    rows: Iterable[T], day: Callable[[T], dt.date], person: Callable[[T], str | None]
) -> Days[T]:
    """Days, and within each the people, as they come first; of each person what comes in order."""
    found: dict[dt.date, dict[str, list[T]]] = {}
    for row in rows:
        found.setdefault(day(row), {}).setdefault(person(row) or "", []).append(row)
    return [(on, list(people.items())) for on, people in found.items()]
