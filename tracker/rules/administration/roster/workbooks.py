"""The first sheet of an XLSX file, as text. Nothing in it is worked out, followed or expanded."""

import datetime as dt
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.rules.errors import Invalid

UNPACKED_MAX = 60 * 1024 * 1024
"""Bytes of all its parts together: a sheet of 20,000 rows and 12 columns has about 20 MB."""
RATIO_MAX = 150
"""How much larger a part may become; those of a usual sheet become 5 to 20 times as large."""
PARTS_MAX = 1_000
EMPTY_MAX = 1_000
"""After so many empty rows nothing more is looked for."""
BROKEN = (
    BadZipFile,
    DefusedXmlException,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What the library raises for a file that is not what it says it is."""


def read(
    content: bytes, rows_max: int, columns_max: int
) -> tuple[str, list[tuple[int, list[str]]]]:
    """The name of the sheet, and its rows with their numbers, without the empty ones: at most one
    more than `rows_max`, so that a caller sees that there are more.

    Raises Invalid: roster_unpacked_large, roster_unreadable_workbook.
    """
    try:
        _refuse_bombs(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not read
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            with closing(book):
                sheet = book.worksheets[0]
                cells = sheet.iter_rows(max_col=columns_max, values_only=True)
                return str(sheet.title), list(islice(_filled(cells), rows_max + 1))
    except BROKEN as error:
        raise Invalid("roster_unreadable_workbook", "file") from error


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
