"""Rows as a CSV file that a spreadsheet opens as it is meant."""

import csv
import io
import re
import unicodedata

from flask import Response

Table = list[list[str | int]]

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(rows: Table, name: str) -> Response:
    """The download. A byte order mark tells spreadsheets that it is UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(name)}.csv"'
    return response


def _plain(cell: str | int) -> str | int:
    """Text that begins like a formula is kept as text: a name must not run in somebody's
    spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _file_name(words: str) -> str:
    """Letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower() or "export"
