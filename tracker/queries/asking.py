"""Questions to the database that can be asked in one statement: a page that asks ten small things
waits for each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    CompoundSelect,
    RowMapping,
    Select,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from tracker.db import ask_made

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A select that is made once, its values, and what its rows say. Columns of one name are of one
    type in all questions that are asked together, and rows come in no order."""

    of: Select[*tuple[Any, ...]]
    values: Mapping[str, Any]
    read: Callable[[Sequence[RowMapping]], T]


def ask(question: Question[T]) -> T:
    """One query."""
    return question.read(ask_made(question.of, question.values).mappings().all())


def ask_together(*questions: Question[Any]) -> list[Any]:
    """What each of them says. One query."""
    values = {name: value for question in questions for name, value in question.values.items()}
    rows = ask_made(_together(*(question.of for question in questions)), values).mappings()
    rows_of: list[list[RowMapping]] = [[] for _ in questions]
    for row in rows:
        rows_of[row[QUESTION]].append(row)
    return [question.read(own) for question, own in zip(questions, rows_of, strict=True)]


def row_as(of: type[T], row: RowMapping, **instead: Any) -> T:
    """A dataclass with the columns that have the names of its fields."""
    return of(**{name: row[name] for name in _names(of) if name not in instead}, **instead)  # type: ignore[arg-type]


def newest_first(rows: Sequence[RowMapping], *by: str) -> list[RowMapping]:
    return sorted(rows, key=lambda row: [row[name] for name in (*by, "id")], reverse=True)


@cache
def _names(of: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))


QUESTION = "question_number"


@lru_cache(maxsize=16)
def _together(*selects: Select[*tuple[Any, ...]]) -> CompoundSelect[*tuple[Any, ...]]:
    """Columns that a question doesn't have are empty in its rows."""
    tables = [query.subquery() for query in selects]
    types = {column.name: column.type for table in tables for column in table.c}
    return union_all(
        *(
            select(
                literal(number).label(QUESTION),
                *(
                    type_coerce(table.c[name], type_).label(name)
                    if name in table.c
                    else cast(null(), type_).label(name)
                    for name, type_ in types.items()
                ),
            )
            for number, table in enumerate(tables)
        )
    )
