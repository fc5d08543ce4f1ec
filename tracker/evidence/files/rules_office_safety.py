"""A Word or Excel file is kept as it came, or not at all: it is refused when it runs, loads or
carries something, or is made of anything that is on no list (office_lists).

Every part is read, also one that nothing points to: its type, what it points to, the fields and
formulas in it.
"""

import io
import re
import zipfile
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from zlib import error as ZlibError  # noqa: N812

from defusedxml.ElementTree import XMLParser

from tracker.evidence.files import rules_office_contents as files_rules_office_contents
from tracker.evidence.files.rules_office_contents import Attributes, Contents, check_link
from tracker.evidence.pieces.rules import carries
from tracker.rules.errors import Invalid

HEAD = 64
"""So many bytes tell what a part begins like."""
WITHIN_MAX = 10 * 1024 * 1024
"""Most bytes of a workbook behind a chart."""
TYPES = "[Content_Types].xml"
XML_MAX = 64 * 1024 * 1024
"""Most bytes of XML in all parts together."""
MARKS_MAX = 3_500_000
"""Most marks with which an element begins or ends, and half as many attributes, in all parts
together: a sheet of half a million cells, which takes two or three seconds."""
DEPTH_MAX = 500
"""Most elements within each other; Word has some 50."""
BROKEN = (
    *(EOFError, LookupError, OSError, RuntimeError, SyntaxError, ValueError),
    *(ZlibError, zipfile.BadZipFile),
)
"""What is raised for content that is not what it should be."""


def check(
    content: bytes,
    kind: str,
    judge_workbook: Callable[[bytes], None],
    *,
    room: "_Room | None" = None,
) -> None:
    """`judge_workbook`: of one that stands behind a chart, as of a file by itself. `room`: what the
    document has left of it in which this workbook stands. It may hold none itself.

    Raises Invalid: office_macro, office_object, office_nested, office_outside, office_media,
    office_field, office_field_hidden, office_fields_anew, office_link, office_unknown,
    office_unreadable, file_not_what_it_says.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BROKEN as error:
        raise _unreadable("ZIP") from error
    with archive:
        package = _Package(archive, room or _Room(), judge_workbook)
        if package.main_type() != files_rules_office_contents.MAIN_TYPE[kind]:
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
    """For a part of which nothing is asked."""


class _Package:
    def __init__(
        self, archive: zipfile.ZipFile, room: _Room, judge_workbook: Callable[[bytes], None]
    ) -> None:
        self._archive, self._room, self._judge_workbook = archive, room, judge_workbook
        parts = [name for name in archive.namelist() if name[-1:] != "/"]
        self._names = {part.casefold(): part for part in parts}
        if len(self._names) != len(parts):
            raise _unreadable("a part that is there twice")
        self._by_ending: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._read(TYPES, self._note_type)

    def main_type(self) -> str:
        """The type of the part that is opened first."""
        targets: list[str] = []

        def note(tag: str, attributes: Attributes) -> None:
            if attributes.get("Type", "").endswith("/officeDocument"):
                targets.append(attributes.get("Target", ""))

        self._read("_rels/.rels", note)
        if len(targets) != 1:
            raise _unreadable("_rels/.rels")
        return self._type_of(targets[0].lstrip("/"))

    def check(self, *, is_within: bool) -> None:
        for part in self._names.values():
            kind = self._type_of(part)
            if part == TYPES:
                continue
            if part.casefold().endswith(".rels"):
                self._read(part, partial(self._check_relation, part))
            elif kind in files_rules_office_contents.XML_TYPES:
                Contents(part, kind).read(self._read)
            elif kind == files_rules_office_contents.WORKBOOK and not is_within:
                self._check_within(part)
            elif kind in files_rules_office_contents.PICTURE_TYPES:
                if not files_rules_office_contents.PICTURES.match(self._bytes(part, HEAD)):
                    raise carries("office_unknown", part)
            elif kind in files_rules_office_contents.OPAQUE_TYPES:
                if files_rules_office_contents.PROGRAMS.match(self._bytes(part, HEAD)):
                    raise carries("office_unknown", part)
            else:
                media_type = kind.casefold()
                codes = (
                    code
                    for word, code in files_rules_office_contents.OTHER_TYPES.items()
                    if word in media_type
                )
                raise carries(next(codes, "office_unknown"), part)

    def _check_relation(self, part: str, tag: str, attributes: Attributes) -> None:
        """What a part points to."""
        if not tag.endswith("}Relationship"):
            return
        relation, target = attributes.get("Type", ""), attributes.get("Target", "")
        known = files_rules_office_contents.RELATION.fullmatch(relation)
        name = known[1] if known else ""
        if name not in files_rules_office_contents.RELATIONS:
            raise carries(
                files_rules_office_contents.CARRIED.get(name, "office_unknown"), target or relation
            )
        if attributes.get("TargetMode", "Internal") == "Internal":
            if re.match(r"\s*(?:[\w+.-]*:|//|\\)", target):
                raise carries("office_outside", target)
            source = re.sub(r"_rels/([^/]*)\.rels$", r"\1", part)
            if name == "package" and "drawingml.chart+xml" not in self._type_of(source):
                raise carries("office_nested", target)
        elif name == "hyperlink":
            check_link(target)
        elif name != "attachedTemplate" or not files_rules_office_contents.OWN_DISK.fullmatch(
            target
        ):
            raise carries("office_outside", target)

    def _check_within(self, part: str) -> None:
        content = self._bytes(part, WITHIN_MAX)
        try:
            self._judge_workbook(content)
        except Invalid as error:
            raise carries("office_nested", part) from error
        check(content, "xlsx", self._judge_workbook, room=self._room)

    def _type_of(self, part: str) -> str:
        ending = part.rpartition(".")[2].casefold()
        return self._by_name.get(part.casefold(), self._by_ending.get(ending, ""))

    def _note_type(self, tag: str, attributes: Attributes) -> None:
        media_type = attributes.get("ContentType", "")
        if tag.endswith("}Default"):
            self._by_ending[attributes["Extension"].casefold()] = media_type
        elif tag.endswith("}Override"):
            self._by_name[attributes["PartName"].lstrip("/").casefold()] = media_type

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


def _unreadable(part: str) -> Invalid:
    return carries("office_unreadable", part)
