"""A move of a review that somebody else made impossible: what was not done, how it stands now, and
what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue

from tracker.queries.reviews import items as review_items
from tracker.queries.reviews.items import Item
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.wording import Wording
from tracker.web.http import access, errors
from tracker.web.i18n.render import render
from tracker.web.reviews import labels, pages, screens
from tracker.web.reviews.batch.forms import SentCard

TYPED = ("text", "reason", "note")
"""The fields of these forms in which somebody writes."""


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text, and the statement that it was written to, with how that stands, where there are
    several."""

    text: str
    title: Wording = ""
    state: str = ""


def page(refusal: Conflict, typed: Sequence[SentCard] = ()) -> ResponseReturnValue:
    """409. Each side sees what it may see of the other's, as on every page of the review. `typed`:
    the cards of a screen, where it was one."""
    asked = access.asked_for()
    review_id = asked.subject.review_id if asked is not None else None
    if asked is None or review_id is None or errors.wants_json():
        return errors.refused(refusal)
    item_id = asked.subject.id if asked.record == "item" else None
    header = pages.header_of(review_id)
    is_learner = pages.is_learner(asked.subject)
    items = (
        review_items.for_learner(review_id) if is_learner else review_items.for_reviewer(review_id)
    )
    if is_learner:
        is_shown = any(item.revealed for item in items)
        href = (
            pages.outcome_href(header) if is_shown else url_for("reviews.show", review_id=review_id)
        )
    else:
        href = screens.reviewer_href(header, items)
    return render(
        "reviews/conflict.html",
        lang=header.lang,
        header=header,
        said=errors.message_for(refusal),
        href=href,
        is_learner=is_learner,
        item=next((item for item in items if item.id == item_id), None),
        statuses=labels.ITEM_STATUS,
        review_statuses=labels.REVIEW_STATUS,
        typed=[*_written(), *_on_cards(typed, items)],
    ), 409


def page_of_many(refusal: Conflict, typed: Sequence[SentCard], href: str) -> ResponseReturnValue:
    """409, of a screen across reviews of which nothing is with the reviewer any more: no name is
    told."""
    return render(
        "reviews/conflict.html",
        header=None,
        said=errors.message_for(refusal),
        href=href,
        typed=_on_cards(typed, []),
    ), 409


def _written() -> list[TypedText]:
    return [TypedText(text) for name in TYPED if (text := request.form.get(name, "").strip())]


def _on_cards(cards: Sequence[SentCard], items: Sequence[Item]) -> list[TypedText]:
    by_id = {item.id: item for item in items}
    found = []
    for card in cards:
        item = by_id.get(card.item_id)
        if card.typed_note and item is not None and item.status is not None:
            found.append(
                TypedText(card.typed_note, str(item.title), str(labels.ITEM_STATUS[item.status]))
            )
        elif card.typed_note:
            found.append(TypedText(card.typed_note))
    return found
