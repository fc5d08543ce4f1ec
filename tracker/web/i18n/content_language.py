"""Words of a framework keep their own language: on a page in another one they stand within `<span
lang="de">`.

`told` marks them in rows as these are loaded (fields of type Wording), with characters that no text
holds; so marked they go through sentences, macros and attributes like any words. What the browser
gets has the marks resolved: around text they become spans, an option takes the language itself, and
in attributes, titles and text areas, which can hold no span, they are dropped. Where the languages
are the same nothing is marked and nothing costs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_type_hints

from babel import Locale, UnknownLocaleError
from flask import Flask, Response

from tracker.rules.frameworks.wording import OF_A_FRAMEWORK
from tracker.web.i18n.languages import language

T = TypeVar("T")
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


def mark(words: str, lang: str) -> str:
    """The words as they are where the page is in their language."""
    return words if not words or lang == language().tag else f"{START}{lang}{WORDS}{words}{END}"


def unmarked(words: str) -> str:
    return MARK.sub(r"\2", words)


def beginning(words: str, length: int) -> str:
    """The first letters, still in their language."""
    found = MARK.fullmatch(words)
    return words[:length] if found is None else f"{START}{found[1]}{WORDS}{found[2][:length]}{END}"


def mark_language(found: T, lang: str) -> T:
    """Rows of one framework in `lang`, their Wording marked."""
    return found if lang == language().tag else _marked(found, lang)


def mark_language_each(rows: Iterable[T]) -> list[T]:
    """Rows that may be of several frameworks: each has its `lang`."""
    return [mark_language(row, row.lang) for row in rows]  # type: ignore[attr-defined]


def _marked(found: Any, lang: str, is_wording: bool = False) -> Any:
    if isinstance(found, str):
        return mark(found, lang) if is_wording else found
    if is_dataclass(found) and not isinstance(found, type):
        wordings = _wordings(type(found))
        values = ((each.name, getattr(found, each.name)) for each in fields(found))
        return replace(
            found, **{name: _marked(value, lang, name in wordings) for name, value in values}
        )
    if isinstance(found, tuple) and hasattr(found, "_fields"):
        wordings = _wordings(type(found))
        named = zip(found._fields, found, strict=True)
        return type(found)(*(_marked(value, lang, name in wordings) for name, value in named))
    if isinstance(found, Mapping):
        return {key: _marked(value, lang, is_wording) for key, value in found.items()}
    if isinstance(found, list | tuple | set | frozenset):
        return type(found)(_marked(each, lang, is_wording) for each in found)
    return found


@lru_cache(maxsize=256)
def _wordings(row: type) -> frozenset[str]:
    """The fields that hold words of a framework, alone or in a collection."""
    hints = get_type_hints(row, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _is_wording(hint))


def _is_wording(hint: Any) -> bool:
    return OF_A_FRAMEWORK in getattr(hint, "__metadata__", ()) or any(
        _is_wording(each) for each in get_args(hint)
    )


def resolved(html: str) -> str:
    """A page with its marks turned into elements and attributes."""
    page = language()

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
        return (
            f' lang="{lang}"'
            if direction == page.direction
            else f' lang="{lang}" dir="{direction}"'
        )

    return PIECES.sub(piece, html)


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
