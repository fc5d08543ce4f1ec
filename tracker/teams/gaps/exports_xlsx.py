"""Gaps as an XLSX workbook. Every cell is a number or plain text: nothing in it is worked out when
it is opened, and a text that begins like a formula is marked as text for whoever edits it."""

import io
import re

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tracker.rules.delimited import is_like_formula
from tracker.web.http import session
from tracker.web.ui.csv import Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE_MAX = 31
WIDEST, ARROW, PAPER = 60, 4, 180
"""In letters: a column, the arrow of its filter, and what can still be read on one sheet."""
HEAD = PatternFill("solid", start_color="E2ECE8")


def workbook(tables: list[tuple[str, Table]]) -> bytes:
    """A sheet for each: its head stays in sight and can filter, its first column stays too."""
    book = Workbook()
    book.remove(book.active)
    made = session.now().replace(tzinfo=None)
    book.properties.created = book.properties.modified = made
    book.properties.creator = _("Skills Tracker")
    for title, rows in tables:
        sheet = book.create_sheet(re.sub(r"[\\/?*\[\]:]", " ", title)[:TITLE_MAX])
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                _write(sheet, number, column, value)
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = sheet.dimensions
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        letters = [get_column_letter(column) for column in range(1, sheet.max_column + 1)]
        width = sum(_shape(sheet, letter) for letter in letters)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=width < PAPER)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shape(sheet: Worksheet, letter: str) -> int:
    """As wide as its longest cell, and as the longest word of its head beside the filter's arrow;
    numbers and their head stand at the end of it."""
    head, *cells = sheet[letter]
    is_number = any(isinstance(cell.value, int) for cell in cells)
    at = {"horizontal": "right", "indent": 1} if is_number else {}
    head.font, head.fill = Font(name=head.font.name, size=head.font.size, bold=True), HEAD
    head.alignment = Alignment(**at, vertical="top", wrap_text=True)
    placed = [Alignment(**at, vertical="top", wrap_text=is_long) for is_long in (False, True)]
    for cell in cells:
        cell.alignment = placed[len(str(cell.value)) > WIDEST]
    word = max(map(len, str(head.value).split())) + ARROW
    longest = max((len(str(cell.value or "")) for cell in cells), default=0) + 2
    width = min(max(longest, word), WIDEST)
    sheet.column_dimensions[letter].width = width
    return width


def _write(sheet: Worksheet, row: int, column: int, value: str | int) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = is_like_formula(value)
