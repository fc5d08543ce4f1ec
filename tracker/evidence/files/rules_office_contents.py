"""What a part of a Word or Excel file says: fields, formulas and addresses that load or start
something are refused."""

from collections.abc import Callable

from tracker.evidence.files import rules_office_lists as lists
from tracker.evidence.pieces.rules import carries, may_be_opened
from tracker.rules.errors import Invalid

CODE_MAX = 4_000
"""So much of the code of a field is looked at: its name and its address come first."""
Attributes = dict[str, str]
YES, NO = frozenset({"1", "true", "on"}), frozenset({"0", "false", "off"})


class Contents:
    """The fields, formulas and addresses in a part."""

    def __init__(self, part: str, kind: str) -> None:
        self._part = part
        self._is_sheet = kind == lists.EXCEL + "worksheet+xml"
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
        if tag.endswith(lists.FORMULAS) and lists.EXCELS.match(tag):
            self._text, self._is_formula = [], True
        if self._is_sheet:
            return
        name = tag.rpartition("}")[2]
        if name in ("fldChar", "fldSimple"):
            self._turn_field(attributes, is_simple=name == "fldSimple")
        elif name in lists.CODES or (name == "t" and self._fields):
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
    if lists.FIELDS.match(code):
        raise carries("office_field", code.strip())
    match = lists.ADDRESS_FIELD.match(code)
    if match is None:
        return
    address = (match[2] or match[3] or "").replace("\\\\", "\\")
    if match[1].upper() == "HYPERLINK":
        check_link(address)
    elif is_dirty or not (
        lists.OWN_PATH.fullmatch(address) or ("\\" not in address and may_be_opened(address))
    ):
        raise carries("office_field", code.strip())


def _check_formula(text: str) -> None:
    bare = lists.QUOTED_TEXT.sub('""', text)
    loads = lists.FUNCTIONS.search(bare) or "\\\\" in bare or "://" in bare
    if loads or "|" in lists.QUOTED_NAME.sub("''", bare):
        raise carries("office_field", text)
    for address, is_begun in lists.LINK_FUNCTION.findall(text):
        if is_begun and ":" not in address:
            raise carries("office_link", address)
        check_link(address)


def _values(attributes: Attributes, name: str) -> list[str]:
    """All values of that name in whichever namespace: it is not known which of them counts."""
    return [value for key, value in attributes.items() if key.rpartition("}")[2] == name]
