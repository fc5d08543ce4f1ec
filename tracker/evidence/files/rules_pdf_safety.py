"""A PDF is kept as it came, or not at all: it is refused when it runs, opens or carries anything,
or does what is on no list.

Every object of the file is looked at, also what its own list of objects leaves out and what an
older version of it held: readers differ in what they find.
"""

import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any
from zlib import error as ZlibError  # noqa: N812

from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NumberObject,
    PdfObject,
    StreamObject,
    StreamParsingBudget,
    read_object,
)

from tracker.evidence.pieces.rules import carries, may_be_opened
from tracker.rules.errors import Invalid

HEADER = re.compile(rb"(?<!\d)(\d{1,10})[\0\s]++(\d{1,5})[\0\s]*+obj")
"""How an object begins."""
HIDDEN_HEADER = re.compile(
    rb"(?<![^\r\n])[^\r\n%]*+%[^\r\n]*+[\r\n][\0\s]*+(?:\d{1,5}[\0\s]*+)?+obj(?=[\0\s<\[(/])"
)
"""One with a comment between its words, which no program writes."""
TRAILER = re.compile(rb"trailer[\0\s]*+(?=<<|%)")
ENCRYPT = re.compile(b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (char, char) for char in b"Encrypt"))
ZIP_END = re.compile(rb"PK\x05\x06.{18}", re.DOTALL)
TOKENS_MAX = 500_000
"""Most names, numbers and texts in all of its objects. A thousand pages have some 200,000."""
BYTES_MAX = 15 * 1024 * 1024
"""Most bytes of objects, those unpacked among them."""


def _names(text: str) -> frozenset[str]:
    return frozenset(f"/{name}" for name in text.split())


ACTIONS = _names("GoTo URI Named ResetForm Hide SetOCGState Thread")
"""What a click may do: lead to a page or an address, empty a form, show or hide something."""
NAMED = _names("NextPage PrevPage FirstPage LastPage GoBack GoForward Print")
ANNOTATIONS = _names(
    """
    Text Link FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut
    Caret Stamp Ink Popup Widget Watermark PrinterMark TrapNet Redact
    """
)
STREAMS = _names("Image Form XML Type1C CIDFontType0C OpenType")
"""What a stream may be that says it."""
BRINGS = {
    "pdf_script": _names("JS JavaScript Launch ImportData RichMediaExecute ECMAScript PS"),
    "pdf_files": _names("EF EmbeddedFiles EmbeddedFile GoToE FileAttachment Collection Navigator"),
    "pdf_outside": _names("GoToR Filespec F FFilter UF OPI"),
    "pdf_media": _names(
        """
        3D 3DAnnot 3DView Movie Sound RichMedia Screen U3D PRC RichMediaContent Rendition
        Renditions MediaClip GoTo3DView AlternatePresentations
        """
    ),
    "pdf_form": _names("XFA SubmitForm"),
    "pdf_opens": _names("AA OpenAction"),
}
"""The refusal that says best what a name brings along; pdf_unknown for any other."""
KEYS = _names(
    """
    JS JavaScript AA XFA EF EmbeddedFiles RichMediaContent Renditions AlternatePresentations
    Collection OPI FFilter
    """
)
"""Entries that are nowhere taken."""
ACTS = _names(
    """
    JavaScript Launch SubmitForm ImportData GoToE GoToR Rendition RichMediaExecute GoTo3DView
    """
)
"""What is no action that is taken, and nothing else that a file can name so."""
BROKEN = (
    *(PyPdfError, DependencyError, ZlibError, OSError, RuntimeError, AssertionError),
    *(ValueError, TypeError, AttributeError, LookupError, ArithmeticError),
)
"""What pypdf raises for content that is not what it should be."""


def check(content: bytes) -> None:
    """Raises Invalid: pdf_locked, pdf_unreadable, pdf_script, pdf_opens, pdf_form, pdf_files,
    pdf_media, pdf_outside, pdf_link, pdf_unknown."""
    if ENCRYPT.search(content):
        raise Invalid("pdf_locked", "file")
    if _holds_zip(content):
        raise _brings("/EmbeddedFile", "ZIP")
    try:
        read: dict[int, list[PdfObject]] = {}
        for number, pdf_object in _Objects(content):
            if isinstance(pdf_object, IndirectObject):
                raise ValueError("an object that only points to another")
            read.setdefault(number, []).append(pdf_object)
        checks = _Checks(read)
        for pdf_object in chain.from_iterable(read.values()):
            for dictionary in _dictionaries(pdf_object):
                checks.check(dictionary)
    except BROKEN as error:
        raise Invalid("pdf_unreadable", "file") from error


def _holds_zip(content: bytes) -> bool:
    """Whether a program finds a zip in it, whatever stands before and behind."""
    for end in ZIP_END.finditer(content):
        size = int.from_bytes(end[0][12:16], "little")
        at = end.start() - size
        if size and at >= 0 and content.startswith(b"PK\x01\x02", at):
            return True
    return False


class _Checks:
    """Checks that what does something is of a kind that is known. `read`: each object by its
    number, in all of its versions; a reference to one may mean any of them. Each object is looked
    at once for each use."""

    def __init__(self, read: dict[int, list[PdfObject]]) -> None:
        self._read = read
        self._looked_at: set[tuple[str, int]] = set()
        self._named: dict[int, frozenset[str]] = {}

    def check(self, dictionary: DictionaryObject) -> None:
        for key in KEYS.intersection(dictionary):
            raise _brings(key)
        for kind in self._at("/Type", dictionary.get("/Type")):
            if any(kind in names for names in BRINGS.values()):
                raise _brings(str(kind))
        for act in self._at("/S", dictionary.get("/S")):
            if act in ACTS:
                raise _brings(str(act))
        self._check_looks(dictionary)
        for key in ("/A", "/PA", "/Next"):
            for action in self._dictionaries_at(dictionary, key):
                self._check_action(action)
        for opened in self._dictionaries_at(dictionary, "/OpenAction"):
            acts = self._at("/OpenAction /S", opened.get("/S"))
            if "/Next" in opened or any(act != "/GoTo" for act in acts):
                raise _brings("/OpenAction")
        if self._is(dictionary.get("/Type"), "/Action"):
            self._check_action(dictionary)
        self._check_places(dictionary)

    def _check_looks(self, dictionary: DictionaryObject) -> None:
        """What is drawn on a page, or stands on it."""
        if isinstance(dictionary, StreamObject):
            self._only("/Subtype", dictionary, STREAMS, "stream")
            if "/F" in dictionary:
                raise _brings("/F")
        elif "/Rect" in dictionary:
            self._only("/Subtype", dictionary, ANNOTATIONS, "note")
        for note in self._dictionaries_at(dictionary, "/Annots"):
            self._only("/Subtype", note, ANNOTATIONS, "note")

    def _check_action(self, action: DictionaryObject) -> None:
        self._only("/S", action, ACTIONS, "action")
        if self._is(action.get("/S"), "/Named"):
            self._only("/N", action, NAMED, "action")

    def _check_places(self, dictionary: DictionaryObject) -> None:
        """Addresses, and files outside."""
        for address in self._at("/URI", dictionary.get("/URI")):
            is_base = isinstance(address, dict)
            for target in self._at("/Base", address.get("/Base")) if is_base else [address]:
                text = target.decode("latin-1") if isinstance(target, bytes) else str(target)
                if not may_be_opened(text):
                    raise carries("pdf_link", text)
        for key in ("/F", "/UF"):
            for place in self._at(key, dictionary.get(key)):
                if isinstance(place, (str, bytes)) or (
                    isinstance(place, dict) and not {"/F", "/UF"}.isdisjoint(place)
                ):
                    raise _brings(key)

    def _only(self, key: str, dictionary: DictionaryObject, taken: frozenset[str], of: str) -> None:
        for value in self._at(f"{of} {key}", dictionary.get(key)):
            if value not in taken:
                raise _brings(str(value))

    def _dictionaries_at(self, parent: DictionaryObject, key: str) -> Iterator[DictionaryObject]:
        for value in self._at(key, parent.get(key)):
            for one in value if isinstance(value, ArrayObject) else [value]:
                for reached in self._at(f"one of {key}", one):
                    if isinstance(reached, DictionaryObject):
                        yield reached

    def _at(self, use: str, value: Any) -> list[Any]:
        """The values that it is or may point to, without those that were looked at for this use."""
        if not isinstance(value, IndirectObject):
            return [] if value is None else [value]
        looked_at = (use, value.idnum)
        if looked_at in self._looked_at:
            return []
        self._looked_at.add(looked_at)
        return self._read.get(value.idnum, [])

    def _is(self, value: Any, name: str) -> bool:
        """Whether it is that name, or may point to it."""
        if not isinstance(value, IndirectObject):
            return bool(value == name)
        if value.idnum not in self._named:
            ends = self._read.get(value.idnum, [])
            self._named[value.idnum] = frozenset(str(end) for end in ends if isinstance(end, str))
        return name in self._named[value.idnum]


def _brings(name: str, what: str = "") -> Invalid:
    code = next((code for code, names in BRINGS.items() if name in names), "pdf_unknown")
    return carries(code, what or name)


def _dictionaries(one: PdfObject) -> Iterator[DictionaryObject]:
    """The dictionaries in an object, without those that it refers to."""
    waiting: list[Any] = [one]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, ArrayObject):
            waiting.extend(part)


class _Objects:
    """The objects of a file in the order in which they stand. It is the document that pypdf asks
    for what an object refers to: only for the length of a stream, which stands in the open."""

    strict = True
    """A name that is there twice, or a length that does not fit, is read in two ways."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._file = io.BytesIO(content)
        self._headers = list(HEADER.finditer(content))
        if not self._headers or HIDDEN_HEADER.search(content):
            raise ValueError("nothing to look at")
        self._ends = {(int(header[1]), int(header[2])): header.end() for header in self._headers}
        self._budget = StreamParsingBudget(remaining_budget=TOKENS_MAX)
        self._bytes_left = BYTES_MAX

    def get_object(self, reference: IndirectObject) -> NumberObject:
        at = self._ends.get((reference.idnum, reference.generation), 0)
        length = re.match(rb"[\0\s]{0,20}(\d{1,10})", self._content[at : at + 40])
        if length is None:
            raise ValueError("the length of a stream is not in the open")
        return NumberObject(int(length[1]))

    def __iter__(self) -> Iterator[tuple[int, PdfObject]]:
        for header in self._headers:
            pdf_object = self._read(self._file, header.end())
            yield int(header[1]), pdf_object
            if isinstance(pdf_object, StreamObject) and "/First" in pdf_object:
                yield from self._packed(pdf_object)

        for trailer in TRAILER.finditer(self._content):
            yield -1, self._read(self._file, trailer.end())

    def _packed(self, stream: StreamObject) -> Iterator[tuple[int, PdfObject]]:
        """The objects inside of an object."""
        unpacked = stream.get_data()
        self._spend(len(unpacked))
        first = dict.__getitem__(stream, "/First")
        if not isinstance(first, NumberObject):
            raise TypeError("the place of the first object is not in the open")
        file, numbers = io.BytesIO(unpacked), [int(number) for number in unpacked[:first].split()]
        if len(numbers) != 2 * stream.get("/N", 0):
            raise ValueError("fewer objects than it says, or more")
        for key, offset in zip(numbers[::2], numbers[1::2], strict=True):
            yield key, self._read(file, first + offset)

    def _read(self, file: io.BytesIO, at: int) -> PdfObject:
        while file.seek(at) == at and file.read(1) in b"\0\t\n\f\r ":
            at += 1
        file.seek(at)
        pdf_object = read_object(file, self, parsing_budget=self._budget)  # type: ignore[arg-type]
        body = len(pdf_object._data) if isinstance(pdf_object, StreamObject) else 0
        self._spend(file.tell() - at - body)
        return pdf_object

    def _spend(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise ValueError("more than can be looked at")
