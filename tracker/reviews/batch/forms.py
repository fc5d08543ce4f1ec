"""What a screen of items posts: a card for each, what the page showed of it, whether it is ticked,
and the bar. The script sends one card as JSON: the view reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from tracker.reviews.review.rules import ReviewerResponse, response_of
from tracker.rules.drafts import Fields
from tracker.web.http.input_checks import by_id, typed_count

NAME = re.compile(
    r"(answer|ground|note|base_version|shown_answer|shown_ground|shown_note|tick)-([1-9][0-9]{0,9})"
)
ACTS = ("save", "ticked", "later")


class CardFields(NamedTuple):
    """What can be chosen and typed on a card."""

    answer: str = ""
    ground: str = ""
    note: str = ""

    @property
    def plain_note(self) -> str:
        return self.note.replace("\r\n", "\n").strip()


NOTHING = CardFields()


@dataclass(frozen=True, slots=True)
class SentCard:
    """`typed`: as it was sent. `shown`: what the page held: a card that is still so was not
    touched."""

    item_id: int
    typed: CardFields
    base_version: int
    shown: CardFields
    is_ticked: bool

    @property
    def is_touched(self) -> bool:
        return self.typed[:2] != self.shown[:2] or self.typed.plain_note != self.shown.plain_note

    @property
    def typed_note(self) -> str:
        """What somebody wrote into it; "" where it is what the page showed."""
        note = self.typed.plain_note
        return "" if note == self.shown.plain_note else note

    @property
    def draft(self) -> Fields:
        """As a draft keeps it."""
        return tuple((name, value) for name, value in self.typed._asdict().items() if value)

    def response(self, bar: CardFields | None = None) -> ReviewerResponse:
        """With what the bar says where it is given, and always with the card's own note. Raises
        Invalid, as `response_of`."""
        answer, ground, _note = self.typed if bar is None else bar
        return response_of(self.item_id, answer, ground, self.typed.note, self.base_version)


@dataclass(frozen=True, slots=True)
class SentScreen:
    """`act` is the button: save what was touched, the same and go on later, or answer what is
    ticked, as the bar says."""

    person_id: int | None
    act: str
    cards: list[SentCard]
    bar: CardFields

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
        bar=CardFields(form.get("bar_answer", ""), form.get("bar_ground", "")),
    )


def _card(item_id: int, sent: Mapping[str, str]) -> SentCard:
    return SentCard(
        item_id,
        CardFields(*(sent.get(name, "") for name in CardFields._fields)),
        typed_count(sent.get("base_version", "0")),
        CardFields(*(sent.get(f"shown_{name}", "") for name in CardFields._fields)),
        is_ticked="tick" in sent,
    )
