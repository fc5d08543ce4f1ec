"""A form's markup with other content: every control gets what was typed into it."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from markupsafe import Markup, escape

TICKED = {"checkbox": "checked", "radio": "checked"}
NOT_TYPED = ("hidden", "file", "password", "search", "submit", "button")


def filled(form: str, fields: Iterable[tuple[str, str]]) -> Markup:
    """`fields` are all that is ticked, chosen or typed: a box that is not among them is unticked, a
    text that is not stays."""
    filler = _Filler(fields)
    filler.feed(str(form))
    filler.close()
    return Markup("".join(filler.out))  # noqa: S704  (the form's own markup, and escaped values)


class _Filler(HTMLParser):
    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)
        self._select: list[str] | None = None
        self._is_replaced = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes, text = dict(attrs), self.get_starttag_text() or ""
        values = self._values.get(attributes.get("name") or "")
        if tag == "input":
            text = _input(text, attributes, values)
        elif tag == "textarea" and values is not None:
            text += str(escape(values[0]))
            self._is_replaced = True
        elif tag == "select":
            self._select = values
        elif tag == "option" and self._select is not None:
            text = _set(text, "selected", (attributes.get("value") or "") in self._select)
        self.out.append(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._is_replaced = False
        if tag == "select":
            self._select = None
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._is_replaced:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")


def _input(text: str, attributes: dict[str, str | None], values: list[str] | None) -> str:
    kind = attributes.get("type") or "text"
    if kind in TICKED:
        return _set(text, TICKED[kind], (attributes.get("value") or "on") in (values or ()))
    if kind in NOT_TYPED or values is None:
        return text
    bare = re.sub(r'\svalue="[^"]*"', "", text)
    return _with(bare, f'value="{escape(values[0])}"')


def _set(text: str, attribute: str, is_on: bool) -> str:
    bare = re.sub(rf'\s{attribute}(="[^"]*")?(?=[\s/>])', "", text)
    return _with(bare, attribute) if is_on else bare


def _with(text: str, attribute: str) -> str:
    return f"{text.removesuffix('>').removesuffix('/').rstrip()} {attribute}>"
