"""Words of a framework keep their own language: on a page in another one they stand within `<span
lang="de">`.

`render` marks them in what a template is given (fields of type Wording), with characters that no
text holds; so marked they go through sentences and macros like any words. Templates print them
through `in_lang`, which makes the spans, and where no element can be, in attributes, titles and
text areas, through `plain`; an option takes the language itself (`option_lang`). Where the
languages are the same nothing is marked and nothing costs.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from babel import Locale, UnknownLocaleError
from flask import Flask, Response
from markupsafe import Markup, escape

from tracker.rules.core.wording import OF_A_FRAMEWORK
from tracker.web.i18n.block_direction import with_blocks
from tracker.web.i18n.languages import language

T = TypeVar("T")
BARE = (str, int, float, dt.date, dt.time, dt.timedelta, type(None))
COLLECTIONS = (Mapping, list, tuple, set, frozenset)
START, WORDS, END = "\ufdd0", "\ufdd1", "\ufdd2"
"""Noncharacters of Unicode, kept for a program's own use: language, words, end."""
SPAN = re.compile(r'<span lang="[^"]*"(?: dir="\w+")?>([^<]*)</span>')
MARK = re.compile(f"{START}([A-Za-z0-9-]+){WORDS}([^{START}-{END}]*){END}")


class RowShape(NamedTuple):
    """What marking has to know of a type of rows. `names`: the fields to look into; `wordings`:
    those that hold words of a framework, alone or in a collection."""

    names: tuple[str, ...]
    wordings: frozenset[str]
    has_lang: bool
    is_tuple: bool


def mark(words: str, lang: str, page: str = "") -> str:
    """The words as they are where the page is in their language, or where they are marked
    already. `page`: its language, where that is known."""
    as_they_are = not words or START in words or lang == (page or language().tag)
    return words if as_they_are else f"{START}{lang}{WORDS}{words}{END}"


def plain(words: str) -> str:
    """The words alone, of a sentence in Python, or of what a template has made HTML."""
    if isinstance(words, Markup):
        return Markup(SPAN.sub(r"\1", MARK.sub(r"\2", words)))  # noqa: S704  (it was HTML before)
    return MARK.sub(r"\2", words) if type(words) is str else words


def in_lang(words: str, lang: str = "") -> str:
    """As HTML, with what is marked in spans. `lang`: of a row of a table, which is not marked."""
    if lang:
        words = mark(words, lang)
    if not isinstance(words, str) or START not in words:
        return words
    return Markup(MARK.sub(_span, str(escape(words))))  # noqa: S704  (escaped here)


def _span(match: re.Match[str]) -> str:
    attributes = _attributes(match[1], language().direction)
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<span{written}>{match[2]}</span>"


def option_lang(words: str) -> dict[str, str]:
    """The attributes of an option that holds these words and no others."""
    match = MARK.fullmatch(words) if type(words) is str else None
    return _attributes(match[1], language().direction) if match else {}


@lru_cache(maxsize=64)
def _attributes(lang: str, page: str) -> dict[str, str]:
    direction = _direction(lang)
    return {"lang": lang} if direction == page else {"lang": lang, "dir": direction}


def beginning(words: str, length: int) -> str:
    """The first letters, still in their language."""
    match = MARK.fullmatch(words)
    return words[:length] if match is None else f"{START}{match[1]}{WORDS}{match[2][:length]}{END}"


def mark_language(value: T, lang: str = "") -> T:
    """Rows, alone or in collections, their Wording marked: those that have a `lang` of their own in
    that, with all that they hold; others in `lang`, or not at all without one.

    What is marked already, and all that is no row, stays. In what is in the language of the page
    nothing is looked for: there a row with its own `lang` is found in collections, not in other
    rows.
    """
    page = language().tag
    return _marked(value, lang or page, page)  # type: ignore[no-any-return]


def _marked(value: Any, lang: str, page: str, is_wording: bool = False) -> Any:
    """The very same object where nothing in it is marked."""
    if isinstance(value, str):
        return mark(value, lang, page) if is_wording else value
    kind: type = type(value)
    shape = _shape(kind)
    if shape is not None:
        return _marked_row(value, shape, (shape.has_lang and value.lang) or lang, page)
    if isinstance(value, COLLECTIONS):
        return _marked_collection(value, lang, page, is_wording)
    return value


def _marked_collection(collection: Any, lang: str, page: str, is_wording: bool) -> Any:
    is_mapping = isinstance(collection, Mapping)
    values = collection.values() if is_mapping else collection
    if lang == page and not any(_may_have_lang(kind) for kind in set(map(type, values))):
        return collection
    marked = [_marked(value, lang, page, is_wording) for value in values]
    if all(new is old for new, old in zip(marked, values, strict=True)):
        return collection
    return dict(zip(collection, marked, strict=True)) if is_mapping else type(collection)(marked)


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
        names = tuple(field.name for field in fields(kind))
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        names = tuple(kind._fields)
    else:
        return None
    hints = get_type_hints(kind, include_extras=True)
    wordings = frozenset(name for name in names if _is_wording(hints.get(name)))
    looked_into = tuple(name for name in names if _may_hold_wording(hints.get(name)))
    return RowShape(looked_into, wordings, "lang" in names, issubclass(kind, tuple))


def _may_hold_wording(hint: Any) -> bool:
    """False for numbers, dates and plain text, alone or in a collection."""
    if parts := get_args(hint):
        return any(_may_hold_wording(part) for part in parts if part is not ...)
    return not (isinstance(hint, type) and issubclass(hint, BARE))


def _is_wording(hint: Any) -> bool:
    return OF_A_FRAMEWORK in getattr(hint, "__metadata__", ()) or any(
        _is_wording(get_arg) for get_arg in get_args(hint)
    )


@lru_cache(maxsize=64)
def _direction(lang: str) -> str:
    """ltr or rtl; "auto", which leaves it to the letters, for a language that Babel does not
    know."""
    try:
        return Locale.parse(lang, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "auto"


OTHER_WAY = {"ltr": b'" dir="rtl">', "rtl": b'" dir="ltr">'}
"""How a span of words ends its tag that run against the page."""


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(in_lang=in_lang, plain=plain, option_lang=option_lang)

    @app.after_request
    def _turn_blocks(response: Response) -> Response:
        page = language().direction
        is_page = response.mimetype == "text/html" and not response.is_streamed
        if is_page and OTHER_WAY[page] in response.get_data():
            response.set_data(with_blocks(response.get_data(as_text=True), page))
        return response
