"""A roster as a file: CSV as spreadsheets write it, or the sheet with the people of an XLSX
workbook, of which nothing is worked out, followed, or expanded. What its columns are called, and
its days."""

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from tracker.administration.roster.rules_columns import (
    TITLE_ROWS,
    Columns,
    column_of,
    heading_row,
    in_century,
    nobody,
    private,
)
from tracker.rules import delimited as delimited_rules
from tracker.rules.calendar import FIRST_DAY, LAST_DAY
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.regions import Region

BYTES_MAX = 8 * 1024 * 1024
ROWS_MAX = 20_000
COLUMNS_MAX = 60
CELL_MAX = 1_000
BELOW = ">"
"""Between the names of a path of teams, the uppermost first."""
UNPACKED_MAX = 60 * 1024 * 1024
"""Bytes of all parts of a workbook together: a sheet of 20,000 rows and 12 columns has about 20
MB."""
RATIO_MAX = 150
"""How much larger a part may become; those of a usual sheet become 5 to 20 times as large."""
PARTS_MAX = 1_000
SHEETS_MAX = 20
EMPTY_MAX = 1_000
"""After so many empty rows nothing more is looked for."""
BROKEN = (LookupError, ValueError, TypeError, AttributeError, EOFError, RuntimeError, OSError)
"""What openpyxl raises, besides errors of its own, for a file that is not what it says it is."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(
    r"(?:([a-z]{3,9})\.? (\d{1,2})|(\d{1,2})\.? ([a-z]{3,9})\.?),? (\d{4}|\d\d)", re.ASCII
)
NUMBERED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
TIME = re.compile(r"[ t]+\d{1,2}:\d\d.*")


class RosterColumn(StrEnum):
    """What an import reads, in the order of its pages."""

    STAFF_ID = "staff_id"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    TEAM = "team"
    SUBTEAM = "subteam"
    ROLE = "role"
    ROLE_PROFILE = "role_profile"
    JOB = "job"
    WEEKLY_HOURS = "weekly_hours"
    FTE = "fte"
    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    SUPERVISOR = "supervisor"
    POSITION = "position"
    STATUS = "status"


MEANT = (RosterColumn.TEAM, RosterColumn.ROLE, RosterColumn.ROLE_PROFILE)
"""Their values are words of the library: what each means is said once for all rows."""


@dataclass(frozen=True, slots=True)
class RosterFile:
    """`rows`: each with its number in the file, from 1; all as wide as the headings. Rows above
    them are left out. `never_stored`: the places of columns that were private, and are empty."""

    name: str
    sheet: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    never_stored: tuple[int, ...] = ()


def lacking(columns: Columns) -> str:
    """The code of what the columns cannot do without; "" where nothing is missing."""
    if RosterColumn.EMAIL not in columns and RosterColumn.STAFF_ID not in columns:
        return "roster_no_person"
    is_named = RosterColumn.NAME in columns or RosterColumn.LAST_NAME in columns
    return "" if is_named else "roster_no_name"


def typed_in(cells: Sequence[str], columns: Columns, column: RosterColumn) -> str:
    """Of a team within another the path."""
    typed = cells[columns[column]].strip() if column in columns else ""
    if column is RosterColumn.TEAM and RosterColumn.SUBTEAM in columns:
        within = cells[columns[RosterColumn.SUBTEAM]].strip()
        return f" {BELOW} ".join(filter(None, (typed, within)))
    return typed


def values_of(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Columns
) -> dict[RosterColumn, dict[str, tuple[str, int]]]:
    """Of the columns whose values have a meaning: each value by its plain words, as it is typed
    first, and in how many rows."""
    values: dict[RosterColumn, dict[str, tuple[str, int]]] = {}
    for column in MEANT:
        if column in columns:
            counted = values[column] = {}
            for cells in (cells for _number, cells in rows if not nobody(cells)):
                typed = typed_in(cells, columns, column)
                first, count = counted.get(plain(typed), (typed, 0))
                counted[plain(typed)] = first, count + 1
    return values


def read(name: str, content: bytes) -> RosterFile:
    """Raises Invalid: roster_empty, roster_large, roster_long, roster_wide, roster_cell_long,
    roster_not_text, roster_old_workbook, roster_unreadable, roster_unreadable_workbook,
    roster_unpacked_large."""
    if len(content) > BYTES_MAX:
        raise Invalid("roster_large", "file", most=BYTES_MAX // 1024 // 1024)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("roster_old_workbook", "file")
    if content.startswith(b"PK\x03\x04"):
        sheet, lines = read_workbook(content, ROWS_MAX + TITLE_ROWS, COLUMNS_MAX)
    else:
        sheet, lines = "", _delimited(content)
    lines = lines[heading_row([cells for _number, cells in lines[:TITLE_ROWS]]) :]
    if len(lines) < 2:
        raise Invalid("roster_empty", "file")
    if len(lines) > ROWS_MAX + 1:
        raise Invalid("roster_long", "file", most=ROWS_MAX)
    width = max((place for place, cell in enumerate(lines[0][1], 1) if cell), default=0)
    if not 1 < width <= COLUMNS_MAX:
        raise Invalid("roster_wide", "file", most=COLUMNS_MAX)
    rows = [(number, tuple((cells + [""] * width)[:width])) for number, cells in lines]
    for number, wide in rows:
        if any(len(cell) > CELL_MAX for cell in wide):
            raise Invalid("roster_cell_long", "file", row=number, most=CELL_MAX)
        if not all(map(is_kept, wide)):
            raise Invalid("roster_not_text", "file")
    headings = rows[0][1]
    hidden = private(headings, [wide for _number, wide in rows[1:]])
    kept = tuple(
        (number, tuple("" if place in hidden else cell for place, cell in enumerate(wide)))
        for number, wide in rows[1:]
    )
    return RosterFile(
        name=name[-200:], sheet=sheet[:200], headings=headings, rows=kept, never_stored=hidden
    )


def is_kept(text: str) -> bool:
    """No NUL and no half of a character: a database keeps neither."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _delimited(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = delimited_rules.decode(content).removeprefix("\ufeff")
        text, skipped, separator = delimited_rules.without_sep_line(text)
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > CELL_MAX * COLUMNS_MAX:
                raise Invalid("roster_cell_long", "file", row=number, most=CELL_MAX)
        separator = separator or delimited_rules.separator_of(text, _is_heading)
        records = delimited_rules.records_of(text, separator, skipped)
        return list(islice(records, ROWS_MAX + TITLE_ROWS + 1))
    except Invalid as refusal:
        codes = {"list_not_text": "roster_not_text", "list_unreadable": "roster_unreadable"}
        code = codes.get(refusal.code, refusal.code)
        raise Invalid(code, "file", **refusal.facts) from refusal


def _is_heading(cell: str) -> bool:
    """A line that isn't taken apart yet is none."""
    return not set(delimited_rules.BETWEEN) & set(cell) and column_of(cell) != ""


def read_workbook(
    content: bytes, rows_max: int, columns_max: int
) -> tuple[str, list[tuple[int, list[str]]]]:
    """The name of the sheet, and its rows with their numbers, without the empty ones. At most one
    row more than `rows_max` is returned, which tells the caller that there are more.

    Raises Invalid: roster_unpacked_large, roster_unreadable_workbook.
    """
    from defusedxml.common import DefusedXmlException
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_bombs(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not read
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            with closing(book):
                sheet = max(book.worksheets[:SHEETS_MAX], key=_known_headings)
                cells = sheet.iter_rows(max_col=columns_max, values_only=True)
                return str(sheet.title), list(islice(_filled(cells), rows_max + 1))
    except (BadZipFile, DefusedXmlException, InvalidFileException, ParseError, *BROKEN) as error:
        raise Invalid("roster_unreadable_workbook", "file") from error


def _known_headings(sheet: Any) -> int:
    """The most in one of its first rows, so that the sheet with the people is read; of several
    alike the first."""
    top = sheet.iter_rows(max_row=TITLE_ROWS, max_col=COLUMNS_MAX, values_only=True)
    known = [sum(column_of(cell) != "" for cell in row if isinstance(cell, str)) for row in top]
    return max(known, default=0)


def _refuse_bombs(content: bytes) -> None:
    """By the sizes that the archive says: unpacking stops at them."""
    with ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    is_bomb = (
        len(parts) > PARTS_MAX
        or sum(part.file_size for part in parts) > UNPACKED_MAX
        or any(
            part.file_size > 1024 * 1024 and part.file_size > RATIO_MAX * part.compress_size
            for part in parts
        )
    )
    if is_bomb:
        raise Invalid("roster_unpacked_large", "file")


def _filled(rows: Iterator[Sequence[object]]) -> Iterator[tuple[int, list[str]]]:
    empty = 0
    for number, row in enumerate(rows, 1):
        cells = [_text(value) for value in row]
        if any(cells):
            empty = 0
            yield number, cells
        elif (empty := empty + 1) > EMPTY_MAX:
            return


def _text(value: object) -> str:
    """As it would be typed: days as 2026-11-24, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").strip()


def read_day(text: str, region: Region) -> dt.date:
    """2026-11-24, 20261124, Nov 24, 2026, 24-Nov-26, and 11/24/2026 in the order that the library's
    region writes (the day first where a point stands between), each without its time; or the number
    of a day that a workbook has for it.

    Raises ValueError for all else, and for a day before 1950 or after 2099.
    """
    text = TIME.sub("", " ".join(text.lower().split()))
    text = re.sub(r"(?<=[a-z\d])-(?=[a-z])|(?<=[a-z])-(?=\d)", " ", text)
    if compact := re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", text, re.ASCII):
        text = "-".join(compact.groups())
    if re.fullmatch(r"[2-6]\d{4}", text, re.ASCII):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
    elif re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        day = dt.date.fromisoformat(text)
    elif parts := NAMED.fullmatch(text):
        month = MONTHS.index((parts[1] or parts[4])[:3]) + 1
        day = dt.date(in_century(parts[5]), month, int(parts[2] or parts[3]))
    elif parts := NUMBERED.fullmatch(text):
        first, second = int(parts[1]), int(parts[3])
        is_month_first = region in (Region.US, Region.CA) and parts[2] != "."
        day = dt.date(
            in_century(parts[4]), *((first, second) if is_month_first else (second, first))
        )
    else:
        raise ValueError(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day
