"""A list of ratings that a learner kept elsewhere, in a spreadsheet: how its text is read."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.calendar import day_in
from tracker.rules.delimited import plain, records_of, separator_of, without_sep_line
from tracker.rules.errors import Invalid

LINES_MAX = 1_000
CHARS_MAX = 400_000


class ImportColumn(StrEnum):
    CODE = "code"
    TITLE = "title"
    ANSWER = "answer"
    DAY = "day"
    NOTE = "note"


BY_PLACE = (ImportColumn.CODE, ImportColumn.ANSWER, ImportColumn.DAY, ImportColumn.NOTE)
"""The columns of a list without a heading; the first holds codes or titles."""


HEADINGS = {
    ImportColumn.CODE: ("Code", "Statement code"),
    ImportColumn.TITLE: ("Statement", "Title", "Skill"),
    ImportColumn.ANSWER: ("Your answer", "Answer", "Rating", "Self-rating", "My answer"),
    ImportColumn.DAY: ("Answered at", "Date", "Day", "When"),
    ImportColumn.NOTE: ("For myself", "Note", "Notes", "Note for myself", "Comment"),
}
"""What a column may be called in English, whatever the reader's language is."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One record as it was typed, its cells in the order of `ImportColumn`. `number` is the line of
    the text on which it begins, from 1."""

    number: int
    code: str
    title: str
    answer: str
    day: str
    note: str

    @property
    def statement(self) -> str:
        return self.code or self.title


@dataclass(frozen=True, slots=True)
class RatingList:
    """`ignored`: headings of columns that are not read."""

    lines: tuple[ImportLine, ...]
    ignored: tuple[str, ...]


def read(text: str, headings: Mapping[str, ImportColumn], answers: Mapping[str, str]) -> RatingList:
    """The records of a comma, semicolon or tab separated text. `headings` and `answers` are by
    `plain` words.

    Raises Invalid: list_empty, list_long, list_large, list_unreadable (with the line),
    list_no_statement_column, list_no_answer_column.
    """
    if len(text) > CHARS_MAX:
        raise Invalid("list_large", "text", most=CHARS_MAX // 1000)
    text, skipped, separator = without_sep_line(text.removeprefix("\ufeff"))
    known = {*headings, *answers}
    records = list(records_of(text, separator or separator_of(text, known), skipped))
    if not records:
        raise Invalid("list_empty", "text")
    if len(records) > LINES_MAX + 1:
        raise Invalid("list_long", "text", most=LINES_MAX, lines=len(records))
    columns, ignored = _columns(records[0][1], headings)
    if columns is None:
        columns = dict(zip(BY_PLACE, range(len(BY_PLACE)), strict=True))
    else:
        records = records[1:]
    if not records:
        raise Invalid("list_empty", "text")
    return RatingList(tuple(_line(number, cells, columns) for number, cells in records), ignored)


def read_day(text: str, time_zone: str) -> dt.date:
    """2026-11-24 (with or without a time), 24.11.2026, 2026/11/24, and 24/11/2026 where it can be
    nothing else.

    Raises ValueError for everything else, and for what would be read differently in another
    country.
    """
    text = text.strip().removeprefix("'")
    if re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        moment = dt.datetime.fromisoformat(text)
        return moment.date() if moment.tzinfo is None else day_in(time_zone, moment)
    parts = re.fullmatch(r"(\d{1,4})([./])(\d{1,2})\2(\d{1,4})", text, re.ASCII)
    if parts is None:
        raise ValueError(text)
    first, mark, second, third = parts[1], parts[2], parts[3], parts[4]
    if len(first) == 4 and len(third) <= 2:
        return dt.date(int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        raise ValueError(text)
    day, month = int(first), int(second)
    if mark == "/" and day <= 12 and month <= 12 and day != month:
        raise ValueError(text)
    if mark == "/" and month > 12:
        day, month = month, day
    return dt.date(int(third), month, day)


def _columns(
    cells: Sequence[str], headings: Mapping[str, ImportColumn]
) -> tuple[dict[ImportColumn, int] | None, tuple[str, ...]]:
    """Where each column is, and what is ignored. None when the first record is no heading: it has
    under two of them."""
    columns: dict[ImportColumn, int] = {}
    ignored = []
    for place, cell in enumerate(cells):
        column = headings.get(plain(cell))
        if column is None or column in columns:
            ignored.append(cell)
        else:
            columns[column] = place
    if len(columns) < 2:
        return None, ()
    if ImportColumn.ANSWER not in columns:
        raise Invalid("list_no_answer_column", "text")
    if ImportColumn.CODE not in columns and ImportColumn.TITLE not in columns:
        raise Invalid("list_no_statement_column", "text")
    return columns, tuple(cell for cell in ignored if cell)


def _line(number: int, cells: Sequence[str], columns: Mapping[ImportColumn, int]) -> ImportLine:
    def cell(column: ImportColumn) -> str:
        place = columns.get(column)
        return "" if place is None or place >= len(cells) else cells[place]

    return ImportLine(number, *map(cell, ImportColumn))
