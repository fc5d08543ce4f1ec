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
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError  # noqa: N812

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from tracker.rules.errors import Invalid
from tracker.rules.evidence.content import carries, may_be_opened
from tracker.rules.evidence.office_lists import (
    ADDRESS_FIELD,
    CARRIED,
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

TYPES = "[Content_Types].xml"
XML_MAX = 64 * 1024 * 1024
"""Most bytes of XML in all parts together: a sheet of a million cells. A second reads some 8 MB."""
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


def check(content: bytes, kind: str, *, is_within: bool = False) -> None:
    """`is_within`: a workbook behind a chart, which may hold none itself.

    Raises Invalid: office_macro, office_object, office_nested, office_outside, office_media,
    office_field, office_link, office_unknown, office_unreadable, file_not_what_it_says.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BROKEN as error:
        raise _unreadable("ZIP") from error
    with archive:
        package = _Package(archive)
        if package.type_of(package.main_part()) != MAIN_TYPE[kind]:
            raise Invalid("file_not_what_it_says", "file", ending=kind.upper())
        package.check(is_within=is_within)


class _Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._xml_left = XML_MAX
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
            if part.endswith(".rels"):
                self._read(part, _Relations(self, part, is_within=is_within).start)
            elif found in XML_TYPES:
                _Texts(part, found).read(self._read)
            elif found in PICTURE_TYPES:
                if not PICTURES.match(self._archive.read(part)):
                    raise carries("office_unknown", part)
            elif found in OPAQUE_TYPES:
                if PROGRAMS.match(self._archive.read(part)):
                    raise carries("office_unknown", part)
            elif found != WORKBOOK:
                what = (code for word, code in OTHER_TYPES.items() if word in found.casefold())
                raise carries(next(what, "office_unknown"), part)
            elif is_within:
                raise carries("office_nested", part)
            else:
                check(self._archive.read(part), "xlsx", is_within=True)

    def _note_type(self, tag: str, attributes: Attributes) -> None:
        said = attributes.get("ContentType", "")
        if tag.endswith("}Default"):
            self._by_ending[attributes["Extension"].casefold()] = said
        elif tag.endswith("}Override"):
            self._by_name[attributes["PartName"].lstrip("/").casefold()] = said

    def _read(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        data: Callable[[str], None] | None = None,
        end: Callable[[str], None] | None = None,
    ) -> None:
        """Tell of each element. A part that declares entities, or anything else before its first
        element, is not read."""
        try:
            with self._archive.open(self._names[part.casefold()]) as file:
                parser = XMLParser(target=_Target(start, data, end), forbid_dtd=True)
                while piece := file.read(256 * 1024):
                    self._xml_left -= len(piece)
                    if self._xml_left < 0:
                        raise _unreadable(part)
                    parser.feed(piece)
                parser.close()
        except BROKEN as error:
            raise _unreadable(part) from error


class _Target:
    """What the parser tells: only what is asked for, which is faster."""

    def __init__(
        self,
        start: Callable[[str, Attributes], None],
        data: Callable[[str], None] | None,
        end: Callable[[str], None] | None,
    ) -> None:
        self.start = start
        if data is not None and end is not None:
            self.data, self.end = data, end

    def close(self) -> None:
        """Nothing was built."""


class _Relations:
    """What a part points to."""

    def __init__(self, package: _Package, part: str, *, is_within: bool) -> None:
        folder, _slash, name = part.rpartition("/")
        self._source = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        self._package = package
        self._is_within = is_within

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
        elif re.match(r"[\w+.-]*:|//|\\", target):
            raise carries("office_outside", target)
        elif name == "package" and "drawingml.chart+xml" not in self._package.type_of(self._source):
            raise carries("office_nested", target)

    def _check_outside(self, name: str, target: str) -> None:
        if name == "hyperlink":
            if not may_be_opened(target):
                raise carries("office_link", target)
        elif name != "attachedTemplate" or not OWN_DISK.fullmatch(target):
            raise carries("office_outside", target)


class _Texts:
    """The fields, formulas and addresses in a part."""

    def __init__(self, part: str, kind: str) -> None:
        self._part = part
        self._is_sheet = "spreadsheetml" in kind
        self._is_picture = kind == "image/svg+xml"
        self._is_data = kind in ("application/xml", "text/xml")
        self._has_texts = self._is_sheet or "wordprocessingml" in kind or "extended-prop" in kind
        self._text: list[str] | None = None
        self._fields: list[tuple[str, bool]] = []
        """The code of each that was begun, and whether Word works it out anew when it opens."""

    def read(self, read: Callable[..., None]) -> None:
        if self._has_texts:
            read(self._part, self._start, self._data, self._end)
        else:
            read(self._part, self._start)
        for code, is_dirty in self._fields:
            _check_field(code, is_dirty=is_dirty)

    def _start(self, tag: str, attributes: Attributes) -> None:
        if self._is_sheet:
            if tag.endswith(FORMULAS):
                self._text = []
            return
        name = tag.rpartition("}")[2]
        if name == "fldChar":
            self._turn_field(attributes)
        elif name == "fldSimple":
            _check_field(_attribute(attributes, "instr"), is_dirty=_is_dirty(attributes))
        elif name in CODES or name == "HyperlinkBase":
            self._text = []
        elif name == "script" and self._is_picture:
            raise carries("office_macro", self._part)
        if attributes and not self._is_data:
            self._check_addresses(attributes)

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._text is None:
            return
        text, self._text = "".join(self._text), None
        if self._is_sheet:
            _check_formula(text)
        elif tag.rpartition("}")[2] in CODES:
            code, is_dirty = self._fields.pop() if self._fields else ("", False)
            self._fields.append((code + text, is_dirty))
        elif text.strip() and not may_be_opened(text):
            raise carries("office_link", text)

    def _turn_field(self, attributes: Attributes) -> None:
        """A field begins, or its code ends. One whose name another field works out is refused."""
        if _attribute(attributes, "fldCharType") == "begin":
            if self._fields and not self._fields[-1][0].strip():
                raise carries("office_field", "{ { } }")
            self._fields.append(("", _is_dirty(attributes)))
        elif self._fields:
            code, is_dirty = self._fields.pop()
            _check_field(code, is_dirty=is_dirty)

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
    elif is_dirty or not (OWN_PATH.fullmatch(address) or may_be_opened(address)):
        raise carries("office_field", code.strip())


def _check_formula(text: str) -> None:
    bare = QUOTED_TEXT.sub('""', text)
    if FUNCTIONS.search(bare) or "\\\\" in bare or "://" in bare:
        raise carries("office_field", text)
    if "|" in QUOTED_NAME.sub("''", bare):
        raise carries("office_field", text)
    for address in LINK_FUNCTION.findall(text):
        if not may_be_opened(address):
            raise carries("office_link", address)


def _attribute(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith("}" + name)), "")


def _is_dirty(attributes: Attributes) -> bool:
    return _attribute(attributes, "dirty") in ("1", "true", "on")


def _unreadable(part: str) -> Invalid:
    return carries("office_unreadable", part)
