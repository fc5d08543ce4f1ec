"""What a part of a Word or Excel file says: fields, formulas and addresses that load or start
something are refused.

What a Word or Excel file may be made of: all that these programs, LibreOffice, and the usual
libraries write into an ordinary one. What is on no list is refused.
"""

import re
from collections.abc import Callable

from tracker.evidence.pieces.rules import carries, may_be_opened
from tracker.rules.errors import Invalid


def _words(text: str, before: str = "") -> frozenset[str]:
    return frozenset(before + word for word in text.split())


RELATION = re.compile(
    r"http://(?:schemas\.openxmlformats\.org/(?:officeDocument|package)/2006/relationships/"
    r"(?:metadata/)?|purl\.oclc\.org/ooxml/officeDocument/relationships/(?:metadata/)?"
    r"|schemas\.microsoft\.com/office/20\d\d(?:/\d\d)?/relationships/)([\w/-]+)"
)
"""How one part points to another: the name of a relationship follows."""
RELATIONS = _words(
    """
    officeDocument core-properties coreProperties extended-properties extendedProperties
    custom-properties customProperties thumbnail classificationlabels
    digital-signature/origin digital-signature/signature digital-signature/certificate
    styles stylesWithEffects settings webSettings fontTable font theme themeOverride numbering
    footnotes endnotes header footer comments commentsExtended commentsIds commentsExtensible
    people glossaryDocument documenttasks image hdphoto hyperlink attachedTemplate
    customXml customXmlProps chart chartEx chartStyle chartColorStyle chartUserShapes
    diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing drawing vmlDrawing
    legacyDiagramText ink package
    worksheet chartsheet sharedStrings calcChain table tableSingleCells xmlMaps pivotTable
    pivotCacheDefinition pivotCacheRecords slicer slicerCache timeline timelineCache
    printerSettings sheetMetadata threadedComment person ctrlProp customProperty namedSheetView
    revisionHeaders revisionLog usernames
    rdRichValue rdRichValueStructure rdRichValueTypes rdArray richStyles
    rdSupportingPropertyBag rdSupportingPropertyBagStructure richValueRel FeaturePropertyBag
    """
)
CARRIED = {
    **dict.fromkeys(("oleObject", "control", "activeXControlBinary"), "office_object"),
    **dict.fromkeys(("aFChunk", "subDocument", "package"), "office_nested"),
    **dict.fromkeys(
        ("vbaProject", "wordVbaData", "xlMacrosheet", "xlIntlMacrosheet", "ui/extensibility"),
        "office_macro",
    ),
    **dict.fromkeys(
        ("webextensiontaskpanes", "webextension", "keyMapCustomizations", "attachedToolbars"),
        "office_macro",
    ),
    **dict.fromkeys(
        (
            "externalLink",
            "externalLinkPath",
            "connections",
            "queryTable",
            "volatileDependencies",
            "mailMergeSource",
            "mailMergeHeaderSource",
            "recipientData",
            "frame",
            "transform",
            "rdRichValueWebImage",
        ),
        "office_outside",
    ),
    **dict.fromkeys(("audio", "video", "media", "model3d"), "office_media"),
}
"""The refusal that says best what a relationship brings along; office_unknown for any other."""

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml."
MAIN_TYPE = {"docx": WORD + "document.main+xml", "xlsx": EXCEL + "sheet.main+xml"}
WORKBOOK = EXCEL + "sheet"
"""A workbook inside: the numbers behind a chart."""
XML_TYPES = (
    _words("application/xml text/xml image/svg+xml application/inkml+xml")
    | _words(
        "relationships+xml core-properties+xml digital-signature-xmlsignature+xml",
        "application/vnd.openxmlformats-package.",
    )
    | _words(
        """
        document.main+xml document.glossary+xml styles+xml settings+xml webSettings+xml
        fontTable+xml numbering+xml footnotes+xml endnotes+xml header+xml footer+xml comments+xml
        commentsExtended+xml commentsIds+xml commentsExtensible+xml people+xml
        """,
        WORD,
    )
    | _words(
        """
        sheet.main+xml worksheet+xml chartsheet+xml styles+xml sharedStrings+xml calcChain+xml
        table+xml tableSingleCells+xml comments+xml pivotTable+xml pivotCacheDefinition+xml
        pivotCacheRecords+xml sheetMetadata+xml revisionHeaders+xml revisionLog+xml userNames+xml
        """,
        EXCEL,
    )
    | _words(
        """
        extended-properties+xml custom-properties+xml customXmlProperties+xml theme+xml
        themeOverride+xml drawing+xml vmlDrawing drawingml.chart+xml drawingml.chartshapes+xml
        drawingml.diagramData+xml drawingml.diagramLayout+xml drawingml.diagramStyle+xml
        drawingml.diagramColors+xml
        """,
        "application/vnd.openxmlformats-officedocument.",
    )
    | _words(
        """
        word.stylesWithEffects+xml office.classificationlabels+xml office.chartstyle+xml
        office.chartcolorstyle+xml office.chartex+xml office.drawingml.diagramDrawing+xml
        office.documenttasks+xml excel.slicer+xml excel.slicerCache+xml excel.timeline+xml
        excel.timelineCache+xml excel.threadedcomments+xml excel.person+xml
        excel.controlproperties+xml excel.namedsheetviews+xml excel.richvaluerel+xml
        excel.featurepropertybag+xml excel.rdrichvalue+xml excel.rdrichvaluestructure+xml
        excel.rdrichvaluetypes+xml excel.rdarray+xml excel.richstyles+xml
        excel.rdsupportingpropertybag+xml excel.rdsupportingpropertybagstructure+xml
        """,
        "application/vnd.ms-",
    )
)
PICTURE_TYPES = _words(
    """
    png x-png jpeg jpg pjpeg gif bmp x-ms-bmp tiff tif webp x-icon vnd.microsoft.icon x-emf emf
    x-wmf wmf vnd.ms-photo
    """,
    "image/",
)
OPAQUE_TYPES = frozenset(
    [
        WORD + "printerSettings",
        EXCEL + "printerSettings",
        EXCEL + "customProperty",
        "application/vnd.openxmlformats-officedocument.obfuscatedFont",
        "application/vnd.openxmlformats-package.digital-signature-origin",
        "application/vnd.openxmlformats-package.digital-signature-certificate",
        "application/x-fontdata",
        "application/x-font-ttf",
    ]
)
"""Settings of a printer, fonts, and the like: nothing that opens them runs them."""
OTHER_TYPES = {
    "macro": "office_macro",
    "vba": "office_macro",
    "activex": "office_object",
    "oleobject": "office_object",
    "wordprocessingml.": "office_nested",
    "spreadsheetml.": "office_nested",
    "presentationml.": "office_nested",
    "msword": "office_nested",
    "ms-excel": "office_nested",
    "powerpoint": "office_nested",
    "html": "office_nested",
    "rtf": "office_nested",
    "pdf": "office_nested",
    "audio/": "office_media",
    "video/": "office_media",
    "webextension": "office_macro",
}
"""The refusal for a type that is on no list, by what is in its name; the first one counts."""

FIELDS = re.compile(
    r"\s*(DDE|DDEAUTO|LINK|EMBED|INCLUDE|INCLUDETEXT|IMPORT|DATABASE|RD|CONTROL|HTMLCONTROL|PRINT)\b",
    re.IGNORECASE,
)
"""Fields of Word that start a program or load something."""
ADDRESS_FIELD = re.compile(
    r"""\s*(HYPERLINK|INCLUDEPICTURE)\s+(?:"([^"]*)"|([^\s\\"]\S*|\\\\\S+))""", re.IGNORECASE
)
FUNCTIONS = re.compile(
    r"\b(WEBSERVICE|RTD|IMAGE|IMPORTTEXT|IMPORTCSV|CALL|REGISTER|REGISTER\.ID|EXEC|DDE"
    r"|SQL\.REQUEST)\s*\(",
    re.IGNORECASE,
)
"""Functions of Excel that do the same."""
LINK_FUNCTION = re.compile(r'\bHYPERLINK\s*\(\s*"((?:[^"]|"")*)"\s*(&?)', re.IGNORECASE)
"""Where its address begins, and whether more is put after that."""
QUOTED_TEXT = re.compile(r'"(?:[^"]|"")*"')
QUOTED_NAME = re.compile(r"'(?:[^']|'')*'")
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
CODES = frozenset({"instrText", "delInstrText", "HyperlinkBase"})
"""Elements whose text is the code of a field, or an address."""
FORMULAS = (
    "}f",
    "}formula",
    "}formula1",
    "}formula2",
    "}definedName",
    "}calculatedColumnFormula",
    "}totalsRowFormula",
)


CODE_MAX = 4_000
"""So much of the code of a field is looked at: its name and its address come first."""
Attributes = dict[str, str]
YES, NO = frozenset({"1", "true", "on"}), frozenset({"0", "false", "off"})


class Contents:
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
        if name in ("fldChar", "fldSimple"):
            self._turn_field(attributes, is_simple=name == "fldSimple")
        elif name in CODES or (name == "t" and self._fields):
            self._text = []
        elif name == "script" and self._is_picture:
            raise carries("office_macro", self._part)
        elif name == "updateFields" and not NO.issuperset(_values(attributes, "val") or YES):
            raise Invalid("office_fields_anew", "file")
        elif name == "webVideoPr":
            raise carries("office_media", " ".join(_values(attributes, "embeddedHtml")))
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
        elif tag.endswith("}HyperlinkBase"):
            check_link(text)
        else:
            code, is_dirty = self._fields.pop() if self._fields else ("", False)
            self._fields.append(((code + text).lstrip()[:CODE_MAX], is_dirty))

    def _turn_field(self, attributes: Attributes, *, is_simple: bool) -> None:
        """A field begins, or its code ends."""
        is_dirty = not YES.isdisjoint(_values(attributes, "dirty"))
        if not is_simple and "begin" not in _values(attributes, "fldCharType"):
            if self._fields:
                code, was_dirty = self._fields.pop()
                _check_field(code, is_dirty=is_dirty or was_dirty)
            return
        if self._fields and not self._fields[-1][0]:
            raise Invalid("office_field_hidden", "file")
        for code in _values(attributes, "instr"):
            _check_field(code, is_dirty=is_dirty)
        if not is_simple:
            self._fields.append(("", is_dirty))

    def _check_addresses(self, attributes: Attributes) -> None:
        """Of drawings, which may have some without a relationship."""
        for value in _values(attributes, "src"):
            if value and not self._is_picture:
                raise carries("office_outside", value)
        for value in _values(attributes, "href"):
            if self._is_picture and not value.startswith(("data:image/", "#")):
                raise carries("office_outside", value)
            if not value.startswith("data:image/"):
                check_link(value)


def check_link(address: str) -> None:
    if not may_be_opened(address):
        raise carries("office_link", address)


def _check_field(code: str, *, is_dirty: bool) -> None:
    if FIELDS.match(code):
        raise carries("office_field", code.strip())
    match = ADDRESS_FIELD.match(code)
    if match is None:
        return
    address = (match[2] or match[3] or "").replace("\\\\", "\\")
    if match[1].upper() == "HYPERLINK":
        check_link(address)
    elif is_dirty or not (
        OWN_PATH.fullmatch(address) or ("\\" not in address and may_be_opened(address))
    ):
        raise carries("office_field", code.strip())


def _check_formula(text: str) -> None:
    bare = QUOTED_TEXT.sub('""', text)
    loads = FUNCTIONS.search(bare) or "\\\\" in bare or "://" in bare
    if loads or "|" in QUOTED_NAME.sub("''", bare):
        raise carries("office_field", text)
    for address, is_begun in LINK_FUNCTION.findall(text):
        if is_begun and ":" not in address:
            raise carries("office_link", address)
        check_link(address)


def _values(attributes: Attributes, name: str) -> list[str]:
    """All values of that name in whichever namespace: it is not known which of them counts."""
    return [value for key, value in attributes.items() if key.rpartition("}")[2] == name]
