"""A PDF that runs, opens or carries anything is refused, however well it hides that."""

import io
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from tests.factories.evidence import PDF
from tracker.rules.errors import Invalid
from tracker.rules.evidence.pdf_safety import BYTES_MAX, TOKENS_MAX, check
from tracker.rules.evidence.uploads import Upload, cleaned, judge

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def pdf(*objects: bytes, root: bytes = b"", tail: bytes = b"") -> bytes:
    """A whole file: a catalog, pages, one page, and then the objects, the first as number 4."""
    every = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(every, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    made += tail
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(every) + 1, start)
    return made


def stream(content: bytes, more: bytes = b"", length: bytes | None = None) -> bytes:
    size = b"%d" % len(content) if length is None else length
    return b"<</Length %s%s>>stream\n%s\nendstream" % (size, more, content)


def packed(*objects: bytes) -> bytes:
    """An object that holds others, compressed, numbered from 20 on."""
    body, numbers = b"", b""
    for number, each in enumerate(objects, 20):
        numbers += b"%d %d " % (number, len(body))
        body += each + b" "
    more = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(numbers))
    return stream(zlib.compress(numbers + body), more)


def code(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        check(content)
    assert refused.value.field == "file"
    return refused.value.code


def test_the_files_of_these_tests_are_whole() -> None:
    assert len(PdfReader(io.BytesIO(pdf(b"(x)")), strict=True).pages) == 1


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        pdf(),
        pdf(root=b"/OpenAction[3 0 R/Fit]"),
        pdf(root=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"),
        pdf(b"<</S/GoTo/D[3 0 R/Fit]>>", root=b"/OpenAction 4 0 R"),
        pdf(b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.org)>>>>"),
        pdf(b"<</Type/StructElem/S/P>>", b"<</Title(How /JavaScript and /Launch work)>>"),
        pdf(packed(b"<</Type/Font>>", b"[1 2 3]")),
        pdf(stream(b"BT (1) Tj ET")),
        pdf(stream(b"BT (1) Tj ET", length=b"5 0 R"), b"12"),
        pdf(stream(zlib.compress(b"x" * 100_000_000), b"/Filter/FlateDecode")),
    ],
)
def test_what_is_kept(content: bytes) -> None:
    check(content)
    if len(content) < 10_000:
        assert cleaned(judge(Upload("x.pdf", content), 10**7), 10**7).content == content


@pytest.mark.parametrize("version", ["one", "two"])
def test_what_another_program_wrote(version: str) -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(99, 99)
    if version == "two":
        writer.add_outline_item(title="A page", page_number=0)
        writer.compress_identical_objects()
    writer.write(out)
    check(out.getvalue())


ACTIVE = {
    "at opening": pdf(root=b"/OpenAction" + SCRIPT),
    "at opening, elsewhere": pdf(SCRIPT, root=b"/OpenAction 4 0 R"),
    "named scripts": pdf(b"<</Names[(a) 5 0 R]>>", SCRIPT, root=b"/Names<</JavaScript 4 0 R>>"),
    "written otherwise": pdf(b"<</#53/#4aavaScrip#74/J#53(1)>>"),
    "named elsewhere": pdf(b"<</S 5 0 R>>", b"/JavaScript"),
    "in a stream": pdf(b"<</JS 5 0 R>>", stream(b"app.alert(1)")),
    "by itself": pdf(b"<</Type/Annot/AA<</O<</S/URI/URI(http://example.org)>>>>>>"),
    "a program": pdf(b"<</S/Launch/F(cmd.exe)>>"),
    "opens an address": pdf(root=b"/OpenAction<</S/URI/URI(http://example.org)>>"),
    "opens an address, elsewhere": pdf(
        b"<</S/URI/URI(http://example.org)>>", root=b"/OpenAction 4 0 R"
    ),
    "prints by itself": pdf(root=b"/OpenAction<</S/Named/N/Print>>"),
    "sends": pdf(b"<</S/SubmitForm/F(http://example.org)>>"),
    "another file": pdf(b"<</S/GoToR/F(\\\\\\\\host\\\\share)/D[0/Fit]>>"),
    "a file inside": pdf(stream(b"MZ", b"/Type/EmbeddedFile")),
    "files inside": pdf(root=b"/Names<</EmbeddedFiles<</Names[]>>>>"),
    "a file of a note": pdf(b"<</Type/Filespec/F(x)/EF<</F 5 0 R>>>>", stream(b"MZ")),
    "a form": pdf(root=b"/AcroForm<</XFA 4 0 R/Fields[]>>"),
    "a film": pdf(b"<</Subtype/RichMedia/RichMediaContent<<>>>>"),
    "packed": pdf(packed(b"<</Type/Font>>", b"[" + SCRIPT + b"]")),
    "packed, at opening": pdf(
        packed(b"<</S/URI/URI(http://example.org)>>"), root=b"/OpenAction 20 0 R"
    ),
    "not in the list": pdf(tail=b"9 0 obj\n" + SCRIPT + b"\nendobj\n"),
    "packed and not in the list": pdf(tail=b"9 0 obj\n" + packed(SCRIPT) + b"\nendobj\n"),
    "behind a comment": pdf(tail=b"9 %x\n0%y\nobj" + SCRIPT + b"\nendobj\n"),
    "of an older version": pdf(tail=b"4 0 obj" + SCRIPT + b"endobj\n4 0 obj\nnull\nendobj\n"),
    "inside of a stream": pdf(stream(b"endstream endobj 9 0 obj " + SCRIPT + b" endobj")),
}


@pytest.mark.parametrize("how", ACTIVE)
def test_what_acts_is_refused(how: str) -> None:
    assert code(ACTIVE[how]) == "pdf_active"
    with pytest.raises(Invalid):
        cleaned(judge(Upload("x.pdf", ACTIVE[how]), 10**7), 10**7)


def test_a_locked_one() -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(99, 99)
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    assert code(out.getvalue()) == "pdf_locked"


UNREADABLE = {
    "empty": b"%PDF-1.4\n%%EOF\n",
    "a name twice": pdf(b"<</S/URI/S/JavaScript>>"),
    "a length that is wrong": pdf(stream(b"x" * 99, length=b"5")),
    "a length that is packed": pdf(stream(b"x" * 99, length=b"20 0 R"), packed(b"99")),
    "many tokens": pdf(*[b"[" + b"1 " * 90_000 + b"]"] * (TOKENS_MAX // 90_000 + 1)),
    "deep": pdf(b"[" * 100_000),
    "unpacks to more": pdf(packed(b"(" + b"x" * BYTES_MAX + b")")),
    "one in the other": pdf(b"1 0 obj (" * 2_000 + b"x" * 20_000 + b")" * 2_000),
    "damaged and packed": pdf(stream(b"junk", b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_what_cannot_be_looked_at_is_refused(how: str) -> None:
    assert code(UNREADABLE[how]) == "pdf_unreadable"


@pytest.mark.parametrize("behind", [b"<script>alert(1)</script>", b"x", PDF[:-8], b"\0MZ"])
def test_something_behind_the_end(behind: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        judge(Upload("x.pdf", pdf() + behind), 10**7)
    assert refused.value.code == "file_not_what_it_says"


@given(st.sampled_from(sorted(ACTIVE)), st.integers(0, 900), st.binary(max_size=6))
def test_any_damage_is_answered(how: str, at: int, junk: bytes) -> None:
    whole = ACTIVE[how]
    with suppress(Invalid):
        check(whole[: at % len(whole)] + junk + whole[at % len(whole) + len(junk) :])
