"""Text with a separator between its cells, as spreadsheets write it: how it is read."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice

from tracker.rules.errors import Invalid

LOOKED_AT = 50
"""How many records tell what the separator is."""
SEPARATORS = ("\t", ";", ",")
BETWEEN = "".join(SEPARATORS)
FORMULA = ("=", "+", "-", "@")


def decode(content: bytes) -> str:
    """The text of a file as spreadsheets write them: UTF-8, UTF-16 with its mark, or the old
    Western one.

    Raises Invalid("list_not_text").
    """
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for code in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("list_not_text", "file")


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Words as they are compared: without case, marks of typing, and the difference of space, dash
    and underscore."""
    words = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.sub(r"[\s_–-]+", " ", words).strip(" .'\"").split())


def without_sep_line(text: str) -> tuple[str, int, str]:
    """Excel's first line "sep=;" taken off: (the rest, lines taken off, the separator or
    nothing)."""
    match = re.match(r'"?sep=([,;\t])"?\r?\n', text, re.IGNORECASE)
    return (text, 0, "") if match is None else (text[match.end() :], 1, match[1])


def separator_of(text: str, is_known: Callable[[str], object]) -> str:
    """The one that makes the most cells into words we know; among equals the one with the most
    cells."""

    def score(separator: str) -> tuple[int, int]:
        cells: list[str] = []
        with suppress(
            Invalid
        ):  # read up to there: what is wrong is said once the separator is known
            for _number, record in islice(records_of(text, separator), LOOKED_AT):
                cells += record
        return (sum(bool(is_known(cell)) for cell in cells), len(cells))

    return max(SEPARATORS, key=score)


def records_of(text: str, separator: str, skipped: int = 0) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells), without the empty ones. Raises
    Invalid("list_unreadable")."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1 + skipped
    try:
        for record in reader:
            cells = [clean_cell(cell) for cell in record]
            if any(cell.strip(BETWEEN) for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise Invalid("list_unreadable", "text", line=begins) from error


def clean_cell(cell: str) -> str:
    cell = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    return cell[1:] if cell.startswith("'") and is_like_formula(cell[1:]) else cell


def is_like_formula(text: str) -> bool:
    """Whether a spreadsheet may work it out rather than show it. Some read ＝ as =, and look past
    spaces and what nobody sees. Exports put an apostrophe before such text; imports take it off."""
    if text[:1].isalnum():
        return False
    seen = next((char for char in text if unicodedata.category(char)[0] not in "ZC"), "")
    return text.startswith(("\t", "\r", "\n")) or unicodedata.normalize("NFKC", seen).startswith(
        FORMULA
    )
