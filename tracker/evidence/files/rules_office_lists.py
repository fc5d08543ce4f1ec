"""What a Word or Excel file may be made of: all that these programs, LibreOffice, and the usual
libraries write into an ordinary one. What is on no list is refused."""

import re


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
