"""A PDF is kept as it came, or not at all: it is refused when it runs, opens or carries anything.

Every object of the file is looked at, also what its own list of objects leaves out and what an
older version of it held: readers differ in what they find.
"""

import io
import re
from collections.abc import Iterator
from typing import Any
from zlib import error as ZlibError  # noqa: N812

from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    StreamParsingBudget,
    read_object,
)

from tracker.rules.errors import Invalid

GAP = rb"(?:[\0\s]|%[^\r\n]{0,200}[\r\n]){1,20}"
HEADER = re.compile(rb"(?<!\d)(\d{1,10})" + GAP + rb"(\d{1,5})" + GAP + rb"obj")
"""How an object begins; between its words stand spaces and comments."""
TOKENS_MAX = 500_000
"""Most names, numbers and texts in all of its objects. A thousand pages have some 200,000."""
BYTES_MAX = 15 * 1024 * 1024
"""Most bytes of objects, those unpacked among them."""
ObjectId = tuple[int, int]
KEYS = frozenset(
    {"/JS", "/JavaScript", "/AA", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent"}
)
"""A script, an act without a click, a form of its own kind, a file or a program inside."""
ACTS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/RichMediaExecute",
    }
)
"""What a click may not do. It may lead to a page or a web address."""
BROKEN = (
    PyPdfError,
    DependencyError,
    ZlibError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    OSError,
)
"""What pypdf raises for content that is not what it should be."""


def check(content: bytes) -> None:
    """Raises Invalid: pdf_locked, pdf_active, pdf_unreadable."""
    if b"/Encrypt" in content:
        raise Invalid("pdf_locked", "file")
    try:
        is_active = _is_active(_Objects(content))
    except BROKEN as error:
        raise Invalid("pdf_unreadable", "file") from error
    if is_active:
        raise Invalid("pdf_active", "file")


def _is_active(objects: "_Objects") -> bool:
    """Opening the file may lead to a page of it, and to nothing else."""
    opened: set[ObjectId] = set()
    elsewhere: set[ObjectId] = set()
    for key, each in objects:
        if isinstance(each, NameObject) and each in ACTS:
            return True
        for found in _dictionaries(each):
            act, opening = found.get("/S"), found.get("/OpenAction")
            if act in ACTS or found.get("/Type") == "/EmbeddedFile" or not KEYS.isdisjoint(found):
                return True
            if isinstance(opening, IndirectObject):
                opened.add((opening.idnum, opening.generation))
            elif isinstance(opening, dict) and _leads_elsewhere(opening):
                return True
        if isinstance(each, dict) and _leads_elsewhere(each):
            elsewhere.add(key)
    return not opened.isdisjoint(elsewhere)


def _leads_elsewhere(action: dict[Any, Any]) -> bool:
    return "/S" in action and action.get("/S") != "/GoTo"


def _dictionaries(one: PdfObject) -> Iterator[dict[Any, Any]]:
    """The object and all that stands in it, with what it refers to left as it is."""
    waiting: list[Any] = [one]
    while waiting:
        found = waiting.pop()
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)


class _Objects:
    """The objects of a file in the order in which they stand. It is the document that pypdf asks
    for what an object refers to: only for the length of a stream, which stands in the open."""

    strict = True
    """A name that is there twice, or a length that does not fit, is read in two ways."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._file = io.BytesIO(content)
        self._headers = list(HEADER.finditer(content))
        if not self._headers:
            raise ValueError("nothing to look at")
        self._ends = {(int(each[1]), int(each[2])): each.end() for each in self._headers}
        self._budget = StreamParsingBudget(remaining_budget=TOKENS_MAX)
        self._bytes_left = BYTES_MAX

    def get_object(self, reference: IndirectObject) -> NumberObject:
        at = self._ends.get((reference.idnum, reference.generation), 0)
        length = re.match(rb"[\0\s]{0,20}(\d{1,10})", self._content[at : at + 40])
        if length is None:
            raise ValueError("the length of a stream is not in the open")
        return NumberObject(int(length[1]))

    def __iter__(self) -> Iterator[tuple[ObjectId, PdfObject]]:
        for each in self._headers:
            found = self._read(self._file, each.end())
            yield (int(each[1]), int(each[2])), found
            if isinstance(found, StreamObject) and "/First" in found:
                yield from self._packed(found)

    def _packed(self, stream: StreamObject) -> Iterator[tuple[ObjectId, PdfObject]]:
        """The objects inside of an object."""
        unpacked = stream.get_data()
        self._spend(len(unpacked))
        first = dict.__getitem__(stream, "/First")
        if not isinstance(first, NumberObject):
            raise TypeError("the place of the first object is not in the open")
        file, numbers = io.BytesIO(unpacked), [int(each) for each in unpacked[:first].split()]
        if len(numbers) != 2 * stream.get("/N", 0):
            raise ValueError("fewer objects than it says, or more")
        for key, offset in zip(numbers[::2], numbers[1::2], strict=True):
            yield (key, 0), self._read(file, first + offset)

    def _read(self, file: io.BytesIO, at: int) -> PdfObject:
        while file.seek(at) == at and file.read(1) in b"\0\t\n\f\r ":
            at += 1
        file.seek(at)
        found = read_object(file, self, parsing_budget=self._budget)  # type: ignore[arg-type]
        body = len(found._data) if isinstance(found, StreamObject) else 0
        self._spend(file.tell() - at - body)
        return found

    def _spend(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise ValueError("more than can be looked at")
