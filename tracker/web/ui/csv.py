"""Rows as a CSV file that a spreadsheet opens as it is meant."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from flask import Response

from tracker.rules.delimited import is_like_formula

Line = list[str | int]
Table = list[Line]
T = TypeVar("T")
TableColumn = tuple[str, Callable[[T], str | int]]
"""What stands in its head, and what it says of a row."""


def table(rows: Iterable[T], columns: Sequence[TableColumn[T]]) -> Table:
    """The head, and a line for each row."""
    head: list[str | int] = [label for label, _says in columns]
    return [head, *([says(row) for _label, says in columns] for row in rows)]


def csv_file(rows: Iterable[Line], name: str) -> Response:
    """The download. A byte order mark tells spreadsheets that it is UTF-8."""
    response = Response(csv_text(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{csv_name(name)}"'
    return response


def csv_text(rows: Iterable[Line], *, is_beginning: bool = True) -> str:
    """The rows, for the beginning of a file or for further down."""
    out = io.StringIO()
    out.write("\ufeff" * is_beginning)
    csv.writer(out).writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def _plain(cell: str | int) -> str | int:
    """Text that begins like a formula is kept as text: a name must not run in somebody's
    spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and is_like_formula(cell) else cell


def csv_name(words: str) -> str:
    return f"{plain_name(words)}.csv"


def plain_name(words: str) -> str:
    """Letters, digits, and dashes."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower() or "export"
