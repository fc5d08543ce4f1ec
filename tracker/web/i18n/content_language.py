"""Words of a framework keep their own language: on a page in another one they stand within `<span
lang="de">`.

`render` marks them in what a template is given (fields of type Wording), with characters that no
text holds; so marked they go through sentences, macros and attributes like any words. What the
browser gets has the marks resolved: around text they become spans, an option takes the language
itself, and in attributes, titles and text areas, which can hold no span, they are dropped. Where
the languages are the same nothing is marked and nothing costs.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from babel import Locale, UnknownLocaleError
from flask import Flask, Response

from tracker.rules.frameworks.wording import OF_A_FRAMEWORK
from tracker.web.i18n.block_direction import with_blocks
from tracker.web.i18n.languages import language

T = TypeVar("T")
COLLECTIONS = (Mapping, list, tuple, set, frozenset)
START, WORDS, END = "\ufdd0", "\ufdd1", "\ufdd2"
"""Noncharacters of Unicode, kept for a program's own use: language, words, end."""
MARK = re.compile(f"{START}([A-Za-z0-9-]+){WORDS}([^{START}-{END}<>]*){END}")
PIECES = re.compile(
    r"(?P<closed><(title|textarea|script)\b[^>]*>.*?</\2>)"
    r"|<option(?P<option>[^>]*)>(?P<label>[^<]*)</option>"
    r"|(?P<tag><[^>]*>)"
    f"|(?P<mark>{MARK.pattern})",
    re.DOTALL,
)


class RowShape(NamedTuple):
    """What marking has to know of a type of rows. `wordings`: the fields that hold words of a
    framework, alone or in a collection."""

    names: tuple[str, ...]
    wordings: frozenset[str]
    has_lang: bool
    is_tuple: bool


def mark(words: str, lang: str) -> str:
    """The words as they are where the page is in their language, or where they are marked
    already."""
    as_they_are = not words or lang == language().tag or START in words
    return words if as_they_are else f"{START}{lang}{WORDS}{words}{END}"


def unmarked(words: str) -> str:
    return MARK.sub(r"\2", words)


def beginning(words: str, length: int) -> str:
    """The first letters, still in their language."""
    found = MARK.fullmatch(words)
    return words[:length] if found is None else f"{START}{found[1]}{WORDS}{found[2][:length]}{END}"


def mark_language(found: T, lang: str = "") -> T:
    """Rows, alone or in collections, their Wording marked: those that have a `lang` of their own in
    that, with all that they hold; others in `lang`, or not at all without one.

    What is marked already, and all that is no row, stays. In what is in the language of the page
    nothing is looked for: there a row with its own `lang` is found in collections, not in other
    rows.
    """
    page = language().tag
    return _marked(found, lang or page, page)  # type: ignore[no-any-return]


def _marked(found: Any, lang: str, page: str, is_wording: bool = False) -> Any:
    """The very same object where nothing in it is marked."""
    if isinstance(found, str):
        return mark(found, lang) if is_wording else found
    kind: type = type(found)
    shape = _shape(kind)
    if shape is not None:
        return _marked_row(found, shape, (shape.has_lang and found.lang) or lang, page)
    if isinstance(found, COLLECTIONS):
        return _marked_collection(found, lang, page, is_wording)
    return found


def _marked_collection(found: Any, lang: str, page: str, is_wording: bool) -> Any:
    is_mapping = isinstance(found, Mapping)
    values = found.values() if is_mapping else found
    if lang == page and not any(_may_have_lang(kind) for kind in set(map(type, values))):
        return found
    marked = [_marked(each, lang, page, is_wording) for each in values]
    if all(new is old for new, old in zip(marked, values, strict=True)):
        return found
    return dict(zip(found, marked, strict=True)) if is_mapping else type(found)(marked)


def _marked_row(row: Any, shape: RowShape, lang: str, page: str) -> Any:
    if lang == page:
        return row
    marked = {}
    for name in shape.names:
        value = getattr(row, name)
        new = _marked(value, lang, page, name in shape.wordings)
        if new is not value:
            marked[name] = new
    if not marked:
        return row
    return row._replace(**marked) if shape.is_tuple else replace(row, **marked)


@lru_cache(maxsize=512)
def _may_have_lang(kind: type) -> bool:
    """Whether one of that type can be in another language than the page it is given to."""
    shape = _shape(kind)
    return issubclass(kind, COLLECTIONS) if shape is None else shape.has_lang


@lru_cache(maxsize=512)
def _shape(kind: type) -> RowShape | None:
    """None for what is no row: neither a dataclass nor a named tuple."""
    if is_dataclass(kind):
        names = tuple(each.name for each in fields(kind))
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        names = tuple(kind._fields)
    else:
        return None
    hints = get_type_hints(kind, include_extras=True)
    wordings = frozenset(name for name in names if _is_wording(hints.get(name)))
    return RowShape(names, wordings, "lang" in names, issubclass(kind, tuple))


def _is_wording(hint: Any) -> bool:
    return OF_A_FRAMEWORK in getattr(hint, "__metadata__", ()) or any(
        _is_wording(each) for each in get_args(hint)
    )


def resolved(html: str) -> str:
    """A page with its marks turned into elements and attributes."""
    page = language()
    ways = set[str]()

    def piece(found: re.Match[str]) -> str:
        if found["mark"] is not None:
            lang, words = MARK.fullmatch(found["mark"]).groups()  # type: ignore[union-attr]
            return f"<span{attributes(lang)}>{words}</span>"
        whole = MARK.fullmatch(found["label"]) if found["label"] is not None else None
        if whole is not None:
            return f"<option{unmarked(found['option'])}{attributes(whole[1])}>{whole[2]}</option>"
        return unmarked(found[0])

    def attributes(lang: str) -> str:
        direction = _direction(lang)
        ways.add(direction)
        return (
            f' lang="{lang}"'
            if direction == page.direction
            else f' lang="{lang}" dir="{direction}"'
        )

    found = PIECES.sub(piece, html)
    return with_blocks(found, page.direction) if ways & OTHER_WAY[page.direction] else found


OTHER_WAY = {"ltr": {"rtl"}, "rtl": {"ltr"}}


@lru_cache(maxsize=64)
def _direction(lang: str) -> str:
    """ltr or rtl; "auto", which leaves it to the letters, for a language that Babel does not
    know."""
    try:
        return Locale.parse(lang, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "auto"


def init_app(app: Flask) -> None:
    @app.after_request
    def _resolve(response: Response) -> Response:
        if (
            response.mimetype == "text/html"
            and not response.is_streamed
            and START.encode() in response.get_data()
        ):
            response.set_data(resolved(response.get_data(as_text=True)))
        return response
