"""What a screen of items posts: a card for each, what the page showed of it, whether it is ticked,
and the bar.

The script sends one card as JSON; the same, strictly read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tracker.rules.drafts import Fields
from tracker.rules.errors import Invalid
from tracker.rules.frameworks.scale import Ground
from tracker.rules.reviews.responses import RETURN, ReviewerResponse
from tracker.web.ui.posted import by_id, count, text, typed_count

NAME = re.compile(
    r"(answer|ground|note|base_version|shown_answer|shown_ground|shown_note|tick)-([1-9][0-9]{0,9})"
)
ACTS = ("save", "ticked", "later")


@dataclass(frozen=True, slots=True)
class SentCard:
    """As typed. `shown_*` are what the page held: a card that is still so was not touched."""

    item_id: int
    answer: str
    ground: str
    note: str
    base_version: int
    shown_answer: str = ""
    shown_ground: str = ""
    shown_note: str = ""
    is_ticked: bool = False

    @property
    def is_touched(self) -> bool:
        is_same = (self.answer, self.ground) == (self.shown_answer, self.shown_ground)
        return not is_same or _plain(self.note) != _plain(self.shown_note)

    @property
    def typed_note(self) -> str:
        """What somebody wrote into it; "" where it is what the page showed."""
        note = _plain(self.note)
        return "" if note == _plain(self.shown_note) else note

    @property
    def typed(self) -> Fields:
        """As a draft keeps it."""
        found = (("answer", self.answer), ("ground", self.ground), ("note", self.note))
        return tuple((name, value) for name, value in found if value)

    def said(self) -> ReviewerResponse:
        """Raises Invalid: review_answer_needed, review_ground_unknown."""
        return _said(self, self.answer, self.ground)

    def said_as(self, answer: str, ground: str) -> ReviewerResponse:
        """What the bar says, with the card's own note. Raises as `said`."""
        return _said(self, answer, ground)


@dataclass(frozen=True, slots=True)
class SentScreen:
    """`act` is the button: save what was touched, the same and go on later, or answer what is
    ticked."""

    person_id: int | None
    act: str
    cards: list[SentCard]
    bar_answer: str
    bar_ground: str

    @property
    def touched(self) -> list[SentCard]:
        return [card for card in self.cards if card.is_touched]

    @property
    def ticked(self) -> list[SentCard]:
        return [card for card in self.cards if card.is_ticked]


def from_form(form: MultiDict[str, str]) -> SentScreen:
    """Raises Invalid("rating_malformed"): a field twice, a count or an item that is none."""
    fields = by_id(form, NAME)
    act = form.get("act", "save")
    return SentScreen(
        person_id=typed_count(form["person_id"]) if "person_id" in form else None,
        act=act if act in ACTS else "save",
        cards=[_card(item_id, sent) for item_id, sent in fields.items()],
        bar_answer=form.get("bar_answer", ""),
        bar_ground=form.get("bar_ground", ""),
    )


def from_json(item_id: int, body: Mapping[str, object]) -> tuple[SentCard, int | None, str]:
    """The card, the person whose page it is, and which kind of screen that is.

    Raises Invalid("rating_malformed"): a value of another type than the field's.
    """
    answer, ground, note = (text(body, name) or "" for name in ("answer", "ground", "note"))
    card = SentCard(item_id, answer, ground, note, count(body, "base_version") or 0)
    return card, count(body, "person_id"), text(body, "screen") or ""


def _card(item_id: int, sent: Mapping[str, str]) -> SentCard:
    return SentCard(
        item_id=item_id,
        answer=sent.get("answer", ""),
        ground=sent.get("ground", ""),
        note=sent.get("note", ""),
        base_version=typed_count(sent.get("base_version", "0")),
        shown_answer=sent.get("shown_answer", ""),
        shown_ground=sent.get("shown_ground", ""),
        shown_note=sent.get("shown_note", ""),
        is_ticked="tick" in sent,
    )


def _said(card: SentCard, answer: str, ground: str) -> ReviewerResponse:
    if answer == RETURN:
        return ReviewerResponse(card.item_id, None, None, card.note, card.base_version)
    if not answer:
        raise Invalid("review_answer_needed")
    try:
        how = Ground(ground) if ground else None
    except ValueError as error:
        raise Invalid("review_ground_unknown") from error
    return ReviewerResponse(card.item_id, answer, how, card.note, card.base_version)


def _plain(note: str) -> str:
    return note.replace("\r\n", "\n").strip()
