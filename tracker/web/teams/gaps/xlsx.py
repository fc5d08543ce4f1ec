"""Gaps as an XLSX workbook. Every cell is a number or plain text: nothing in it is worked out when
it is opened, and a text that begins like a formula is marked as text for whoever edits it."""

import io
import re

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tracker.rules.delimited import is_like_formula
from tracker.web.http import session
from tracker.web.ui.csv import Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE_MAX = 31
WIDEST = 60


def workbook(sheets: list[tuple[str, Table]]) -> bytes:
    """A sheet for each, the first row of the first in bold."""
    book = Workbook()
    book.remove(book.active)
    made = session.now().replace(tzinfo=None)
    book.properties.created = book.properties.modified = made
    book.properties.creator = _("Skills Tracker")
    for title, rows in sheets:
        sheet = book.create_sheet(re.sub(r"[\\/?*\[\]:]", " ", title)[:TITLE_MAX])
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                _write(sheet, number, column, value)
        for column in range(1, sheet.max_column + 1):
            letter = get_column_letter(column)
            longest = max(len(str(cell.value or "")) for cell in sheet[letter])
            sheet.column_dimensions[letter].width = min(longest + 2, WIDEST)
    for cell in book.worksheets[0][1]:
        cell.font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: str | int) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = is_like_formula(value)
