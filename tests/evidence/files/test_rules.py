"""Files are judged by name and content together."""

import io
import struct
import zipfile
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given, strategies as st

from tests.factories.evidence import GOOD, JPEG, PDF, TXT, docx, png, xlsx, zipped
from tracker.evidence.files.rules import (
    DIRECTORY_MAX,
    MEDIA_TYPES,
    NAME_MAX,
    PARTS_MAX,
    Upload,
    clean_name,
    judge,
)
from tracker.rules.errors import Invalid

MOST = 10 * 1024 * 1024
SAME = [{"jpg", "jpeg"}]


def refusal(name: str, content: bytes, most: int = MOST) -> str:
    with pytest.raises(Invalid) as caught:
        judge(Upload(name, content), most)
    assert caught.value.field == "file"
    return caught.value.code


@pytest.mark.parametrize("ending", GOOD)
def test_each_kind_is_taken(ending: str) -> None:
    file = judge(Upload(f"My plan.{ending.upper()}", GOOD[ending]), MOST)
    assert file.name == f"My plan.{ending.upper()}"
    assert file.media_type == MEDIA_TYPES["jpg" if ending == "jpeg" else ending]


@pytest.mark.parametrize(
    ("named", "held"), [pair for pair in product(GOOD, GOOD) if pair[0] != pair[1]]
)
def test_each_kind_under_the_name_of_each_other(named: str, held: str) -> None:
    if {named, held} in SAME:
        assert judge(Upload(f"x.{named}", GOOD[held]), MOST)
    else:
        assert refusal(f"x.{named}", GOOD[held]) == "file_not_what_it_says"


@pytest.mark.parametrize(
    "name",
    [
        "x.exe",
        "x.html",
        "x.svg",
        "x.docm",
        "x.pdf.exe",
        "pdf",
        ".",
        "",
        "x.",
        "x.pdf\u202e",
        "x.pdf/",
        "x.zip",
    ],
)
def test_names_without_a_known_ending(name: str) -> None:
    if name == "x.pdf\u202e":
        assert judge(Upload(name, PDF), MOST).name == "x.pdf"
    else:
        assert refusal(name, PDF) == "file_type_unknown"


def test_sizes() -> None:
    assert refusal("x.txt", b"") == "file_empty"
    assert judge(Upload("x.txt", b"x" * 100), 100)
    assert refusal("x.txt", b"x" * 101, 100) == "file_large"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut short.pdf", PDF[:-7]),
        ("pdf and zip.pdf", PDF + zipped("a")),
        ("junk before.pdf", b"junk" + PDF),
        ("html.pdf", b"<html>%PDF-1.4 %%EOF"),
        ("cut short.png", png()[:-4]),
        ("something behind.png", png() + b"<script>"),
        ("png and zip.png", png() + zipped("a")),
        ("no pixels.png", png(0, 1)),
        ("only a head.png", png()[:8]),
        ("cut short.jpg", JPEG[:-2]),
        ("jpeg and zip.jpg", JPEG + docx()),
        ("gif.png", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        ("program.txt", b"MZ\x90\x00\x03"),
        ("nul.txt", b"a\0b"),
        ("latin-1.txt", b"caf\xe9"),
        ("utf-16.txt", "text".encode("utf-16")),
        ("escape.txt", b"\x1b[31mred"),
        ("zip.docx", zipped("a.txt")),
        ("no main part.docx", zipped("[Content_Types].xml", "word/other.xml")),
        ("junk before.docx", b"junk" + docx()),
        ("junk behind.docx", docx() + b"junk"),
        ("pdf behind.docx", docx() + PDF),
        ("cut short.docx", docx()[:-30]),
        ("only an end.docx", b"PK\x03\x04" + b"\0" * 30 + docx()[-22:]),
        ("not a zip.xlsx", b"PK\x03\x04 hello"),
    ],
)
def test_spoiled_and_double_files(name: str, content: bytes) -> None:
    assert refusal(name, content) == "file_not_what_it_says"


@pytest.mark.parametrize(
    "text",
    [
        b"BM is the code of the branch",
        b"\xef\xbb\xbfwith a mark in front",
        b"ID3",
        b"tab\there\r\n",
        b"RIFF",
    ],
)
def test_plain_text_that_begins_like_something_else(text: bytes) -> None:
    assert judge(Upload("x.txt", text), MOST).media_type == "text/plain"


def link_in_docx() -> bytes:
    made = io.BytesIO(docx())
    with zipfile.ZipFile(made, "a") as archive:
        info = zipfile.ZipInfo("word/link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return made.getvalue()


def says_it_is_huge() -> bytes:
    content = bytearray(docx("word/big.xml"))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


def locked() -> bytes:
    content = bytearray(docx())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        docx("../../etc/passwd"),
        docx("/etc/passwd"),
        docx("C:evil"),
        docx("word\\..\\..\\x"),
        docx("word/vbaProject.bin"),
        docx(*(f"p/{number}" for number in range(PARTS_MAX))),
        docx(*(f"{number}/" + "p" * 60_000 for number in range(DIRECTORY_MAX // 60_000 + 1))),
        link_in_docx(),
        says_it_is_huge(),
        locked(),
    ],
    ids=[
        "up",
        "root",
        "drive",
        "backslash",
        "macro",
        "many parts",
        "long list",
        "link",
        "bomb",
        "locked",
    ],
)
def test_office_documents_that_are_not_safe(content: bytes) -> None:
    assert refusal("x.docx", content) == "file_unsafe"


def test_a_file_cannot_lie_about_how_many_parts_it_has() -> None:
    content = bytearray(docx(*(f"p/{number}" for number in range(PARTS_MAX))))
    content[-14:-10] = struct.pack("<HH", 3, 3)
    assert refusal("x.docx", bytes(content)) == "file_unsafe"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\x.txt", "x.txt"),
        ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("/abs/plan.pdf", "plan.pdf"),
        ("a\0b\r\nc.pdf", "ab c.pdf"),
        ("x\r\nSet-Cookie: a=b.pdf", "x Set-Cookie: a=b.pdf"),
        ("gpj.\u202efdp.pdf", "gpj.fdp.pdf"),
        ("🎉 party.png", "🎉 party.png"),
        (" . hidden .pdf", "hidden.pdf"),
        ("...pdf", "file.pdf"),
        ("\u202e.txt", "file.txt"),
        ("\u200d\u2066.txt", "file.txt"),
        ("\ud83d\udc69.txt", "file.txt"),
        ("a👩.txt", "a👩.txt"),
        ("👩.txt", "👩.txt"),
        ("\U0001fae9.txt", "\U0001fae9.txt"),  # of Unicode 16
        ("отчёт.pdf", "отчёт.pdf"),
        ("a\u202etxt.exe.pdf", "atxt.exe.pdf"),
        ('quo"te;.pdf', 'quo"te;.pdf'),
        ("a" * 300 + ".pdf", "a" * (NAME_MAX - 4) + ".pdf"),
        ("", "file"),
    ],
)
def test_names_are_labels(raw: str, kept: str) -> None:
    assert clean_name(raw) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_a_label(raw: str) -> None:
    name = clean_name(raw)
    assert len(name) <= NAME_MAX
    assert not set(name) & set("/\\\0\r\n\u202e")


@given(st.binary(max_size=400), st.sampled_from(sorted(GOOD)), st.integers(0, 80))
def test_any_content_is_answered(tail: bytes, ending: str, cut: int) -> None:
    for content in (tail, GOOD[ending][:-cut] + tail, GOOD[ending] + tail):
        with suppress(Invalid):
            judge(Upload(f"x.{ending}", content), MOST)


def test_text_and_workbook_are_told_apart_from_documents() -> None:
    assert refusal("x.txt", xlsx()) == "file_not_what_it_says"
    assert judge(Upload("x.xlsx", xlsx("xl/worksheets/sheet1.xml")), MOST)
    assert judge(Upload("x.txt", TXT), MOST)
