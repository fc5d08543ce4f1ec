"""A screen of items to answer: the cards with what stands or what was typed, and what came of what
was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _

from tracker.queries.access import drafts
from tracker.queries.reviews import item_details
from tracker.queries.reviews import items as review_items
from tracker.queries.reviews.headers import ReviewHeader
from tracker.queries.reviews.item_details import Message, SentEvidence
from tracker.queries.reviews.items import Item, OtherWording
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.frameworks.scale import Ground
from tracker.rules.names import folded
from tracker.rules.reviews.responses import RETURN, NewerAnswer, ReviewerResponse, says_how
from tracker.rules.reviews.workflow import ItemStatus, Move
from tracker.web.http import errors, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.reviews import labels, progress
from tracker.web.reviews.batch.forms import SentCard, SentScreen
from tracker.web.reviews.labels import ReviewLabels

GONE = (ItemStatus.DROPPED, ItemStatus.HANDED_ON)
"""Without a card: nothing can come of it here any more."""


@dataclass(frozen=True, slots=True)
class ItemCard:
    """`answer`, `ground` and `note` are chosen; `shown_*` and `version` are what they are compared
    with.

    `problem`: what is wrong with it, said at the card. `other`: what another page saved meanwhile,
    in words.
    """

    item: Item
    header: ReviewHeader
    words: ReviewLabels
    answer: str
    ground: str
    note: str
    shown_answer: str
    shown_ground: str
    shown_note: str
    version: int
    other_wording: OtherWording | None
    is_ticked: bool
    problem: str
    other: str

    @property
    def can_answer(self) -> bool:
        return self.item.can(Move.ANSWER)


@dataclass(frozen=True, slots=True)
class BatchScreen:
    """The cards, what lies beside them by item, and what came of what was sent.

    `several`: one answer can be given for what is ticked.
    `moved_on`: what was sent and can be answered here no more, by name. `lost`: the notes that were
    typed to such.
    """

    cards: list[ItemCard]
    evidence: Mapping[int, list[SentEvidence]]
    messages: Mapping[int, list[Message]]
    sent: SentScreen | None
    said: str
    several: bool
    moved_on: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return len(progress.waiting([card.item for card in self.cards]))


def screen(
    items: Sequence[Item],
    headers: Mapping[int, ReviewHeader],
    words: Mapping[int, ReviewLabels],
    sent: SentScreen | None = None,
    refusal: Refusal | None = None,
    *,
    several: bool = False,
) -> BatchScreen:
    """Of items in their order; headers and words are by review. `refusal`: why what was sent was
    not taken; `several`: whether to tick was asked for. All are of one framework."""
    lang = next((header.lang for header in headers.values()), "")
    moved = [review_id for review_id, header in headers.items() if header.is_moved]
    others = review_items.other_wordings(moved)
    items, words, others = mark_language((items, words, others), lang)
    typed = {card.item_id: card for card in sent.touched} if sent is not None else {}
    ticked = {card.item_id for card in sent.ticked} if sent is not None else set()
    problems = errors.refused_rows(refusal)
    begun = _begun()
    cards = [
        _card(
            item,
            headers[item.review_id],
            words[item.review_id],
            others.get(item.id),
            typed.get(item.id),
            item.id in ticked,
            problems.get(item.id),
            begun.get(str(item.id), {}),
        )
        for item in items
        if item.status not in GONE
    ]
    ids = [item.id for item in items]
    answerable = {item.id for item in items if item.can(Move.ANSWER)}
    gone = problems.keys() - answerable
    names = {
        item.id: _("%(name)s: %(title)s", name=headers[item.review_id].learner, title=item.title)
        for item in items
    }
    return BatchScreen(
        cards=cards,
        evidence=item_details.evidence_of(ids),
        messages=item_details.messages_of(ids),
        sent=sent,
        said=errors.message_for(refusal) if refusal is not None else "",
        several=several or bool(ticked),
        moved_on=[
            names.get(item_id, _("a statement that isn’t with you anymore"))
            for item_id in sorted(gone)
        ],
        lost=[
            card.typed_note
            for card in typed.values()
            if card.item_id not in answerable and card.typed_note
        ],
    )


def wanted(sent: SentScreen, of_screen: set[int]) -> list[ReviewerResponse]:
    """What was said to which items: with the button for what is ticked, to those and to no other.

    Raises Invalid: review_nothing_ticked, review_bar_needed; Conflict("answers_refused") with
    `rows`, of which move_not_now says that an item is not of this screen any more.
    """
    is_bar = sent.act == "ticked"
    cards = sent.ticked if is_bar else sent.touched
    if is_bar and not cards:
        raise Invalid("review_nothing_ticked")
    if is_bar and not sent.bar_answer:
        raise Invalid("review_bar_needed")
    refused: dict[int, Refusal] = {
        card.item_id: Conflict("move_not_now") for card in cards if card.item_id not in of_screen
    }
    found = []
    for card in cards:
        try:
            found.append(card.said_as(sent.bar_answer, sent.bar_ground) if is_bar else card.said())
        except Invalid as refusal:
            refused[card.item_id] = refusal
    if refused:
        raise Conflict("answers_refused", rows=refused)
    return found


def left_alone(sent: SentScreen) -> SentScreen:
    """What was typed, but not sent by the button for what is ticked: it must not be lost."""
    cards = [card for card in sent.touched if not card.is_ticked] if sent.act == "ticked" else []
    return replace(sent, cards=cards, bar_answer="", bar_ground="")


def by_name(items: Sequence[Item], headers: Mapping[int, ReviewHeader]) -> list[Item]:
    """People in the order of their names: nothing that is sealed can be read off it."""
    return sorted(items, key=lambda item: (folded(headers[item.review_id].learner), item.id))


def _begun() -> dict[str, dict[str, str]]:
    """What was chosen and typed to items and is no answer yet, by item."""
    found = drafts.all_fields(session.actor().person_id, RESPONSE)
    return {header.subject: dict(fields or ()) for header, fields in found}


def _stands(item: Item, words: ReviewLabels, begun: Mapping[str, str]) -> tuple[str, str, str]:
    """Answer, ground and note: what was begun and is not whole, else what is saved. What is whole
    in a draft was never sent: only its note is shown."""
    answer, ground, note = (begun.get(name, "") for name in ("answer", "ground", "note"))
    how = Ground(ground) if ground in list(Ground) else None
    if answer and (answer == RETURN or not says_how(answer, how, note, words.steps)):
        return answer, ground, note
    return item.theirs or "", item.ground or "", item.their_note if item.theirs else note


def _card(
    item: Item,
    header: ReviewHeader,
    words: ReviewLabels,
    other_wording: OtherWording | None,
    typed: SentCard | None,
    is_ticked: bool,
    problem: Refusal | None,
    begun: Mapping[str, str],
) -> ItemCard:
    stands = _stands(item, words, begun)
    current = problem.facts.get("current") if problem is not None else None
    is_compared = typed is None or isinstance(current, NewerAnswer)
    shown = (
        stands
        if is_compared or typed is None
        else (typed.shown_answer, typed.shown_ground, typed.shown_note)
    )
    chosen = stands if typed is None else (typed.answer, typed.ground, typed.note)
    return ItemCard(
        item=item,
        header=header,
        words=words,
        answer=chosen[0],
        ground=chosen[1],
        note=chosen[2],
        shown_answer=shown[0],
        shown_ground=shown[1],
        shown_note=shown[2],
        version=item.version if is_compared or typed is None else typed.base_version,
        other_wording=other_wording,
        is_ticked=is_ticked,
        problem=errors.message_for(problem) if problem is not None else "",
        other=saved_meanwhile(current, words) if isinstance(current, NewerAnswer) else "",
    )


def saved_meanwhile(current: NewerAnswer, words: ReviewLabels) -> str:
    """What the other page saved: answer, ground and note."""
    parts = [words.theirs(current.answer) if current.answer else _("no answer")]
    if current.ground:
        parts.append(str(labels.GROUNDS[current.ground]))
    if current.note:
        parts.append(_("“%(note)s”", note=current.note))
    return str(_("Saved meanwhile: %(answer)s", answer=", ".join(parts)))
