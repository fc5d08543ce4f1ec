"""What a page or a file says, as lines: without addresses, ids, digests, and what is new each time."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from openpyxl import load_workbook
from werkzeug.test import TestResponse

Lines = list[str]
LEFT_OUT = frozenset({"script", "style", "template", "svg", "nav"})
INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "button",
        "cite",
        "code",
        "del",
        "em",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "wbr",
    ]
)
CELLS = frozenset({"td", "th"})
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
SECRET = re.compile(r"\b[0-9a-f]{12,}\b")
MARKED = frozenset({"id", "digest", "salt", "seal", "token"})
"""Keys of a JSON file that name what a database numbers."""


def lines_of(response: TestResponse) -> Lines:
    """The status, unless all is well, and what it holds."""
    found = [] if response.status_code == 200 else [f"status {response.status_code}"]
    kind = response.mimetype
    if kind == "text/html":
        found += of_page(response.text)
    elif kind == "application/json":
        found += of_json(response.json)
    elif kind == "text/csv":
        rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
        found += [tidy(" | ".join(row)) for row in rows]
    elif kind.endswith("sheet"):
        found += of_workbook(response.data)
    else:
        found.append(f"{kind}")
    return found


def tidy(line: str) -> str:
    return SECRET.sub("…", " ".join(line.split()))


class _Main(HTMLParser):
    """The lines of <main>: a block, a row of a table, a control with what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []
        self._line: list[str] = []
        self._in_main = False
        self._skipped: list[str] = []
        self._area = ""

    def updatepos(self, i: int, j: int) -> int:
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self._in_main = True
        if not self._in_main:
            return
        found = dict(attrs)
        if self._skipped or tag in LEFT_OUT or "hidden" in found:
            if tag not in VOID:
                self._skipped.append(tag)
            return
        if tag in CELLS:
            self._line.append(" | ")
        elif tag not in INLINE and tag != "input":
            self.end_line()
        if tag not in VOID and (label := found.get("aria-label")):
            self._line.append(f" ({label}) ")
        if tag == "input":
            self._input(found)
        if tag == "option" and "selected" in found:
            self._line.append("(x) ")
        if tag == "img":
            self._line.append(f" {found.get('alt') or ''} ")

    def _input(self, found: dict[str, str | None]) -> None:
        match found.get("type"):
            case "hidden" | "submit" | "button" | "file":
                pass
            case "checkbox" | "radio":
                self._line.append(" (x) " if "checked" in found else " ( ) ")
            case _:
                self._line.append(f" [{found.get('value') or ''}] ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.end_line()
            self._in_main = False
        elif self._skipped:
            if tag in self._skipped:
                while self._skipped.pop() != tag:
                    pass
        elif tag not in INLINE and tag not in CELLS:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self._in_main and not self._skipped:
            self._line.append(data)

    def end_line(self) -> None:
        line = tidy("".join(self._line))
        if line and line != "|":
            self.lines.append(line)
        self._line.clear()


def of_page(html: str) -> Lines:
    page = _Main()
    page.feed(html)
    page.close()
    return page.lines


def of_json(data: Any) -> Lines:
    """Each value with the way to it; of a list, by what names its entry."""
    return list(_leaves("", data))


def _leaves(place: str, data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key in sorted(data):
            if key not in MARKED and not key.endswith("_id"):
                yield from _leaves(f"{place}/{key}", data[key])
        if not data:
            yield f"{place} = {{}}"
    elif isinstance(data, list):
        for number, each in enumerate(data):
            yield from _leaves(f"{place}[{_name_of(each, number)}]", each)
        if not data:
            yield f"{place} = []"
    else:
        yield tidy(f"{place} = {data}")


def _name_of(entry: Any, number: int) -> str:
    if isinstance(entry, dict):
        for key in ("code", "domain", "rank", "round"):
            if isinstance(entry.get(key), str | int):
                return str(entry[key])
    return str(number)


def of_workbook(content: bytes) -> Lines:
    found = []
    for sheet in load_workbook(io.BytesIO(content), read_only=True).worksheets:
        found.append(f"sheet {sheet.title}")
        for row in sheet.iter_rows(values_only=True):
            cells = ["" if each is None else str(each) for each in row]
            found.append(tidy(" | ".join(cells)))
    return found
