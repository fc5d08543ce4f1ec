"""A Word or Excel file that runs, loads or carries something is refused, and an ordinary one is
not."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.worksheet.table import Table

from tests.evidence.files.office_files import (
    CHART,
    EXCEL_TYPE,
    HOSTILE,
    MICROSOFT,
    OUTSIDE,
    WORD_TYPE,
    behind_chart,
    field,
    sheet,
    word,
)
from tests.factories.evidence import RELATED, TYPE, office, png, relations
from tracker.evidence.files import rules_office_safety as files_rules_office_safety
from tracker.evidence.files.rules import Upload, cleaned, judge, judge_workbook
from tracker.rules.errors import Invalid


def refusal(content: bytes, kind: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        cleaned(judge(Upload(f"x.{kind}", content), 10**7), 10**7)
    assert caught.value.field == "file"
    return caught.value


@pytest.mark.parametrize("how", HOSTILE)
def test_what_does_harm_is_refused_and_named(how: str) -> None:
    kind, code, content = HOSTILE[how]
    refused = refusal(content, kind)
    assert refused.code == code
    says_it = code in ("office_field_hidden", "office_fields_anew")
    assert says_it or refused.facts.get("what") or refused.facts.get("ending")


@pytest.mark.parametrize(
    ("limit", "most", "body"),
    [
        ("XML_MAX", 10_000, "<w:p>long</w:p>" * 1_000),
        ("MARKS_MAX", 1_000, "<w:p/>" * 1_000),
        ("DEPTH_MAX", 500, "<w:p>" * 500 + "</w:p>" * 500),
    ],
)
def test_more_than_can_be_read(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int, body: str
) -> None:
    monkeypatch.setattr(files_rules_office_safety, limit, 10 * most)
    files_rules_office_safety.check(word(body), "docx", judge_workbook)
    monkeypatch.setattr(files_rules_office_safety, limit, most)
    assert refusal(word(body), "docx").code == "office_unreadable"


def test_workbooks_behind_charts_share_what_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = behind_chart(sheet("<row/>" * 5_000))
    files_rules_office_safety.check(content, "docx", judge_workbook)
    monkeypatch.setattr(files_rules_office_safety, "MARKS_MAX", 6_000)
    files_rules_office_safety.check(sheet("<row/>" * 5_000), "xlsx", judge_workbook)
    assert refusal(content, "docx").code == "office_unreadable"


def as_word_writes_it() -> bytes:
    """What a document of Word has: its parts, fields, links, a chart with its numbers, and the
    template on the own disk."""
    mine = {
        "word/styles.xml": "styles+xml",
        "word/settings.xml": "settings+xml",
        "word/webSettings.xml": "webSettings+xml",
        "word/fontTable.xml": "fontTable+xml",
        "word/numbering.xml": "numbering+xml",
        "word/footnotes.xml": "footnotes+xml",
        "word/header1.xml": "header+xml",
        "word/comments.xml": "comments+xml",
        "word/commentsExtended.xml": "commentsExtended+xml",
        "word/people.xml": "people+xml",
    }
    theme, app = "word/theme/theme1.xml", "docProps/app.xml"
    return office(
        "docx",
        {
            **dict.fromkeys(mine, '<x xmlns:r="r"/>'),
            theme: "<x/>",
            app: '<Properties xmlns="p"><HyperlinkBase/></Properties>',
            "word/media/image1.png": png(),
            "word/media/image2.svg": '<svg xmlns="s" xmlns:x="x"><use x:href="#a"/></svg>',
            "word/fonts/font1.odttf": b"\x8f\x91\x02",
            "customXml/item1.xml": '<b:Sources xmlns:b="b" src="https://example.org"/>',
            "customXml/itemProps1.xml": "<x/>",
            "word/charts/chart1.xml": "<x/>",
            "word/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/a.xlsx")),
            "word/embeddings/a.xlsx": as_excel_writes_it(),
            "word/_rels/settings.xml.rels": relations(
                ("attachedTemplate", r"file:///C:\Users\Ana\Templates\Report.dotx", OUTSIDE)
            ),
        },
        of_type={
            **{name: WORD_TYPE + kind for name, kind in mine.items()},
            theme: TYPE + "theme+xml",
            app: TYPE + "extended-properties+xml",
            "customXml/itemProps1.xml": TYPE + "customXmlProperties+xml",
            "word/charts/chart1.xml": CHART,
        },
        endings={
            "png": "image/png",
            "svg": "image/svg+xml",
            "odttf": TYPE + "obfuscatedFont",
            "xlsx": EXCEL_TYPE + "sheet",
            "emf": "image/x-emf",
        },
        points_to=[
            ("hyperlink", "https://example.org/a?b=c&amp;d=e#f", OUTSIDE),
            ("hyperlink", "mailto:ana@example.org", OUTSIDE),
            ("hyperlink", "Shelving%20plan.docx", OUTSIDE),
            ("image", "media/image1.png"),
            ("chart", "charts/chart1.xml"),
            ("customXml", "../customXml/item1.xml"),
            (MICROSOFT + "2011/relationships/people", "people.xml"),
        ],
        body="".join(
            field(code)
            for code in (
                " PAGE ",
                r' TOC \o "1-3" \h ',
                r'HYPERLINK "https://example.org" \t "_blank"',
                r"HYPERLINK \l _Toc1",
                r'DATE \@ "M/d/yyyy"',
                "ADDIN ZOTERO_ITEM CSL_CITATION {}",
                "MERGEFIELD Name",
                r'INCLUDEPICTURE "/var/folders/x/page1.png" \* MERGEFORMATINET',
                r'INCLUDEPICTURE "https://example.org/a.png" \* MERGEFORMATINET',
                "FORMTEXT",
            )
        )
        + f'<w:fldChar w:fldCharType="begin"/><w:instrText>IF </w:instrText>{field("PAGE")}'
        '<w:instrText> = 1</w:instrText><w:fldChar w:fldCharType="end"/>',
    )


def as_excel_writes_it() -> bytes:
    """By openpyxl, which writes a workbook as Excel does."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for number in range(5):
        page.append([number, f"=A{number + 1}*2", '=IF(A1="a|b","\\\\","://")', "='a|b'!A1"])
    page["F1"] = '=HYPERLINK("https://example.org/x","there")&HYPERLINK("#Sheet!A1")'
    page["F2"] = '=HYPERLINK("https://example.org/"&A1,"there")'
    page["G1"].hyperlink = "https://example.org"
    page["H1"].comment = Comment("Look here", "Ana")
    chart = BarChart()
    chart.add_data(Reference(page, min_col=1, min_row=1, max_row=5))
    page.add_chart(chart, "K1")
    page.add_image(Image(io.BytesIO(png())), "K20")
    other = book.create_sheet("Table")
    other.append(["Aisle", "Items"])
    other.append(["4", 212])
    other.add_table(Table(displayName="Aisles", ref="A1:B2"))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("kind", "make"), [("docx", as_word_writes_it), ("xlsx", as_excel_writes_it)]
)
def test_ordinary_files_are_kept_byte_for_byte(kind: str, make: Callable[[], bytes]) -> None:
    content = make()
    file = judge(Upload(f"x.{kind}", content), 10**7)
    assert cleaned(file, 10**7).content == content


def test_the_strict_form_is_taken_too() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office("docx"))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(
                name,
                text.replace(RELATED, "http://purl.oclc.org/ooxml/officeDocument/relationships/"),
            )
    files_rules_office_safety.check(made.getvalue(), "docx", judge_workbook)
