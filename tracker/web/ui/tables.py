"""Lists that are sorted and filtered by their address: it can be shared, and the back button
works."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request, url_for

TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `largest_first`: what one looks for stands on top (dates, counts). One
    that cannot be sorted by has its words alone."""

    label: Any
    largest_first: bool = False
    sorts: bool = True
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class SortOrder:
    """By which column, and which way round. `unknown`: the address asked for something that is not
    offered."""

    by: str
    turned: bool
    descending: bool
    unknown: bool
    usual: str

    @property
    def kept(self) -> dict[str, Any]:
        """What of it an address needs; nothing for the order that the list has by itself."""
        return _address(self.by, self.turned, self.usual)


@dataclass(frozen=True, slots=True)
class ColumnHeading:
    """A column heading as the page shows it. `sorted` is "ascending", "descending" or empty; no
    link, no sorting."""

    label: Any
    href: str = ""
    sorted: str = ""
    is_number: bool = False


def order_asked(columns: Mapping[str, Column], usual: str = "") -> SortOrder:
    """What `?sort=` and `?order=` ask for. `usual` is the column that a list is sorted by where the
    address names none that is offered; the first one unless said otherwise."""
    by, turned = request.args.get("sort"), request.args.get("order", "")
    offered = [name for name, column in columns.items() if column.sorts]
    usual = usual or offered[0]
    unknown = (by is not None and by not in offered) or turned not in ("", TURNED)
    name = by if by in offered else usual
    is_turned = turned == TURNED
    return SortOrder(
        by=name,
        turned=is_turned,
        descending=columns[name].largest_first is not is_turned,
        unknown=unknown,
        usual=usual,
    )


def _address(by: str, turned: bool, usual: str) -> dict[str, Any]:
    if by == usual and not turned:
        return {}
    return {"sort": by, **({"order": TURNED} if turned else {})}


def headings(
    columns: Mapping[str, Column], order: SortOrder, endpoint: str, **kept: Any
) -> list[ColumnHeading]:
    """The headings; that of the column in use turns the order round. `kept` stays in the addresses
    (the filters)."""
    shown = []
    for name, column in columns.items():
        if not column.sorts:
            shown.append(ColumnHeading(column.label, is_number=column.is_number))
            continue
        is_used = name == order.by
        href = url_for(
            endpoint, **kept, **_address(name, is_used and not order.turned, order.usual)
        )
        way = "descending" if order.descending else "ascending"
        shown.append(ColumnHeading(column.label, href, way if is_used else "", column.is_number))
    return shown


T = TypeVar("T")
Days = list[tuple[dt.date, list[tuple[str, list[T]]]]]


def by_day(
    rows: Iterable[T], day: Callable[[T], dt.date], person: Callable[[T], str | None]
) -> Days[T]:
    """Days, and within each the people, as they come first; of each person what comes in order."""
    days: dict[dt.date, dict[str, list[T]]] = {}
    for row in rows:
        days.setdefault(day(row), {}).setdefault(person(row) or "", []).append(row)
    return [(on, list(people.items())) for on, people in days.items()]
