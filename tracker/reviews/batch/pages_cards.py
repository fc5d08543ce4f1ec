"""A screen of items to answer: the cards with what stands or what was typed, and what came of what
was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext as _

from tracker.queries.access import drafts
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.batch.forms import NOTHING, CardFields, SentCard, SentScreen
from tracker.reviews.review import (
    pages_labels as labels,
    pages_screens as screens,
    queries_details as item_details,
    queries_items as review_items,
)
from tracker.reviews.review.pages_labels import ReviewLabels
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.queries_details import Message, SentEvidence
from tracker.reviews.review.queries_items import Item, OtherWording
from tracker.reviews.review.rules import RETURN, NewerAnswer, ReviewerResponse, newer_in, says_how
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.names import folded
from tracker.web.http import errors, session
from tracker.web.i18n.content_language import mark_language

GONE = (ItemStatus.DROPPED, ItemStatus.HANDED_ON)
"""Without a card: nothing can come of it here any more."""


@dataclass(frozen=True, slots=True)
class ItemCard:
    """`stands`: what is saved of it, or begun; `typed`: what was sent, and stays chosen; `refusal`:
    what is wrong with that, said at the card."""

    item: Item
    header: ReviewHeader
    words: ReviewLabels
    other_wording: OtherWording | None
    stands: CardFields
    typed: SentCard | None
    is_ticked: bool
    refusal: Refusal | None

    @property
    def can_answer(self) -> bool:
        return self.item.can(Move.ANSWER)

    @property
    def chosen(self) -> CardFields:
        return self.stands if self.typed is None else self.typed.typed

    @property
    def compared(self) -> SentCard | None:
        """What was sent, where it is still compared with what its page showed: not where another
        page saved something meanwhile."""
        return None if newer_in(self.refusal) is not None else self.typed

    @property
    def shown(self) -> CardFields:
        return self.stands if self.compared is None else self.compared.shown

    @property
    def version(self) -> int:
        return self.item.version if self.compared is None else self.compared.base_version

    @property
    def problem(self) -> str:
        return errors.message_for(self.refusal) if self.refusal is not None else ""

    @property
    def other(self) -> str:
        """What another page saved meanwhile, in words."""
        newer = newer_in(self.refusal)
        return saved_meanwhile(newer, self.words) if newer is not None else ""


@dataclass(frozen=True, slots=True)
class BatchScreen:
    """The cards, what lies beside them by item, and what came of what was sent.

    `several`: one answer can be given for what is ticked. `moved_on`: what was sent and can be
    answered here no more, by name. `lost`: the notes that were typed to such.
    """

    cards: list[ItemCard]
    evidence: Mapping[int, list[SentEvidence]]
    messages: Mapping[int, list[Message]]
    sent: SentScreen | None
    why_refused: str
    several: bool
    moved_on: list[str]
    lost: list[str]

    @property
    def waiting(self) -> int:
        return len(screens.waiting([card.item for card in self.cards]))

    @property
    def asks_several(self) -> int | None:
        """As the address says it."""
        return 1 if self.several else None

    @property
    def refused(self) -> list[ItemCard]:
        return [card for card in self.cards if card.problem]

    @property
    def first(self) -> ItemCard | None:
        """The first card without an answer, else the first that can have another."""
        cards = [card for card in self.cards if card.can_answer]
        return next((card for card in cards if not card.chosen.answer), cards[0] if cards else None)


def screen(
    items: Sequence[Item],
    headers: Mapping[int, ReviewHeader],
    words: Mapping[int, ReviewLabels],
    sent: SentScreen | None = None,
    refusal: Refusal | None = None,
) -> BatchScreen:
    """Of items in their order; headers and words are by review. `refusal`: why what was sent was
    not taken. All are of one framework."""
    lang = next((header.lang for header in headers.values()), "")
    moved = [review_id for review_id, header in headers.items() if header.is_moved]
    others = review_items.other_wordings(moved)
    items, words, others = mark_language((items, words, others), lang)
    typed = {card.item_id: card for card in sent.touched} if sent is not None else {}
    ticked = {card.item_id for card in sent.ticked} if sent is not None else set()
    problems, begun = errors.refused_rows(refusal), _begun()
    cards = [
        ItemCard(
            item=item,
            header=headers[item.review_id],
            words=words[item.review_id],
            other_wording=others.get(item.id),
            stands=_stands(item, begun.get(str(item.id), NOTHING)),
            typed=typed.get(item.id),
            is_ticked=item.id in ticked,
            refusal=problems.get(item.id),
        )
        for item in items
        if item.status not in GONE
    ]
    ids = [item.id for item in items]
    names = {
        item.id: _("%(name)s: %(title)s", name=headers[item.review_id].learner, title=item.title)
        for item in items
    }
    gone_by = _("a statement that isn’t with you anymore")
    answerable = {item.id for item in items if item.can(Move.ANSWER)}
    lost = [card.typed_note for card in typed.values() if card.item_id not in answerable]
    return BatchScreen(
        cards=cards,
        evidence=item_details.evidence_of(ids),
        messages=item_details.messages_of(ids),
        sent=sent,
        why_refused=errors.message_for(refusal) if refusal is not None else "",
        several="several" in request.args or bool(ticked),
        moved_on=[names.get(item_id, gone_by) for item_id in sorted(problems.keys() - answerable)],
        lost=[note for note in lost if note],
    )


def wanted(sent: SentScreen, of_screen: set[int]) -> list[ReviewerResponse]:
    """What was said to which items: with the button for what is ticked, to those and to no other.

    Raises Invalid: review_nothing_ticked, review_bar_needed; Conflict("answers_refused") with
    `rows`, of which move_not_now says that an item is not of this screen any more.
    """
    bar = sent.bar if sent.act == "ticked" else None
    cards = sent.touched if bar is None else sent.ticked
    if bar is not None and not cards:
        raise Invalid("review_nothing_ticked")
    if bar is not None and not bar.answer:
        raise Invalid("review_bar_needed")
    refused: dict[int, Refusal] = {
        card.item_id: Conflict("move_not_now") for card in cards if card.item_id not in of_screen
    }
    responses = []
    for card in cards:
        try:
            responses.append(card.response(bar))
        except Invalid as refusal:
            refused[card.item_id] = refusal
    if refused:
        raise Conflict("answers_refused", rows=refused)
    return responses


def left_alone(sent: SentScreen) -> SentScreen:
    """What was typed at cards that the button for ticked ones leaves out: it must not be lost."""
    cards = [card for card in sent.touched if not card.is_ticked] if sent.act == "ticked" else []
    return replace(sent, cards=cards, bar=NOTHING)


def by_name(items: Sequence[Item], headers: Mapping[int, ReviewHeader]) -> list[Item]:
    """People in the order of their names: nothing that is sealed can be read off it."""
    return sorted(items, key=lambda item: (folded(headers[item.review_id].learner), item.id))


def _begun() -> dict[str, CardFields]:
    """What was chosen and typed to items and is no answer yet, by item."""
    begun = {}
    for header, fields in drafts.all_fields(session.actor().person_id, RESPONSE):
        kept = dict(fields or ())
        begun[header.subject] = CardFields(*(kept.get(name, "") for name in CardFields._fields))
    return begun


def _stands(item: Item, begun: CardFields) -> CardFields:
    """The draft where it is incomplete, else what is saved. A complete draft was never sent: only
    its note is shown."""
    answer, ground, note = begun
    if answer and (answer == RETURN or not says_how(answer, ground, note)):
        return begun
    if item.reviewer_answer:
        return CardFields(item.reviewer_answer, item.ground or "", item.their_note)
    return CardFields("", item.ground or "", note)


def saved_meanwhile(current: NewerAnswer, words: ReviewLabels) -> str:
    """What the other page saved: answer, ground and note."""
    parts = [words.by_reviewer(current.answer) if current.answer else _("no answer")]
    if current.ground:
        parts.append(str(labels.GROUNDS[current.ground]))
    if current.note:
        parts.append(_("“%(note)s”", note=current.note))
    return _("Saved meanwhile: %(answer)s", answer=", ".join(parts))
