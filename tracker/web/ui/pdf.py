"""Documents: one of our templates and its data, made into an accessible PDF (PDF/UA-1) by typst.

What people typed reaches typst as JSON, and the templates show strings as they are: nothing in it
is markup. A sign that no font has is shown as □, and the document and the page that hands it out
say so.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from babel import Locale
from babel.lists import format_list
from flask import Flask, Response, current_app
from flask_babel import get_locale, gettext as _

from tracker.queries.core.imprints import Imprint
from tracker.rules.regions import Paper
from tracker.storage import document_fonts
from tracker.storage.document_fonts import font_for, writing_systems
from tracker.web.http import downloads, session
from tracker.web.i18n.content_language import mark_language, plain
from tracker.web.i18n.languages import language
from tracker.web.ui.templating import dates

T = TypeVar("T")
Data = dict[str, Any]

LOG = structlog.get_logger("tracker.web")
NO_SIGN = "\u25a1"
SIGNS_NAMED = 12
SIGNS_ON_A_PAGE = 5
TRIES = 4
"""What was replaced can change how its neighbours are joined, so that others turn out to have no
sign."""


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
    made = pdf(of, session.now(), session.actor().paper)
    name = f"{_dashed(plain(of.title))}-{dates.today():%Y-%m-%d}.pdf"
    return downloads.attachment(made, name, "application/pdf")


def pdf(of: Document, now: dt.datetime, paper: Paper = Paper.LETTER) -> bytes:
    """The same bytes for the same document and moment. Raises RuntimeError where typst refuses
    it."""
    import typst

    folder = Path(current_app.root_path) / "templates" / "documents"
    unshown: set[str] = set()
    problem = ""
    for _attempt in range(TRIES):
        try:
            return typst.compile(
                folder / f"{of.template}.typ",
                root=folder,
                font_paths=document_fonts.fonts(current_app.config["DOCUMENT_FONTS"]),
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(_all(of, paper, unshown), ensure_ascii=False)},
                pdf_standards="ua-1",
                timestamp=now.astimezone(dt.UTC).replace(microsecond=0),
            )
        except typst.TypstError as error:
            more = set(document_fonts.unshown_texts(error.diagnostic)) - unshown
            if not more:
                problem = error.message
                break
            unshown |= more
    without_texts = document_fonts.UNSHOWN.sub("(text)", problem)
    LOG.error("document_refused", template=of.template, problem=without_texts)
    raise RuntimeError(f"typst refused the document {of.template}") from None


def credits_of(imprint: Imprint) -> Data:
    """Where the framework's text comes from."""
    return {
        "title": _("Sources and licenses"),
        "line": imprint.sources,
        "notices": [{"about": about, "text": text} for about, text in imprint.notices],
    }


def _all(of: Document, paper: Paper, unshown: Collection[str]) -> Data:
    made = dates.full_day(session.now())
    frame = {
        "title": of.title,
        "library": of.library,
        "footer": f"{of.title} \u00b7 {made}",
        "pages": _("%(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "unshown": _about_in_the_document(unshown),
    }
    shown: Data = _replaced({"frame": frame, **of.data}, unshown)
    shown["meta"] = {
        "title": plain(of.title),
        "author": of.library,
        "lang": language().tag,
        "direction": language().direction,
        "paper": paper,
    }
    return shown


def _about_in_the_document(unshown: Collection[str]) -> str:
    """By code points, for what the fonts lack the document cannot name otherwise."""
    signs = sorted(
        {sign for group in unshown for sign in group if not (sign.isascii() and sign.isprintable())}
    )
    points = [f"U+{ord(sign):04X}" for sign in signs]
    return _about_unshown("".join(signs), _some(points, SIGNS_NAMED))


def _note(*rows: object) -> str:
    """For the page that hands out a document: which characters of these rows it will not show;
    nothing where it shows them all."""
    unshown = document_fonts.unshown(repr(rows), current_app.config["DOCUMENT_FONTS"])
    return _about_unshown(unshown, _some(unshown, SIGNS_ON_A_PAGE))


def _about_unshown(unshown: str, named: str) -> str:
    if not unshown:
        return ""
    systems = writing_systems(unshown)
    values = {
        "box": NO_SIGN,
        "characters": named,
        "scripts": _listed([_localized(system) for system in systems]),
        "fonts": _listed([*dict.fromkeys(map(font_for, systems))]),
    }
    if not systems:
        return str(
            _(
                "Some characters can't be shown in this PDF, because this server has no font for "
                "them (%(characters)s). They appear as %(box)s.",
                **values,
            )
        )
    return str(
        _(
            "Some characters can't be shown in this PDF, because this server has no font for "
            "%(scripts)s (%(characters)s). They appear as %(box)s. To show them, install a font "
            "such as %(fonts)s.",
            **values,
        )
    )


def _some(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (", \u2026" if len(names) > most else "")


def _listed(words: Sequence[str]) -> str:
    return str(format_list(list(words), locale=get_locale()))


def _localized(system: str) -> str:
    """Babel knows Japanese as a language, and Ethiopic as a script."""
    for names in ("languages", "scripts"):
        english: Mapping[str, str] = getattr(Locale("en"), names)
        for code, name in english.items():
            if name == system:
                return str(getattr(get_locale(), names).get(code, system))
    return system


def _replaced(value: Any, unshown: Collection[str]) -> Any:
    if not unshown:
        return value
    pattern = re.compile("|".join(map(re.escape, sorted(unshown, key=len, reverse=True))))
    return _each_text(value, pattern)


def _each_text(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(NO_SIGN, value)
    if isinstance(value, dict):
        return {key: _each_text(inner, pattern) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each_text(inner, pattern) for inner in value]
    return value


def init_app(app: Flask) -> None:
    app.jinja_env.globals["pdf_note"] = _note


def _dashed(words: str) -> str:
    """Letters and digits of any script, and dashes: the name of a file."""
    return re.sub(r"[\W_]+", "-", words).strip("-").lower()[:80] or "document"
