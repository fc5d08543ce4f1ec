"""A Word or Excel file is kept as it came, or not at all: it is refused when it runs, loads or
carries something, or is made of anything that is on no list (office_lists).

Every part is read, also one that nothing points to: its type, what it points to, the fields and
formulas in it.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError  # noqa: N812

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from tracker.rules.errors import Invalid
from tracker.rules.evidence.content import carries, may_be_opened
from tracker.rules.evidence.office_lists import (
    ADDRESS_FIELD,
    CARRIED,
    EXCEL,
    FIELDS,
    FUNCTIONS,
    LINK_FUNCTION,
    MAIN_TYPE,
    OPAQUE_TYPES,
    OTHER_TYPES,
    PICTURE_TYPES,
    QUOTED_NAME,
    QUOTED_TEXT,
    RELATION,
    RELATIONS,
    WORKBOOK,
    XML_TYPES,
)
from tracker.rules.evidence.uploads import Upload, judge

HEAD = 64
"""So many bytes tell what a part begins like."""
WITHIN_MAX = 10 * 1024 * 1024
"""Most bytes of a workbook behind a chart."""
CODE_MAX = 4_000
"""So much of the code of a field is looked at: its name and its address come first."""
TYPES = "[Content_Types].xml"
XML_MAX = 64 * 1024 * 1024
"""Most bytes of XML in all parts together."""
MARKS_MAX = 3_500_000
"""Most marks with which an element begins or ends, and half as many attributes, in all parts
together: a sheet of half a million cells, which takes two or three seconds."""
DEPTH_MAX = 500
"""Most elements within each other; Word has some 50."""
OWN_DISK = re.compile(r"(?:file:///)?[a-z]:[\\/](?!.*\.\.)[^|<>]*", re.IGNORECASE)
"""Where Word finds the template of its own that somebody began with; no other machine is asked."""
OWN_PATH = re.compile(OWN_DISK.pattern + r"|/[^/].*", re.IGNORECASE)
PICTURES = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\x00|MM\x00\*|II\xbc|RIFF....WEBP|\x00\x00\x01\x00"
    rb"|\xd7\xcd\xc6\x9a|[\x01\x02]\x00\x09\x00|\x01\x00\x00\x00.{36} EMF",
    re.DOTALL,
)
PROGRAMS = re.compile(
    rb"MZ|\x7fELF|PK\x03\x04|\xd0\xcf\x11\xe0|#!|%PDF|\{\\rtf|Rar!|7z\xbc", re.DOTALL
)
"""How programs and documents of other kinds begin."""
EXCELS = re.compile(
    r"\{http://(?:schemas\.[a-z]+\.\w+|purl\.oclc\.org/ooxml)/[\w/]*(?:spreadsheetml|excel)/"
)
CODES = frozenset({"instrText", "delInstrText"})
FORMULAS = (
    "}f",
    "}formula",
    "}formula1",
    "}formula2",
    "}definedName",
    "}calculatedColumnFormula",
    "}totalsRowFormula",
)
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ZlibError,
    ParseError,
    DefusedXmlException,
    LookupError,
    ValueError,
)
"""What is raised for content that is not what it should be."""
Attributes = dict[str, str]


def check(content: bytes, kind: str, *, room: "_Room | None" = None) -> None:
    """`room`: what the document has left of it in which this workbook stands behind a chart. It
    may hold none itself.

    Raises Invalid: office_macro, office_object, office_nested, office_outside, office_media,
    office_field, office_link, office_unknown, office_unreadable, file_not_what_it_says.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BROKEN as error:
        raise _unreadable("ZIP") from error
    with archive:
        package = _Package(archive, room or _Room())
        if package.type_of(package.main_part()) != MAIN_TYPE[kind]:
            raise Invalid("file_not_what_it_says", "file", ending=kind.upper())
        package.check(is_within=room is not None)


class _Room:
    """How much more can be read of a document and all that stands in it."""

    def __init__(self) -> None:
        self._bytes, self._marks = XML_MAX, MARKS_MAX

    def spend(self, piece: bytes, part: str) -> None:
        self._bytes -= len(piece)
        self._marks -= piece.count(b"<") + piece.count(b"=") // 2
        if self._bytes < 0 or self._marks < 0:
            raise _unreadable(part)


def _pass_over(_said: str) -> None:
    """Nobody asked for it."""


class _Package:
    def __init__(self, archive: zipfile.ZipFile, room: _Room) -> None:
        self._archive = archive
        self._room = room
        self._names = {each.casefold(): each for each in archive.namelist() if each[-1:] != "/"}
        if len(self._names) != sum(each[-1:] != "/" for each in archive.namelist()):
            raise _unreadable("a part that is there twice")
        self._by_ending: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._read(TYPES, self._note_type)

    def main_part(self) -> str:
        """The part that is opened first."""
        found: list[str] = []

        def note(tag: str, attributes: Attributes) -> None:
            if attributes.get("Type", "").endswith("/officeDocument"):
                found.append(attributes.get("Target", ""))

        self._read("_rels/.rels", note)
        if len(found) != 1:
            raise _unreadable("_rels/.rels")
        return found[0].lstrip("/")

    def type_of(self, part: str) -> str:
        """In small letters, but for those of the lists, which have theirs."""
        ending = part.rpartition(".")[2].casefold()
        return self._by_name.get(part.casefold(), self._by_ending.get(ending, ""))

    def check(self, *, is_within: bool) -> None:
        for part in self._names.values():
            if part == TYPES:
                continue
            found = self.type_of(part)
            if part.casefold().endswith(".rels"):
                self._read(part, _Relations(self, part).start)
            elif found in XML_TYPES:
                _Contents(part, found).read(self._read)
            elif found in PICTURE_TYPES:
                if not PICTURES.match(self._bytes(part, HEAD)):
                    raise carries("office_unknown", part)
            elif found in OPAQUE_TYPES:
                if PROGRAMS.match(self._bytes(part, HEAD)):
                    raise carries("office_unknown", part)
            elif found != WORKBOOK:
                what = (code for word, code in OTHER_TYPES.items() if word in found.casefold())
                raise carries(next(what, "office_unknown"), part)
            elif is_within:
                raise carries("office_nested", part)
            else:
                self._check_within(part)

    def _check_within(self, part: str) -> None:
        try:
            file = judge(Upload("x.xlsx", self._bytes(part, WITHIN_MAX)), WITHIN_MAX)
        except Invalid as error:
            raise carries("office_nested", part) from error
        check(file.content, "xlsx", room=self._room)

    def _note_type(self, tag: str, attributes: Attributes) -> None:
        said = attributes.get("ContentType", "")
        if tag.endswith("}Default"):
            self._by_ending[attributes["Extension"].casefold()] = said
        elif tag.endswith("}Override"):
            self._by_name[attributes["PartName"].lstrip("/").casefold()] = said

    def _bytes(self, part: str, most: int) -> bytes:
        try:
            with self._archive.open(part) as file:
                return file.read(most)
        except BROKEN as error:
            raise _unreadable(part) from error

    def _read(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        data: Callable[[str], None] = _pass_over,
        end: Callable[[str], None] = _pass_over,
    ) -> None:
        """Tell of each element. A part that declares entities, or anything else before its first
        element, is not read."""
        depth = 0

        def begins(tag: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > DEPTH_MAX:
                raise _unreadable(part)
            start(tag, attributes)

        def ends(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag)

        try:
            with self._archive.open(self._names[part.casefold()]) as file:
                target = SimpleNamespace(start=begins, data=data, end=ends)
                parser = XMLParser(target=target, forbid_dtd=True)
                while piece := file.read(256 * 1024):
                    self._room.spend(piece, part)
                    parser.feed(piece)
                parser.close()
        except BROKEN as error:
            raise _unreadable(part) from error


class _Relations:
    """What a part points to."""

    def __init__(self, package: _Package, part: str) -> None:
        folder, _slash, name = part.rpartition("/")
        self._source = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        self._package = package

    def start(self, tag: str, attributes: Attributes) -> None:
        if not tag.endswith("}Relationship"):
            return
        said, target = attributes.get("Type", ""), attributes.get("Target", "")
        known = RELATION.fullmatch(said)
        name = known[1] if known else ""
        if name not in RELATIONS:
            code = CARRIED.get(name, "office_unknown")
            raise carries(code, target or said)
        if attributes.get("TargetMode", "Internal") != "Internal":
            self._check_outside(name, target)
        elif re.match(r"\s*(?:[\w+.-]*:|//|\\)", target):
            raise carries("office_outside", target)
        elif name == "package" and "drawingml.chart+xml" not in self._package.type_of(self._source):
            raise carries("office_nested", target)

    def _check_outside(self, name: str, target: str) -> None:
        if name == "hyperlink":
            if not may_be_opened(target):
                raise carries("office_link", target)
        elif name != "attachedTemplate" or not OWN_DISK.fullmatch(target):
            raise carries("office_outside", target)


YES, NO = ("1", "true", "on"), ("0", "false", "off")


class _Contents:
    """The fields, formulas and addresses in a part."""

    def __init__(self, part: str, kind: str) -> None:
        self._part = part
        self._is_sheet = kind == EXCEL + "worksheet+xml"
        self._is_picture = kind == "image/svg+xml"
        self._is_data = kind in ("application/xml", "text/xml")
        self._is_formula = False
        self._text: list[str] | None = None
        self._fields: list[tuple[str, bool]] = []
        """The code of each that was begun, and whether Word works it out anew when it opens."""

    def read(self, read: Callable[..., None]) -> None:
        read(self._part, self._start, self._data, self._end)
        for code, is_dirty in self._fields:
            _check_field(code, is_dirty=is_dirty)

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag.endswith(FORMULAS) and EXCELS.match(tag):
            self._text, self._is_formula = [], True
        if self._is_sheet:
            return
        name = tag.rpartition("}")[2]
        if name == "fldChar":
            self._turn_field(attributes)
        elif name == "fldSimple":
            self._begin_field()
            _check_field(_attribute(attributes, "instr"), is_dirty=_is_dirty(attributes))
        elif name in CODES or name == "HyperlinkBase" or (name == "t" and self._fields):
            self._text = []
        elif name == "script" and self._is_picture:
            raise carries("office_macro", self._part)
        elif name == "updateFields" and _attribute(attributes, "val") not in NO:
            raise carries("office_field", "updateFields")
        elif name == "webVideoPr":
            raise carries("office_media", _attribute(attributes, "embeddedHtml"))
        if attributes and not self._is_data:
            self._check_addresses(attributes)

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._text is None:
            return
        text, self._text = "".join(self._text), None
        if self._is_formula:
            self._is_formula = False
            _check_formula(text)
        elif not tag.endswith("}HyperlinkBase"):
            code, is_dirty = self._fields.pop() if self._fields else ("", False)
            self._fields.append(((code + text).lstrip()[:CODE_MAX], is_dirty))
        elif text.strip() and not may_be_opened(text):
            raise carries("office_link", text)

    def _turn_field(self, attributes: Attributes) -> None:
        """A field begins, or its code ends."""
        if _attribute(attributes, "fldCharType") == "begin":
            self._begin_field()
            self._fields.append(("", _is_dirty(attributes)))
        elif self._fields:
            code, is_dirty = self._fields.pop()
            _check_field(code, is_dirty=is_dirty or _is_dirty(attributes))

    def _begin_field(self) -> None:
        """Not where another one works out the name of the field around it."""
        if self._fields and not self._fields[-1][0]:
            raise carries("office_field", "{ { } }")

    def _check_addresses(self, attributes: Attributes) -> None:
        """Of drawings, which may have some without a relationship."""
        for key, value in attributes.items():
            name = key.rpartition("}")[2]
            if name == "src" and value and not self._is_picture:
                raise carries("office_outside", value)
            if name == "href" and not value.startswith(("data:image/", "#")):
                if self._is_picture:
                    raise carries("office_outside", value)
                if not may_be_opened(value):
                    raise carries("office_link", value)


def _check_field(code: str, *, is_dirty: bool) -> None:
    if FIELDS.match(code):
        raise carries("office_field", code.strip())
    found = ADDRESS_FIELD.match(code)
    if found is None:
        return
    address = (found[2] or found[3] or "").replace("\\\\", "\\")
    if found[1].upper() == "HYPERLINK":
        if not may_be_opened(address):
            raise carries("office_link", address)
    elif is_dirty or not (
        OWN_PATH.fullmatch(address) or ("\\" not in address and may_be_opened(address))
    ):
        raise carries("office_field", code.strip())


def _check_formula(text: str) -> None:
    bare = QUOTED_TEXT.sub('""', text)
    if FUNCTIONS.search(bare) or "\\\\" in bare or "://" in bare:
        raise carries("office_field", text)
    if "|" in QUOTED_NAME.sub("''", bare):
        raise carries("office_field", text)
    for address, is_begun in LINK_FUNCTION.findall(text):
        if not may_be_opened(address) or (is_begun and ":" not in address):
            raise carries("office_link", address)


def _attribute(attributes: Attributes, name: str) -> str:
    found = (value for key, value in attributes.items() if key.rpartition("}")[2] == name)
    return next(found, "")


def _is_dirty(attributes: Attributes) -> bool:
    return _attribute(attributes, "dirty") in YES


def _unreadable(part: str) -> Invalid:
    return carries("office_unreadable", part)
