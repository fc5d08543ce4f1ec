"""Cards of statements to rate, made fast: a page has forty of them.

The markup of a card is in one place, the macro `statement_card`. It is run once for each shape
(which answer is chosen, whether there is an endorsement, ...), with stand-ins for all that differs
between statements, and cut there. A card is these pieces with its own words in between. Shapes hold
nothing that anybody wrote, so they are kept between requests.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from tracker.assessment.ratings.queries_cards import StatementCard, StatementsToRate
from tracker.frameworks.versions.rules import NOT_SURE, Basis
from tracker.record.ratings.rules import is_dated
from tracker.record.sheet.queries_learners import Learner
from tracker.record.versions.rules import CitationChip, ScaleLabel
from tracker.web.http.session import csrf_token
from tracker.web.i18n.content_language import in_lang, mark_language
from tracker.web.i18n.languages import language
from tracker.web.ui.templating.dates import counts_from, day

ID = 2_000_000_011
"""Stands for the statement's id in a shape: in addresses, ids and labels."""
CUT = re.compile("\ue000(\\w+)\ue001")
INDENT = re.compile(r"\n\s+")
MOST_KEPT = 1_000


class ImportedAnswer(StrEnum):
    """An answer out of the learner's own list, with or without the day that the list gives."""

    BARE = "bare"
    WITH_DAY = "with_day"


@dataclass(frozen=True, slots=True)
class CardShape:
    """What is the same in many cards. `scale` and `lang` are part of it: their words are in the
    markup. `below`: the path that the site is below."""

    below: str
    lang: str
    scale: tuple[ScaleLabel, ...]
    answer: str | None
    dated: bool
    imported: ImportedAnswer | None
    endorsed: bool
    since: str
    noted: bool
    evidence: int
    own_page: bool
    again: bool
    waits: bool
    alone: bool
    ticked: bool


_shapes: dict[CardShape, list[str]] = {}
_chips: dict[tuple[str, tuple[CitationChip, ...]], str] = {}
"""By language and citations."""


class StatementCards:
    """The cards of one page for one learner: all in the form of the page, or by itself on the
    statement's own page, which says what was `saved`. `alone`: the id of the one that a phone
    shows. `are_ticked`: an older answer can be unticked, others are kept together."""

    def __init__(
        self,
        to_rate: StatementsToRate,
        learner: Learner,
        *,
        own_page: bool = False,
        saved: int | None = None,
        alone: int | None = None,
        are_ticked: bool = False,
    ) -> None:
        self._scale = mark_language(to_rate.scale, learner.lang)
        self._round_starts_on = learner.round_starts_on
        self._saved = saved
        self._saved_words = str(escape(_("Saved")))
        self._own_page = own_page
        self._alone = alone
        self._are_ticked = are_ticked
        self._lang = language().tag
        self._days: dict[dt.datetime, str] = {}
        self._labels = {word.key: word.label for word in self._scale}
        self._same = {"person": str(learner.person_id), "token": csrf_token()}

    def html(self, card: StatementCard) -> Markup:
        """The card of a statement that is rated here."""
        mark = card.endorsement
        dated = card.rated_at is not None and is_dated(
            card.rated_at, self._round_starts_on, card.given_on
        )
        shape = CardShape(
            below=request.script_root,
            lang=self._lang,
            scale=self._scale,
            answer=card.answer,
            dated=dated,
            imported=how_imported(card),
            endorsed=mark is not None,
            since=_since(card),
            noted=bool(card.own_note or card.reviewer_note),
            evidence=card.evidence,
            own_page=self._own_page,
            again=bool(card.earlier),
            waits=card.later is not None,
            alone=card.id == self._alone,
            ticked=self._are_ticked and dated and card.answer != NOT_SURE,
        )
        values = {
            **self._same,
            "id": str(card.id),
            "version": str(card.version),
            "title": str(escape(in_lang(card.title))),
            "text": str(escape(in_lang(card.text))),
            "chips": self._chips(tuple(card.citations)),
            "own": card.own_note and str(escape(card.own_note)),
            "reviewer": card.reviewer_note and str(escape(card.reviewer_note)),
            "state": self._saved_words if self._saved == card.id else "",
            "given": self._day_given(card) if dated else "",
            "stored": self._day(card.rated_at)
            if card.basis is Basis.IMPORTED and card.rated_at
            else "",
            "listed": str(escape(day(card.given_on))) if card.given_on else "",
            "who": str(escape(mark.who)) if mark else "",
            "said": str(escape(in_lang(self._labels[mark.answer]))) if mark else "",
            "day": self._day(mark.at) if mark else "",
            "earlier": str(_macros().earlier_answers(card, in_page=not self._own_page))
            if card.earlier
            else "",
            "later": str(escape(counts_from(card.later))) if card.later else "",
        }
        pieces = _shapes.get(shape) or _keep_shape(shape)
        filled = list(pieces)
        filled[1::2] = [values[name] for name in pieces[1::2]]
        return Markup("".join(filled))  # noqa: S704  (every value is escaped above; the pieces are the macro's)

    def _chips(self, citations: tuple[CitationChip, ...]) -> str:
        key = self._lang, citations
        if key not in _chips:
            if len(_chips) >= MOST_KEPT:
                _chips.clear()
            _chips[key] = str(_macros().chips(citations))
        return _chips[key]

    def _day_given(self, card: StatementCard) -> str:
        if card.given_on is not None:
            return str(escape(day(card.given_on)))
        return self._day(card.rated_at) if card.rated_at else ""

    def _day(self, at: dt.datetime) -> str:
        """A date in words. No place changes its date within a quarter of an hour."""
        quarter = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        words = self._days.get(quarter)
        if words is None:
            words = self._days[quarter] = str(escape(day(quarter)))
        return words


def _since(card: StatementCard) -> str:
    """In which version it was reviewed, where that is an earlier one, and how the learner's answer
    has changed since. "" where neither is so."""
    mark, notes = card.endorsement, []
    if mark is not None and mark.version:
        notes.append(_("on version %(version)s", version=mark.version))
    if mark is not None and mark.since:
        notes.append(
            _("you have cleared your rating since")
            if card.answer is None
            else _("you have answered otherwise since")
        )
    return ", ".join(notes)


def how_imported(card: StatementCard) -> ImportedAnswer | None:
    """None for an answer that is not out of the learner's own list."""
    if card.basis is not Basis.IMPORTED:
        return None
    return ImportedAnswer.WITH_DAY if card.given_on else ImportedAnswer.BARE


def imported_words(how: ImportedAnswer | None, stored: str, listed: str) -> str:
    """Where an imported answer comes from. Nothing for another one."""
    if how is None:
        return ""
    if how is ImportedAnswer.BARE:
        return _("Imported %(stored)s, from your own list", stored=stored)
    return str(
        _("Imported %(stored)s, from your own list of %(listed)s", stored=stored, listed=listed)
    )


def _stand_in(name: str) -> Markup:
    return Markup(f"\ue000{name}\ue001")  # noqa: S704  (a name of this file)


def _macros() -> Any:
    return current_app.jinja_env.get_template("_macros/statements.html").module


def _keep_shape(shape: CardShape) -> list[str]:
    """Run the macro once with stand-ins. The pieces: markup, name, markup, name, ..., markup."""
    label = next((word.label for word in shape.scale if word.key == shape.answer), "")
    html = str(
        _macros().statement_card(
            {
                "id": ID,
                "title": _stand_in("title"),
                "text": _stand_in("text"),
                "chips": _stand_in("chips"),
                "answer": shape.answer,
            },
            shape.scale,
            url_for("assessment.save", statement_id=ID),
            version=_stand_in("version"),
            person=_stand_in("person") if shape.own_page else None,
            endorsement={
                "who": _stand_in("who"),
                "label": _stand_in("said"),
                "day": _stand_in("day"),
                "note": shape.since,
            }
            if shape.endorsed
            else None,
            evidence=None
            if shape.own_page
            else {"count": shape.evidence, "href": _evidence(shape)},
            notes={
                "for_self": _stand_in("own"),
                "for_reviewer": _stand_in("reviewer"),
                "any": shape.noted,
            },
            previous={
                "key": shape.answer,
                "label": label,
                "day": _stand_in("given"),
                "ticked": shape.ticked,
            }
            if shape.dated
            else None,
            imported=imported_words(shape.imported, _stand_in("stored"), _stand_in("listed")),
            href="" if shape.own_page else url_for("statements.show", statement_id=ID),
            state=_stand_in("state"),
            level=2 if shape.own_page else 3,
            title_hidden=shape.own_page,
            earlier=_stand_in("earlier") if shape.again else "",
            later=_stand_in("later") if shape.waits else "",
            alone=shape.alone,
        )
    ).replace(csrf_token(), _stand_in("token"))
    pieces = CUT.split(INDENT.sub("\n", html.replace(str(ID), _stand_in("id"))))
    if len(_shapes) >= MOST_KEPT:
        _shapes.clear()
    _shapes[shape] = pieces
    return pieces


def _evidence(shape: CardShape) -> str:
    if shape.evidence:
        return url_for("statements.show", statement_id=ID, _anchor="evidence")
    return url_for("evidence.new", statement=ID)
