"""The two kinds of screens on which a reviewer answers.

A screen of items to answer: the cards with what stands or what was typed, and what came of what
was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _, ngettext

from tracker.queries.access import drafts as core_drafts_queries
from tracker.record.versions import queries as versions_queries
from tracker.record.workflow.rules import ItemStatus, Move, ReviewStatus
from tracker.reviews.batch import queries as batch_queries
from tracker.reviews.batch.forms import NOTHING, CardFields, SentCard, SentScreen
from tracker.reviews.batch.queries import Shared
from tracker.reviews.review import (
    pages as review_pages,
    pages_screens as review_pages_screens,
    queries as review_queries,
    queries_items as review_queries_items,
)
from tracker.reviews.review.pages_screens import ReviewLabels, Screen
from tracker.reviews.review.queries import Message, ReviewHeader, SentEvidence
from tracker.reviews.review.queries_items import Item, OtherWording
from tracker.reviews.review.rules import RETURN, NewerAnswer, ReviewerResponse, newer_in, says_how
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.names import folded
from tracker.rules.pagination import next_after
from tracker.web.http import access, errors, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render

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
        return len(review_pages_screens.waiting([card.item for card in self.cards]))

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
    others = review_queries_items.other_wordings(moved)
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
        evidence=review_queries.evidence_of(ids),
        messages=review_queries.messages_of(ids),
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
    for header, fields in core_drafts_queries.all_fields(session.actor().person_id, RESPONSE):
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
        parts.append(str(review_pages_screens.GROUNDS[current.ground]))
    if current.note:
        parts.append(_("“%(note)s”", note=current.note))
    return _("Saved meanwhile: %(answer)s", answer=", ".join(parts))


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """A screen of a review, by its number."""

    review_id: int
    number: int

    def ids(self) -> set[int]:
        """The items that can be answered here."""
        return {item.id for item in self._here(self._all()).items}

    def page(self, sent: SentScreen | None = None, refusal: Refusal | None = None) -> str:
        """404 where the review has no such screen; once there is nothing to answer any more, on to
        where the review is.

        Raises Conflict where something was sent then: what was typed must not be lost.
        """
        header, items = review_pages.reviewer_side(self.review_id)
        of_review = review_pages_screens.of_review(items)
        here = self._here(of_review)
        left = [item for item in here.items if not item.revealed]
        if not header.is_live or all(item.status in GONE for item in left):
            if sent is not None:
                is_withdrawn = header.status is ReviewStatus.WITHDRAWN
                raise Conflict("review_withdrawn" if is_withdrawn else "move_not_now")
            abort(redirect(review_pages_screens.reviewer_href(header, items), 303))
        access.note_look(header.learner_id, "review")
        access.note_opened(header.id)
        words, place = review_pages.words_of(header), ""
        if len(of_review) > 1:
            place = _("Screen %(number)s of %(count)s", number=self.number, count=len(of_review))
        following = review_pages_screens.following(of_review, self.number)
        return render(
            "reviews/batch/screen.html",
            lang=header.lang,
            header=header,
            here=here,
            words=words,
            items=items,
            place=place,
            screen_links=[_nav(screen, here) for screen in mark_language(of_review, header.lang)],
            screen=screen(left, {header.id: header}, {header.id: words}, sent, refusal),
            done=review_pages_screens.done(items),
            left=review_pages_screens.left(items),
            grounds=review_pages_screens.grounds(),
            following_href=review_pages_screens.following_href(header.id, of_review, self.number),
            following_title=_("Next: screen %(number)s", number=following.number)
            if following is not None
            else _("Check all answers"),
        )

    def href_after(self, *, stay: bool) -> str:
        """`stay`: on this screen, for more to tick, while something of it waits."""
        of_review = self._all()
        if stay and (here := self._here(of_review)).waiting:
            return f"{here.href}?several=1"
        return review_pages_screens.following_href(self.review_id, of_review, self.number)

    def later(self) -> str:
        """The message for a reviewer who stops for now."""
        header, items = review_pages.reviewer_side(self.review_id)
        return ngettext(
            "Your answers about %(name)s are saved. Nobody sees them before you reveal them. "
            "%(num)d statement waits for you.",
            "Your answers about %(name)s are saved. Nobody sees them before you reveal them. "
            "%(num)d statements wait for you.",
            len(review_pages_screens.waiting(items)),
            name=header.learner,
        )

    def _all(self) -> list[Screen]:
        return review_pages_screens.of_review(review_queries_items.for_reviewer(self.review_id))

    def _here(self, of_review: list[Screen]) -> Screen:
        """404 where there is none."""
        return of_review[self.number - 1] if self.number <= len(of_review) else abort(404)


@dataclass(frozen=True, slots=True)
class StatementScreen:
    """One statement, across the people who sent it."""

    statement_id: int

    def ids(self) -> set[int]:
        return {item.id for item in self._items()}

    def page(self, sent: SentScreen | None = None, refusal: Refusal | None = None) -> str:
        """404 where the actor has nothing of it in a review that is under way."""
        today, waiting = session.today(), self._items()
        if not waiting:
            abort(404)
        headers = review_queries.headers({item.review_id for item in waiting}, today)
        items = by_name(waiting, headers)
        first = headers[items[0].review_id]
        scale = versions_queries.scale(first.framework_id)
        access.note_looks((header.learner_id for header in headers.values()), "review")
        for review_id in headers:
            access.note_opened(review_id)
        following = mark_language(self._following())
        words = {key: ReviewLabels.of(scale, header) for key, header in headers.items()}
        return render(
            "reviews/batch/statement.html",
            lang=first.lang,
            help=first.help,
            here=items[0],
            items=items,
            words=ReviewLabels.of(scale, None),
            screen=screen(items, headers, words, sent, refusal),
            done=review_pages_screens.done(items),
            left=review_pages_screens.left(items),
            grounds=review_pages_screens.grounds(),
            citations=review_queries.citations(self.statement_id),
            following_href=_statement_href(following) or url_for("reviews.index"),
            following_title=_("Next: %(page)s", page=following.title)
            if following is not None
            else _("Back to the reviews"),
        )

    def href_after(self, *, stay: bool) -> str:
        if stay and review_pages_screens.waiting(self._items()):
            return url_for("batch_review.statement", statement_id=self.statement_id, several=1)
        return _statement_href(self._following()) or url_for("batch_review.shared")

    def later(self) -> str:
        return ngettext(
            "Your answers are saved. Nobody sees them before you reveal them. For this statement "
            "%(num)d person waits for you.",
            "Your answers are saved. Nobody sees them before you reveal them. For this statement "
            "%(num)d people wait for you.",
            len(review_pages_screens.waiting(self._items())),
        )

    def _items(self) -> list[Item]:
        return batch_queries.of_statement(session.actor(), self.statement_id, session.today())

    def _following(self) -> Shared | None:
        """The next statement that waits from several, after this one and round to the first."""
        shared = batch_queries.shared(session.actor(), session.today())
        return next_after(shared, lambda one: one.statement_id == self.statement_id, bool)


def _statement_href(of: Shared | None) -> str | None:
    if of is None:
        return None
    return url_for("batch_review.statement", statement_id=of.statement_id)


def _nav(screen: Screen, here: Screen) -> Mapping[str, object]:
    """The screen in the list of all, by what stands on it."""
    first, last = screen.items[0], screen.items[-1]
    if first.domain_id != last.domain_id:
        what = _("%(first)s to %(last)s", first=first.domain, last=last.domain)
    elif first.rank != last.rank:
        levels = {"first": first.level, "last": last.level}
        what = _("%(domain)s: %(first)s to %(last)s", domain=first.domain, **levels)
    else:
        what = _("%(domain)s: %(level)s", domain=first.domain, level=first.level)
    return {
        "label": _("Screen %(number)s: %(what)s", number=screen.number, what=what),
        "href": screen.href,
        "done": screen.done,
        "total": len(screen.items),
        "current": screen.number == here.number,
        "key": screen.key,
    }
