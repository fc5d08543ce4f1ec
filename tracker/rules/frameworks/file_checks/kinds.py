"""What a file is that is no framework file, as far as its first bytes say."""

import io
import zipfile
from typing import Any

SIGNS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "a file of an old Excel or Word",
    b"{\\rtf": "a text document (RTF)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
}
IN_A_ZIP = {
    "xl/": "an Excel workbook",
    "word/": "a Word document",
    "ppt/": "a PowerPoint presentation",
    "META-INF/": "an OpenDocument file",
}
"""By the beginning of a name that stands in it."""
CASE = ("CFDocument", "CFDocuments", "CFItems", "CFPackages")
"""Names of which a file of Competencies and Academic Standards Exchange has one at its top."""


def other_kind(data: bytes) -> str:
    """With its article; "" where it may be a framework file."""
    for sign, kind in SIGNS.items():
        if data.startswith(sign):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _in_a_zip(data)
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        return "a web page" if "<html" in text[:1000].lower() else "an XML file"
    return "" if text.startswith(("{", "[")) else _table(text)


def _in_a_zip(data: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        names = []
    kinds = (kind for sign, kind in IN_A_ZIP.items() if any(map(sign.__eq__, _tops(names))))
    return next(kinds, "a compressed file")


def _tops(names: list[str]) -> set[str]:
    return {f"{name.split('/')[0]}/" for name in names}


def _table(text: str) -> str:
    """Of its first two lines each has the same number of one separator."""
    first, second, *_rest = [*text.splitlines()[:2], "", ""]
    for separator, kind in (("\t", "a table with tabs"), (",", "a CSV file"), (";", "a CSV file")):
        if first.count(separator) and first.count(separator) <= second.count(separator):
            return kind
    return ""


def is_case(data: Any) -> bool:
    """Whether JSON that was read is a framework in another format: CASE of 1EdTech."""
    return isinstance(data, dict) and any(name in data for name in CASE)
