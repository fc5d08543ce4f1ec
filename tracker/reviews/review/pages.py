"""The pages of reviews, put together from what their side may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.policy.permissions import Subject
from tracker.record.versions import queries as versions_queries
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.reviews.batch.forms import SentCard
from tracker.reviews.handovers import queries as handovers_queries
from tracker.reviews.queue import pages as queue_pages, queries as queue_queries
from tracker.reviews.queue.queries import Queued
from tracker.reviews.review import (
    pages_screens as review_pages_screens,
    queries as review_queries,
    queries_items as review_queries_items,
)
from tracker.reviews.review.forms import AnswerForm
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.queries_items import Item
from tracker.reviews.review.rules import NewerAnswer
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Conflict
from tracker.web.http import access, errors, session
from tracker.web.i18n.render import render

TYPED = ("text", "reason", "note")
"""The fields of these forms in which somebody writes."""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """A form that was refused, and the item that it stands at: shown again with what was typed."""

    item_id: int
    form: FlaskForm


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text, and the statement that it was written to, with how that stands, where there are
    several."""

    text: str
    title: Wording = ""
    state: str = ""


def learner_page(review_id: int, typed: TypedForm | None = None) -> str:
    header, items = header_of(review_id), review_queries_items.for_learner(review_id)
    ids = [item.id for item in items]
    access.note_opened(review_id)
    return render(
        "reviews/show.html",
        lang=header.lang,
        header=header,
        items=items,
        returned=[item for item in items if item.status is ItemStatus.RETURNED],
        is_revealed=any(item.revealed for item in items),
        changed=review_queries_items.changed_since_sent(review_id),
        words=words_of(header),
        messages=review_queries.messages_of(ids),
        evidence=review_queries.evidence_of(ids),
        typed=typed,
        statuses=review_pages_screens.ITEM_STATUS,
        review_statuses=review_pages_screens.REVIEW_STATUS,
        went_to=handovers_queries.went_to(review_id),
    )


def item_page(
    item: Subject,
    form: AnswerForm | None = None,
    status: int = 200,
    current: NewerAnswer | None = None,
) -> ResponseReturnValue:
    """The reviewer's page of one statement. `form`: what was typed and refused; `current`: what
    another tab saved.

    Raises Conflict where something was typed and the review is over: it must not be lost.
    """
    review_id = review_pages_screens.review_of(item)
    header, items = reviewer_side(review_id)
    here = next(sent for sent in items if sent.id == item.id)
    if here.revealed or not header.is_live:
        if form is not None:
            is_withdrawn = header.status is ReviewStatus.WITHDRAWN
            raise Conflict("review_withdrawn" if is_withdrawn else "move_not_now")
        return redirect(review_pages_screens.reviewer_href(header, items), 303)
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    return render(
        "reviews/item.html",
        lang=header.lang,
        header=header,
        items=items,
        here=here,
        other_wording=review_queries_items.other_wordings(
            [review_id] if header.is_moved else []
        ).get(here.id),
        words=words_of(header),
        form=form
        or AnswerForm(
            formdata=None,
            answer=here.reviewer_answer,
            ground=here.ground,
            note=here.their_note,
            version=here.version,
        ),
        current=current,
        grounds=review_pages_screens.grounds(),
        ground_words=review_pages_screens.GROUNDS,
        statuses=review_pages_screens.ITEM_STATUS,
        citations=review_queries.citations(here.statement_id),
        evidence=review_queries.evidence_of([here.id]).get(here.id, []),
        messages=review_queries.messages_of([here.id]).get(here.id, []),
        done=review_pages_screens.done(items),
        left=review_pages_screens.left(items),
        focus="go" in request.args,
        skip=review_pages_screens.next_href(review_id, items, here.position),
        screen_href=review_pages_screens.with_item(items, here.id).href,
    ), status


def check_page(review_id: int, refusal: Conflict | None = None) -> ResponseReturnValue:
    """All answers on one page, before the learner's are shown. `refusal`: why they weren't."""
    header, items = reviewer_side(review_id)
    if not (header.is_live and review_pages_screens.is_under_way(items)):
        if refusal is not None:
            raise refusal
        return redirect(review_pages_screens.reviewer_href(header, items))
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    return render(
        "reviews/check.html",
        lang=header.lang,
        header=header,
        items=items,
        words=words_of(header),
        grounds=review_pages_screens.GROUNDS,
        statuses=review_pages_screens.ITEM_STATUS,
        is_ready=review_pages_screens.is_ready(items),
        waiting=review_pages_screens.waiting(items),
        has_answers=any(item.status is ItemStatus.ANSWERED for item in items),
        returned=sum(item.status is ItemStatus.RETURNED for item in items),
        version=sum(item.version for item in items),
        messages=review_queries.messages_of(item.id for item in items),
        go_on=review_pages_screens.following_href(review_id, review_pages_screens.of_review(items)),
        next_review=next_review(review_id),
        why=errors.message_for(refusal) if refusal is not None else "",
    ), 200 if refusal is None else 409


def next_review(after_id: int) -> Queued | None:
    """What the reviewer can go on with after this one."""
    return queue_pages.next_review(queue_queries.inbox(session.actor(), session.today()), after_id)


def header_of(review_id: int) -> ReviewHeader:
    return review_queries.header(review_id, session.today())


def reviewer_side(review_id: int) -> tuple[ReviewHeader, list[Item]]:
    return header_of(review_id), review_queries_items.for_reviewer(review_id)


def words_of(header: ReviewHeader) -> review_pages_screens.ReviewLabels:
    return review_pages_screens.ReviewLabels.of(versions_queries.scale(header.framework_id), header)


def is_learner(subject: Subject) -> bool:
    return subject.owner_id == session.actor().person_id


def items_of(subject: Subject) -> list[Item]:
    """Of the review, as whoever is signed in may see them."""
    read = (
        review_queries_items.for_learner
        if is_learner(subject)
        else review_queries_items.for_reviewer
    )
    return read(review_pages_screens.review_of(subject))


def at(item: Subject) -> str:
    return url_for(
        "reviews.differences",
        review_id=review_pages_screens.review_of(item),
        _anchor=f"item-{item.id}",
    )


def is_sealed(header: ReviewHeader) -> bool:
    """Whether there is nothing yet, or nothing any more, that the two may see of each other."""
    return header.revealed_at is None and (
        header.is_live or header.status is ReviewStatus.WITHDRAWN
    )


def conflict_page(refusal: Conflict, typed: Sequence[SentCard] = ()) -> ResponseReturnValue:
    """409. Each side sees what it may see of the other's, as on every page of the review. `typed`:
    the cards of a screen, where it was one."""
    asked = access.asked_for()
    review_id = asked.subject.review_id if asked is not None else None
    if asked is None or review_id is None or errors.wants_json():
        return errors.refused(refusal)
    item_id = asked.subject.id if asked.record == "item" else None
    header = header_of(review_id)
    items, of_learner = items_of(asked.subject), is_learner(asked.subject)
    if of_learner and not any(item.revealed for item in items):
        href = url_for("reviews.show", review_id=review_id)
    else:
        href = (
            review_pages_screens.outcome_href(header)
            if of_learner
            else review_pages_screens.reviewer_href(header, items)
        )
    return render(
        "reviews/conflict.html",
        lang=header.lang,
        header=header,
        why=errors.message_for(refusal),
        href=href,
        is_learner=of_learner,
        by_other=review_queries.changed_by_other(review_id, session.actor().person_id),
        item=next((item for item in items if item.id == item_id), None),
        statuses=review_pages_screens.ITEM_STATUS,
        review_statuses=review_pages_screens.REVIEW_STATUS,
        typed=[*_written(), *_on_cards(typed, items)],
    ), 409


def conflict_page_of_many(
    refusal: Conflict, typed: Sequence[SentCard], href: str
) -> ResponseReturnValue:
    """409, of a screen across reviews of which nothing is with the reviewer any more: no name is
    told."""
    return render(
        "reviews/conflict.html",
        header=None,
        why=errors.message_for(refusal),
        href=href,
        typed=_on_cards(typed, []),
    ), 409


def _written() -> list[TypedText]:
    return [TypedText(text) for name in TYPED if (text := request.form.get(name, "").strip())]


def _on_cards(cards: Sequence[SentCard], items: Sequence[Item]) -> list[TypedText]:
    by_id = {item.id: item for item in items}
    texts = []
    for card in cards:
        item = by_id.get(card.item_id)
        if card.typed_note and item is not None and item.status is not None:
            state = str(review_pages_screens.ITEM_STATUS[item.status])
            texts.append(TypedText(card.typed_note, str(item.title), state))
        elif card.typed_note:
            texts.append(TypedText(card.typed_note))
    return texts
