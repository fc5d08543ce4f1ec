"""A roster as a file: CSV as spreadsheets write it, or XLSX."""

from dataclasses import dataclass
from itertools import islice

from tracker.rules import delimited
from tracker.rules.administration.roster.columns import HEADINGS
from tracker.rules.errors import Invalid

BYTES_MAX = 8 * 1024 * 1024
ROWS_MAX = 20_000
COLUMNS_MAX = 60
CELL_MAX = 1_000


@dataclass(frozen=True, slots=True)
class RosterFile:
    """`rows`: each with its number in the file, from 1; all as wide as the headings."""

    name: str
    sheet: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(name: str, content: bytes) -> RosterFile:
    """Raises Invalid: roster_empty, roster_large, roster_long, roster_wide, roster_cell_long,
    roster_not_text, roster_old_workbook, roster_unreadable, roster_unreadable_workbook,
    roster_unpacked_large."""
    if len(content) > BYTES_MAX:
        raise Invalid("roster_large", "file", most=BYTES_MAX // 1024 // 1024)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("roster_old_workbook", "file")
    if content.startswith(b"PK\x03\x04"):
        from tracker.rules.administration.roster import workbooks

        sheet, found = workbooks.read(content, ROWS_MAX + 1, COLUMNS_MAX)
    else:
        sheet, found = "", _delimited(content)
    if len(found) < 2:
        raise Invalid("roster_empty", "file")
    if len(found) > ROWS_MAX + 1:
        raise Invalid("roster_long", "file", most=ROWS_MAX)
    headings = tuple(found[0][1])
    while headings and not headings[-1]:
        headings = headings[:-1]
    if not 1 < len(headings) <= COLUMNS_MAX:
        raise Invalid("roster_wide", "file", most=COLUMNS_MAX)
    rows = tuple((number, _as_wide(cells, len(headings))) for number, cells in found[1:])
    for number, cells in (found[0], *rows):
        if any(len(cell) > CELL_MAX for cell in cells):
            raise Invalid("roster_cell_long", "file", row=number, most=CELL_MAX)
        if not all(is_kept(cell) for cell in cells):
            raise Invalid("roster_not_text", "file")
    return RosterFile(name[-200:], sheet[:200], headings, rows)


def is_kept(text: str) -> bool:
    """No NUL and no half of a character: a database keeps neither."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _delimited(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = delimited.decode(content)
    except Invalid as refusal:
        raise Invalid("roster_not_text", "file") from refusal
    text, skipped, separator = delimited.without_sep_line(text.removeprefix("\ufeff"))
    known = {delimited.plain(name) for names in HEADINGS.values() for name in names}
    separator = separator or delimited.separator_of(text, known)
    try:
        return list(islice(delimited.records_of(text, separator, skipped), ROWS_MAX + 2))
    except Invalid as refusal:
        raise Invalid("roster_unreadable", "file", line=refusal.facts["line"]) from refusal


def _as_wide(cells: list[str], width: int) -> tuple[str, ...]:
    return tuple((cells + [""] * width)[:width])
