"""A PDF that runs, opens or carries anything is refused, however well it hides that."""

import io
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st
from pypdf import PdfReader, PdfWriter

from tests.factories.evidence import PDF, SCRIPT, docx, packed, pdf, stream, zipped
from tracker.evidence.files.rules import Upload, cleaned, judge
from tracker.evidence.files.rules_pdf_safety import BYTES_MAX, TOKENS_MAX, _Checks, check
from tracker.rules.errors import Invalid

ANNOT = b"<</Type/Annot/Rect[0 0 9 9]/Subtype"
ADDRESS = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(%s)>>>>"


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
        *(
            pdf(ADDRESS % address)
            for address in (
                b"https://example.org/a?b=c#d",
                b"mailto:ana@example.org",
                b"tel:+15551234",
                b"www.example.org/a:b",
                b"#page=2",
                b"Plan%202.pdf",
                b"\\376\\377\\000h\\000t\\000t\\000p\\000:\\000/\\000/\\000a",
            )
        ),
        pdf(ANNOT + b"/Widget/FT/Tx/F 4>>", root=b"/AcroForm<</Fields[4 0 R]/DA(/F 9 Tf)>>"),
        pdf(b"<</Type/Font>>", b"<</Font<</F 4 0 R>>>>", b"<</A<</S/Named/N/NextPage>>>>"),
        pdf(b"<</Type/ParentTree/Nums[]>>", b"<</S/Movie/P 3 0 R/Type/StructElem>>"),
        pdf(stream(b"PK\x05\x06" + b"\0" * 18), b"<</First 5 0 R/A<</O/Layout>>>>", b"<</S/P>>"),
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


def link(address: bytes) -> bytes:
    return pdf(ADDRESS % address)


ACTIVE: dict[str, tuple[str, bytes]] = {
    "at opening": ("pdf_opens", pdf(root=b"/OpenAction" + SCRIPT)),
    "at opening, elsewhere": ("pdf_opens", pdf(SCRIPT, root=b"/OpenAction 4 0 R")),
    "named scripts": (
        "pdf_script",
        pdf(b"<</Names[(a) 5 0 R]>>", SCRIPT, root=b"/Names<</JavaScript 4 0 R>>"),
    ),
    "written otherwise": ("pdf_script", pdf(b"<</#53/#4aavaScrip#74/J#53(1)>>")),
    "named elsewhere": ("pdf_script", pdf(b"<</S 5 0 R>>", b"/JavaScript")),
    "in a stream": ("pdf_script", pdf(b"<</JS 5 0 R>>", stream(b"app.alert(1)"))),
    "by itself": ("pdf_opens", pdf(b"<</Type/Annot/AA<</O<</S/URI/URI(http://example.org)>>>>>>")),
    "a program": ("pdf_script", pdf(b"<</S/Launch/F(cmd.exe)>>")),
    "opens an address": ("pdf_opens", pdf(root=b"/OpenAction<</S/URI/URI(http://example.org)>>")),
    "opens an address, elsewhere": (
        "pdf_opens",
        pdf(b"<</S/URI/URI(http://example.org)>>", root=b"/OpenAction 4 0 R"),
    ),
    "opens an address after a page": (
        "pdf_opens",
        pdf(root=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI(http://example.org)>>>>"),
    ),
    "prints by itself": ("pdf_opens", pdf(root=b"/OpenAction<</S/Named/N/Print>>")),
    "sends": ("pdf_form", pdf(b"<</S/SubmitForm/F(http://example.org)>>")),
    "takes data in": ("pdf_script", pdf(b"<</S/ImportData/F(a.fdf)>>")),
    "another file": ("pdf_outside", pdf(b"<</S/GoToR/F(\\\\\\\\host\\\\share)/D[0/Fit]>>")),
    "a file within": ("pdf_files", pdf(b"<</S/GoToE/T<</R/C>>>>")),
    "a thread in another file": ("pdf_outside", pdf(b"<</S/Thread/F(\\\\\\\\host\\\\a.pdf)/D 0>>")),
    "a page of another file": (
        "pdf_outside",
        pdf(stream(b"", b"/Subtype/Form/BBox[0 0 9 9]/Ref<</F(//host/a.pdf)/Page 0>>")),
    ),
    "a stream in another file": ("pdf_outside", pdf(stream(b"", b"/F(//host/a)"))),
    "a stream at an address": (
        "pdf_outside",
        pdf(stream(b"", b"/F<</FS/URL/F(http://example.org)>>/FFilter/FlateDecode")),
    ),
    "a file that is named": ("pdf_outside", pdf(b"<</Type/Filespec/F(//host/a)>>")),
    "a picture for printers": ("pdf_outside", pdf(stream(b"", b"/Subtype/Image/OPI<</1.3<<>>>>"))),
    "a file inside": ("pdf_files", pdf(stream(b"MZ", b"/Type/EmbeddedFile"))),
    "files inside": ("pdf_files", pdf(root=b"/Names<</EmbeddedFiles<</Names[]>>>>")),
    "a file of a note": (
        "pdf_files",
        pdf(b"<</Type/Filespec/F(x)/EF<</F 5 0 R>>>>", stream(b"MZ")),
    ),
    "a file on a page": ("pdf_files", pdf(ANNOT + b"/FileAttachment/FS 5 0 R>>")),
    "a folder of files": ("pdf_files", pdf(root=b"/Collection<</View/D>>")),
    "a form": ("pdf_form", pdf(root=b"/AcroForm<</XFA 4 0 R/Fields[]>>")),
    "a film": ("pdf_media", pdf(b"<</Subtype/RichMedia/RichMediaContent<<>>>>")),
    **{
        f"{kind} on a page": ("pdf_media", pdf(ANNOT + b"/" + kind.encode() + b">>"))
        for kind in ("3D", "Movie", "Sound", "Screen", "RichMedia")
    },
    "a film without a place": (
        "pdf_media",
        pdf(b"[5 0 R]", b"<</Subtype/Movie/Movie<<>>>>", b"<</Annots 4 0 R>>"),
    ),
    "a film by a name elsewhere": (
        "pdf_media",
        pdf(b"<</Rect[0 0 9 9]/Subtype 5 0 R>>", b"/Movie"),
    ),
    "a film to play": ("pdf_media", pdf(b"<</S/Rendition/OP 0>>")),
    "a film to play by a click": ("pdf_media", pdf(b"<</A<</S/Movie>>>>")),
    "a sound to play by a click": ("pdf_media", pdf(b"<</A 5 0 R>>", b"<</S/Sound>>")),
    "films": ("pdf_media", pdf(root=b"/Names<</Renditions<</Names[]>>>>")),
    "a model": ("pdf_media", pdf(stream(b"U3D", b"/Type/3D/Subtype/U3D"))),
    "a note of a kind that nobody knows": ("pdf_unknown", pdf(ANNOT + b"/Evil>>")),
    "an act that nobody knows": ("pdf_unknown", pdf(b"<</A[5 0 R]>>", b"<</S/Evil>>")),
    "an act that nobody knows, then": ("pdf_unknown", pdf(b"<</Next<</S/Evil>>>>")),
    "an act by its type": ("pdf_unknown", pdf(b"<</Type/Action/S/Evil>>")),
    "an act of the program": ("pdf_unknown", pdf(b"<</A<</S/Named/N/Evil>>>>")),
    "a stream that a printer runs": ("pdf_script", pdf(stream(b"", b"/Type/XObject/Subtype/PS"))),
    "packed": ("pdf_script", pdf(packed(b"<</Type/Font>>", b"[" + SCRIPT + b"]"))),
    "packed, at opening": (
        "pdf_opens",
        pdf(packed(b"<</S/URI/URI(http://example.org)>>"), root=b"/OpenAction 20 0 R"),
    ),
    "packed, a film": ("pdf_media", pdf(packed(ANNOT + b"/Movie>>"))),
    "packed, a link": ("pdf_link", pdf(packed(ADDRESS % b"smb://host"))),
    "not in the list": ("pdf_script", pdf(tail=b"9 0 obj\n" + SCRIPT + b"\nendobj\n")),
    "packed and not in the list": (
        "pdf_script",
        pdf(tail=b"9 0 obj\n" + packed(SCRIPT) + b"\nendobj\n"),
    ),
    "behind many spaces": (
        "pdf_script",
        pdf(tail=b"9" + b" " * 99 + b"0" + b"\n" * 99 + b"obj" + SCRIPT),
    ),
    "behind no space": ("pdf_script", pdf(tail=b"9 0obj" + SCRIPT + b"endobj\n")),
    "of an older version": (
        "pdf_script",
        pdf(tail=b"4 0 obj" + SCRIPT + b"endobj\n4 0 obj\nnull\nendobj\n"),
    ),
    "an act of an older version": (
        "pdf_unknown",
        pdf(b"<</A 9 0 R>>", tail=b"9 0 obj<</S/Evil>>endobj\n9 0 obj<</S/GoTo>>endobj\n"),
    ),
    "of a newer version": ("pdf_media", pdf() + pdf(ANNOT + b"/Sound>>").removeprefix(b"%PDF-1.7")),
    "inside of a stream": (
        "pdf_script",
        pdf(stream(b"endstream endobj 9 0 obj " + SCRIPT + b" endobj")),
    ),
    **{
        f"a link to {address.decode('latin-1')!r}": ("pdf_link", link(address))
        for address in (
            b"file:///C:/windows/system32/calc.exe",
            b"FILE:x",
            b"\\\\\\\\host\\\\share",
            b"//host/share",
            b"smb://host/share",
            b"javascript:alert\\(1\\)",
            b"java\\nscript:x",
            b"\\040javascript:x",
            b"%5c%5chost%5ca",
            b"vbscript:x",
            b"data:text/html,x",
            b"ms-msdt:/id",
            b"\\376\\377\\000s\\000m\\000b\\000:\\000/\\000/\\000h",
            b"/etc/passwd",
        )
    },
    "a link in hexadecimal": ("pdf_link", pdf(b"<</S/URI/URI<66696c653a2f2f2f78>>>")),
    "a link elsewhere": ("pdf_link", pdf(b"<</S/URI/URI 5 0 R>>", b"(smb://host)")),
    "where links begin": ("pdf_link", pdf(root=b"/URI<</Base(file://host/)>>")),
    "in the list itself": (
        "pdf_script",
        pdf().replace(b"/Root 1 0 R", b"/Root<</Type/Catalog/Names<</JavaScript 4 0 R>>>>"),
    ),
    "in the list itself, behind a comment": (
        "pdf_script",
        pdf().replace(b"trailer<<", b"trailer%x\n<</Names<</JavaScript 4 0 R>>"),
    ),
    "a show": ("pdf_media", pdf(root=b"/Names<</AlternatePresentations 4 0 R>>")),
    "a zip too": ("pdf_files", pdf(stream(zipped("a.txt", "b.exe")))),
    "a document too": ("pdf_files", pdf(tail=b"%" + docx() + b"\n")),
}


@pytest.mark.parametrize("how", ACTIVE)
def test_what_acts_is_refused_and_named(how: str) -> None:
    said, content = ACTIVE[how]
    assert code(content) == said
    with pytest.raises(Invalid) as refused:
        cleaned(judge(Upload("x.pdf", content), 10**7), 10**7)
    assert refused.value.facts["what"]


@pytest.mark.parametrize(
    "how", [b"/Encrypt", b"/#45ncrypt", b"/Encr#79pt", b"/#45#6E#63#72#79#70#74"]
)
def test_one_that_is_locked_by_hand(how: bytes) -> None:
    assert code(pdf().replace(b"/Size", how + b" 9 0 R/Size")) == "pdf_locked"


def test_a_locked_one() -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(99, 99)
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    assert code(out.getvalue()) == "pdf_locked"


UNREADABLE = {
    "empty": b"%PDF-1.4\n%%EOF\n",
    "behind a comment": pdf(tail=b"9 %x\n0%y\nobj" + SCRIPT + b"\nendobj\n"),
    "behind long comments": pdf(
        tail=b"9 %" + b"x" * 9999 + b"\n %y\r\n\r0 obj" + SCRIPT + b"\nendobj\n"
    ),
    "behind a comment and no space": pdf(tail=b"9 0%y\nobj" + SCRIPT + b"\nendobj\n"),
    "round and round": pdf(b"<</A 5 0 R>>", b"6 0 R", b"5 0 R"),
    "a name twice": pdf(b"<</S/URI/S/JavaScript>>"),
    "a length that is wrong": pdf(stream(b"x" * 99, length=b"5")),
    "a length that is packed": pdf(stream(b"x" * 99, length=b"20 0 R"), packed(b"99")),
    "many tokens": pdf(*[b"[" + b"1 " * 90_000 + b"]"] * (TOKENS_MAX // 90_000 + 1)),
    "deep": pdf(b"[" * 100_000),
    "unpacks to more": pdf(packed(b"(" + b"x" * BYTES_MAX + b")")),
    "one in the other": pdf(b"1 0 obj (" * 2_000 + b"x" * 20_000 + b")" * 2_000),
    "damaged and packed": pdf(stream(b"junk", b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")),
}


@pytest.mark.in_ci
@pytest.mark.parametrize("how", UNREADABLE)
def test_what_cannot_be_looked_at_is_refused(how: str) -> None:
    assert code(UNREADABLE[how]) == "pdf_unreadable"


@pytest.mark.parametrize(
    "content",
    [
        pdf(tail=b"1 0 obj<</A 1 0 R/S/GoTo>>endobj\n" * 300),
        pdf(b"[" + b"<</A 4 0 R/S/GoTo>>" * 300 + b"]"),
    ],
    ids=["versions", "one for all"],
)
def test_each_object_is_looked_at_once_for_each_use(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """Else a small file takes minutes."""
    looks: list[object] = []
    monkeypatch.setattr(_Checks, "_check_action", lambda _self, action: looks.append(action))
    check(content)
    assert 300 <= len(looks) <= 302


@pytest.mark.parametrize("behind", [b"<script>alert(1)</script>", b"x", PDF[:-8], b"\0MZ"])
def test_something_behind_the_end(behind: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        judge(Upload("x.pdf", pdf() + behind), 10**7)
    assert refused.value.code == "file_not_what_it_says"


@given(st.sampled_from(sorted(ACTIVE)), st.integers(0, 900), st.binary(max_size=6))
def test_any_damage_is_answered(how: str, at: int, junk: bytes) -> None:
    whole = ACTIVE[how][1]
    with suppress(Invalid):
        check(whole[: at % len(whole)] + junk + whole[at % len(whole) + len(junk) :])
