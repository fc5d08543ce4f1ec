"""Documents: one of our templates and its data, made into an accessible PDF (PDF/UA-1) by typst.

What people typed reaches typst as JSON, and the templates show strings as they are: nothing in it
is markup. The fonts are those inside typst's own package, so that a document is the same on every
machine, and those of TRACKER_DOCUMENT_FONTS. A sign that none of them has is shown as □, and the
document says so.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import typst
from flask import Response, current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.administration.imprints import Imprint
from tracker.web.http import downloads, session
from tracker.web.i18n.content_language import mark_language, unmarked
from tracker.web.i18n.languages import language
from tracker.web.ui import template_helpers

T = TypeVar("T")
Data = dict[str, Any]

NO_SIGN = "\u25a1"
SIGNS_NAMED = 12
TRIES = 4
"""What was replaced can change how its neighbours are joined, so that others turn out to have no
sign."""

UNSHOWN = re.compile(
    r'error: PDF/UA-1 error: the text `"((?:[^"\\]|\\.)*)"` could not be displayed'
)
ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Document:
    """`template` is the name of a file in templates/documents; `data` holds strings, numbers, lists
    and mappings."""

    template: str
    title: str
    library: str
    data: Data


def download(make: Callable[[T], Document], rows: T, lang: str) -> Response:
    """What `make` makes of rows of a framework in `lang`, as a file to keep. The words of the
    framework are marked here, once for all documents. Raises RuntimeError where typst refuses
    it."""
    of = make(mark_language(rows, lang))
    name = f"{_dashed(unmarked(of.title))}-{template_helpers.today():%Y-%m-%d}.pdf"
    return downloads.attachment(pdf(of, session.now()), name, "application/pdf")


def pdf(of: Document, now: dt.datetime) -> bytes:
    """The same bytes for the same document and moment. Raises RuntimeError where typst refuses
    it."""
    folder = Path(current_app.root_path) / "templates" / "documents"
    unshown: set[str] = set()
    problem = ""
    for _attempt in range(TRIES):
        try:
            return typst.compile(
                folder / f"{of.template}.typ",
                root=folder,
                font_paths=_fonts(current_app.config["DOCUMENT_FONTS"]),
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(_all(of, unshown), ensure_ascii=False)},
                pdf_standards="ua-1",
                timestamp=now.astimezone(dt.UTC).replace(microsecond=0),
            )
        except typst.TypstError as error:
            found = set(_unshown(error.diagnostic)) - unshown
            if not found:
                problem = error.message
                break
            unshown |= found
    raise RuntimeError(
        f"typst refused the document {of.template}: {UNSHOWN.sub('(text)', problem)}"
    ) from None


def credits_of(imprint: Imprint) -> Data:
    """Where the framework's text comes from."""
    return {
        "title": _("Sources and licences"),
        "line": imprint.sources,
        "notices": [{"about": about, "text": text} for about, text in imprint.notices],
    }


@lru_cache(maxsize=2)
def _fonts(folder: str) -> typst.Fonts:
    """Looked through once: the files in that folder, and those inside the package."""
    return typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])


def _all(of: Document, unshown: Collection[str]) -> Data:
    made = template_helpers.full_day(session.now())
    frame = {
        "title": of.title,
        "library": of.library,
        "footer": f"{of.title} \u00b7 {made}",
        "pages": _("%(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "unshown": _about_unshown(unshown),
    }
    shown: Data = _replaced({"frame": frame, **of.data}, unshown)
    shown["meta"] = {
        "title": unmarked(of.title),
        "author": of.library,
        "lang": language().tag,
        "direction": language().direction,
    }
    return shown


def _about_unshown(unshown: Collection[str]) -> str:
    if not unshown:
        return ""
    points = sorted(
        {
            ord(sign)
            for group in unshown
            for sign in group
            if not (sign.isascii() and sign.isprintable())
        }
    )
    names = ", ".join(f"U+{point:04X}" for point in points[:SIGNS_NAMED])
    return str(
        ngettext(
            "%(num)d sign is shown as %(box)s, because the fonts of this document do not have it: "
            "%(names)s. "
            "On the page it stands as it was typed.",
            "%(num)d signs are shown as %(box)s, because the fonts of this document do not have "
            "them: %(names)s. "
            "On the page they stand as they were typed.",
            len(points),
            box=NO_SIGN,
            names=names + (", \u2026" if len(points) > SIGNS_NAMED else ""),
        )
    )


def _replaced(value: Any, unshown: Collection[str]) -> Any:
    if not unshown:
        return value
    pattern = re.compile("|".join(map(re.escape, sorted(unshown, key=len, reverse=True))))
    return _each_text(value, pattern)


def _each_text(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(NO_SIGN, value)
    if isinstance(value, dict):
        return {key: _each_text(each, pattern) for key, each in value.items()}
    if isinstance(value, list):
        return [_each_text(each, pattern) for each in value]
    return value


def _unshown(diagnostic: str) -> Iterator[str]:
    """The texts without a sign in any font that typst complains of, as they were before it escaped
    them."""
    for found in UNSHOWN.finditer(diagnostic):
        yield ESCAPED.sub(_unescaped, found.group(1))


def _unescaped(escape: re.Match[str]) -> str:
    point, letter = escape.groups()
    return chr(int(point, 16)) if point else CONTROLS.get(letter, letter)


def _dashed(words: str) -> str:
    """Letters and digits of any script, and dashes: the name of a file."""
    return re.sub(r"[\W_]+", "-", words).strip("-").lower()[:80] or "document"
