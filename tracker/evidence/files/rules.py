"""Which files are taken, judged by name and content together, and what is kept of them."""

import io
import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass, replace

import filetype

from tracker.evidence.files.rules_backends import FileBackend
from tracker.rules.errors import Invalid

NAME_MAX = 255
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
FOUND = {"application/pdf": "pdf", "image/png": "png", "image/apng": "png", "image/jpeg": "jpg"}
"""Media type by content -> kind of file."""
PICTURES = frozenset({"png", "jpg"})
ENDINGS = {**{ending: ending for ending in MEDIA_TYPES}, "jpeg": "jpg"}
"""Ending of a name -> kind of file."""

PARTS_MAX = 3_000
"""Most files inside an office document."""
DIRECTORY_MAX = 1024 * 1024
"""Longest list of those files, in bytes."""
UNPACKED_MAX = 300 * 1024 * 1024
"""Most bytes that an office document says it holds."""
MAIN_PART = {
    "docx": re.compile(r"word/document\d*\.xml"),
    "xlsx": re.compile(r"xl/workbook\d*\.xml"),
}
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name is what the sender's machine called it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept. `name` is a label, good for any system; never a path."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileStore:
    """Where files are kept, the most bytes of one file, and of all files of one person together.

    `scanner`: where the virus scanner listens; "" where there is none.
    """

    place: FileBackend
    most: int
    total: int
    scanner: str = ""


def judge(upload: Upload, most: int) -> Accepted:
    """The file as it came, if its ending is a known one and its content is what the ending says, as
    far as can be told without opening it.

    Raises Invalid: file_empty, file_large, file_type_unknown, file_not_what_it_says, file_unsafe,
    picture_large, picture_moves.
    """
    name = clean_name(upload.name)
    kind = kind_of(name)
    if kind is None:
        raise Invalid("file_type_unknown", "file")
    if not upload.content:
        raise Invalid("file_empty", "file")
    if len(upload.content) > most:
        raise Invalid("file_large", "file", most=most // (1024 * 1024))
    if _kind_of(upload.content, kind) != kind:
        raise Invalid("file_not_what_it_says", "file", ending=kind.upper())
    if kind in PICTURES:
        from tracker.evidence.files import rules_pictures as files_rules_pictures

        files_rules_pictures.check(upload.content, kind)
    return Accepted(name, MEDIA_TYPES[kind], upload.content)


def cleaned(file: Accepted, most: int) -> Accepted:
    """What is kept of a judged file: of a picture its pixels; any other as it came.

    Slow: outside of a transaction. Raises Invalid: file_large, file_not_what_it_says, and as
    pdf_safety and office_safety do.
    """
    kind = kind_of(file.name)
    if kind == "pdf":
        from tracker.evidence.files import rules_pdf_safety as files_rules_pdf_safety

        files_rules_pdf_safety.check(file.content)
    elif kind in MAIN_PART:
        from tracker.evidence.files import rules_office_safety as files_rules_office_safety

        files_rules_office_safety.check(file.content, kind, judge_workbook)
    if kind not in PICTURES:
        return file
    from tracker.evidence.files import rules_pictures as files_rules_pictures

    content = files_rules_pictures.redrawn(file.content, kind)
    if len(content) > most:
        raise Invalid("file_large", "file", most=most // (1024 * 1024))
    return replace(file, content=content)


def judge_workbook(content: bytes) -> None:
    """Of one within another file. Raises as `judge`."""
    judge(Upload("x.xlsx", content), len(content))


def kind_of(name: str) -> str | None:
    """What a file says it is by the ending of its name; None for what is not taken."""
    return ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None


def clean_name(raw: str) -> str:
    """The last part of a path, without characters that are not seen or turn the others around, at
    most NAME_MAX long with its ending kept. A letter that is newer than this Python stays."""
    last = raw.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        char for char in last if unicodedata.category(char) not in UNSEEN or char.isspace()
    )
    name = " ".join(seen.split()).rstrip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    room = NAME_MAX - len(dot) - len(ending)
    if room < 1:
        return name[:NAME_MAX]
    return (stem.lstrip(". ")[:room].rstrip() or "file") + dot + ending


def _kind_of(content: bytes, claimed: str) -> str | None:
    """What the content is, as far as it bears on `claimed`; None when it is nothing that is
    taken."""
    if claimed in MAIN_PART:
        return claimed if _is_office(content, MAIN_PART[claimed]) else None
    if claimed == "txt":
        return "txt" if _is_text(content) else None
    guess = filetype.guess(content)
    kind = FOUND.get(guess.mime if guess else "")
    is_taken = kind is not None and _is_whole(content, kind) and _zip_end(content) is None
    return kind if is_taken else None


def _is_whole(content: bytes, kind: str) -> bool:
    """Whether the file ends as its kind ends: nothing else hangs behind it."""
    if kind == "pdf":
        return content.startswith(b"%PDF-") and content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF")
    if kind == "png":
        width, height = struct.unpack(">II", content[16:24]) if len(content) >= 24 else (0, 0)
        return content[12:16] == b"IHDR" and bool(width and height) and content.endswith(PNG_END)
    return b"\xff\xd9" in content


def _is_text(content: bytes) -> bool:
    """UTF-8 without characters that only a program writes; not another kind of file in disguise."""
    if content.startswith((b"%PDF-", b"PK\x03\x04", b"%!PS")):
        return False
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(char < " " and char not in "\t\n\r\f\v" for char in set(text))


def _zip_end(content: bytes) -> tuple[int, int, int] | None:
    """Where the list of a zip that ends exactly at the end of the content begins, its size, and how
    many it lists."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or len(content) < at + 22:
        return None
    entries, size, start, comment = struct.unpack("<10xHIIH", content[at : at + 22])
    return (start, size, entries) if at + 22 + comment == len(content) else None


def _is_office(content: bytes, main_part: re.Pattern[str]) -> bool:
    """A zip that begins at the first byte and ends at the last, whose list is that of the office
    document.

    Raises Invalid("file_unsafe") for macros, locked parts, paths that lead out, and lists or sizes
    past all reason.
    """
    end = _zip_end(content)
    if not content.startswith(b"PK\x03\x04") or end is None:
        return False
    start, size, entries = end
    if start + size + 22 != len(content):
        return False
    if size > DIRECTORY_MAX or entries > PARTS_MAX:
        raise Invalid("file_unsafe", "file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, struct.error):
        return False
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(map(main_part.fullmatch, names)):
        return False
    if (
        len(parts) > PARTS_MAX
        or sum(part.file_size for part in parts) > UNPACKED_MAX
        or any(map(_is_unsafe, parts))
    ):
        raise Invalid("file_unsafe", "file")
    return True


def _is_unsafe(part: zipfile.ZipInfo) -> bool:
    path = part.filename
    is_link = (part.external_attr >> 16) & 0o170000 == 0o120000
    leads_out = (
        path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or ":" in path
    )
    return (
        is_link
        or leads_out
        or bool(part.flag_bits & 0x1)
        or path.lower().endswith("vbaproject.bin")
    )
