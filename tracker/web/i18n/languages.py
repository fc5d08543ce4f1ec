"""Which language a page is in: the reader's, as the browser asks, among those that have a
catalogue; else English.

A developer can set TRACKER_PSEUDO_LANGUAGE to see every page in a language that nobody speaks
(pseudo.py).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from babel.core import negotiate_locale
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_domain, get_locale
from werkzeug.utils import cached_property

from tracker.web.i18n.pseudo import PseudoTranslations


@dataclass(frozen=True, slots=True)
class Language:
    """As the html element says it: `tag` is BCP 47, `direction` is ltr or rtl."""

    tag: str
    direction: str


PSEUDO = {
    "accented": (Language("en-XA", "ltr"), PseudoTranslations(mirrored=False)),
    "mirrored": (Language("ar-XB", "rtl"), PseudoTranslations(mirrored=True)),
}
"""Setting -> the language and its catalogue. Dates stay English: there is no locale behind
these."""


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
FSI, PDI = "\u2068", "\u2069"
"""Unicode's "what follows runs as its own letters do" and "end of that"."""


class _Isolating:
    """A catalogue for a page from right to left: a name in other letters does not turn the words
    around it."""

    def __init__(self, catalogue: Any) -> None:
        self.ugettext = self._isolated(catalogue.ugettext)
        self.ungettext = self._isolated(catalogue.ungettext)
        self.upgettext = self._isolated(catalogue.upgettext)
        self.unpgettext = self._isolated(catalogue.unpgettext)

    @staticmethod
    def _isolated(look_up: Callable[..., str]) -> Callable[..., str]:
        return lambda *texts: PLACEHOLDER.sub(
            lambda match: f"{FSI}{match[0]}{PDI}", str(look_up(*texts))
        )


class _Texts(Domain):  # type: ignore[misc]
    def get_translations(self) -> Any:
        """Looked up once for a request: a page asks for hundreds of texts."""
        if not g:
            return self._looked_up()
        texts = g.get("catalogue")
        if texts is None:
            texts = g.catalogue = self._looked_up()
        return texts

    def _looked_up(self) -> Any:
        pseudo = PSEUDO.get(current_app.config["PSEUDO_LANGUAGE"])
        texts = super().get_translations() if pseudo is None else pseudo[1]
        return _Isolating(texts) if language().direction == "rtl" else texts


class _Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with a catalogue of our own before those in files."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Texts(domain=self.domain)


def language() -> Language:
    """The language of the page that is being made."""
    if "language" not in g:
        pseudo = PSEUDO.get(current_app.config["PSEUDO_LANGUAGE"])
        locale = get_locale()
        g.language = (
            Language(str(locale).replace("_", "-"), locale.text_direction)
            if pseudo is None
            else pseudo[0]
        )
    return g.language  # type: ignore[no-any-return]


def catalogue() -> Any:
    """The texts of this request."""
    return g.get("catalogue") or get_domain().get_translations()


def init_app(app: Flask) -> None:
    """Find the catalogues, and choose among them by what each browser asks for."""
    babel = _Languages()
    present: dict[str, str] = {}

    def asked_for() -> str | None:
        """None stands for the default."""
        if len(present) < 2 or not has_request_context():
            return None
        wanted = negotiate_locale(list(request.accept_languages.values()), present, sep="-")
        return present.get(wanted or "")

    babel.init_app(app, locale_selector=asked_for)
    with app.app_context():
        for locale in (babel.default_locale, *babel.list_translations()):
            present[str(locale).replace("_", "-")] = str(locale)

    @app.after_request
    def _differs(response: Response) -> Response:
        if len(present) > 1:
            response.vary.add("Accept-Language")
        return response
