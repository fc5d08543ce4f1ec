"""The two kinds of screens on which a reviewer answers, and what the script is told of a saved
answer."""

from collections.abc import Mapping

from flask import abort, redirect, url_for
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.reviews import batches, item_details
from tracker.queries.reviews import headers as review_headers
from tracker.queries.reviews import items as review_items
from tracker.queries.reviews.batches import Shared
from tracker.queries.reviews.items import Item
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.reviews.workflow import ItemStatus, ReviewStatus
from tracker.rules.sequences import next_after
from tracker.web.http import access, session
from tracker.web.i18n.render import render
from tracker.web.reviews import labels, pages
from tracker.web.reviews.batch import cards
from tracker.web.reviews.batch.forms import SentScreen
from tracker.web.reviews.labels import ReviewLabels

Place = tuple[int, int]
"""A level of a review: (domain, rank)."""


def level_page(
    review_id: int, here: Place, sent: SentScreen | None = None, refusal: Refusal | None = None
) -> str:
    """404 where the review has no such level; once there is nothing to answer any more, on to where
    the review is.

    Raises Conflict where something was sent then, or the review was withdrawn: what was typed must
    not be lost.
    """
    header, items = pages.reviewer_side(review_id)
    within = _within(items, here)
    if not within:
        abort(404)
    if not header.is_live or all(item.revealed or item.status in cards.GONE for item in within):
        if sent is not None and header.status is not ReviewStatus.WITHDRAWN:
            raise Conflict("move_not_now")
        abort(redirect(pages.reviewer_href(header, items), 303))
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    words = pages.words_of(header)
    groups = cards.page_nav(header, items, here)
    return render(
        "reviews/batch/level.html",
        lang=header.lang,
        header=header,
        here=within[0],
        words=words,
        items=items,
        groups=groups,
        screen=cards.screen(
            [item for item in within if not item.revealed],
            {review_id: header},
            {review_id: words},
            sent,
            refusal,
        ),
        place={"review_id": review_id, "domain_id": here[0], "rank": here[1]},
        done=labels.done(items),
        left=pages.left(items),
        grounds=labels.grounds(),
        following=next(
            (
                each
                for group in groups
                for each in group.items
                if each.href == labels.level_href(review_id, items, here)
            ),
            None,
        ),
    )


def after_level(review_id: int, here: Place, *, stay: bool) -> str:
    """`stay`: on this level while something of it waits."""
    items = review_items.for_reviewer(review_id)
    if stay and labels.waiting(_within(items, here)):
        return url_for("batch_review.level", review_id=review_id, domain_id=here[0], rank=here[1])
    return labels.level_href(review_id, items, here)


def level_later(review_id: int) -> str:
    """What somebody is told who goes on later."""
    header, items = pages.reviewer_side(review_id)
    said: str = ngettext(
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statement waits for you.",
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statements wait for you.",
        len(labels.waiting(items)),
        name=header.learner,
    )
    return said


def statement_page(
    statement_id: int, sent: SentScreen | None = None, refusal: Refusal | None = None
) -> str:
    """404 where the actor has nothing of it in a review that is under way."""
    actor, today = session.actor(), session.today()
    found = batches.of_statement(actor, statement_id, today)
    if not found:
        abort(404)
    headers = review_headers.headers(_reviews(found), today)
    items = cards.by_name(found, headers)
    scale = item_details.scale(headers[items[0].review_id].framework_id)
    access.note_looks((header.learner_id for header in headers.values()), "review")
    for review_id in headers:
        access.note_opened(review_id)
    shared = batches.shared(actor, today)
    return render(
        "reviews/batch/statement.html",
        lang=headers[items[0].review_id].lang,
        help=headers[items[0].review_id].help,
        here=items[0],
        items=items,
        words=ReviewLabels.of(scale, None),
        shared=shared,
        screen=cards.screen(
            items,
            headers,
            {key: ReviewLabels.of(scale, header) for key, header in headers.items()},
            sent,
            refusal,
        ),
        citations=item_details.citations(statement_id),
        grounds=labels.grounds(),
        done=labels.done(items),
        left=pages.left(items),
        following=_following(shared, statement_id),
    )


def after_statement(statement_id: int, *, stay: bool) -> str:
    actor, today = session.actor(), session.today()
    if stay and labels.waiting(batches.of_statement(actor, statement_id, today)):
        return url_for("batch_review.statement", statement_id=statement_id)
    following = _following(batches.shared(actor, today), statement_id)
    if following is None:
        return url_for("batch_review.shared")
    return url_for("batch_review.statement", statement_id=following.statement_id)


def statement_later(statement_id: int) -> str:
    items = batches.of_statement(session.actor(), statement_id, session.today())
    said: str = ngettext(
        "Your answers are saved. Nobody sees them before you reveal them. For this statement "
        "%(num)d person waits for you.",
        "Your answers are saved. Nobody sees them before you reveal them. For this statement "
        "%(num)d people wait for you.",
        len(labels.waiting(items)),
    )
    return said


def saved(subject: Subject, screen: str) -> Mapping[str, object]:
    """How the item stands now, and how far its screen is: that of one statement, or a level of its
    review."""
    items = review_items.for_reviewer(pages.review_of(subject))
    item = next(each for each in items if each.id == subject.id)
    if screen == "statement":
        items = batches.of_statement(session.actor(), item.statement_id, session.today())
    here = (item.domain_id, item.rank)
    return {
        "version": item.version,
        "is_returned": item.status is ItemStatus.RETURNED,
        "rated": labels.done(items),
        "page_nav": {f"{item.domain_id}-{item.rank}": labels.done(_within(items, here))},
        "left": pages.left(items),
    }


def _following(shared: list[Shared], statement_id: int) -> Shared | None:
    """The next statement that waits from several, after this one and round to the first."""
    return next_after(shared, lambda each: each.statement_id == statement_id, lambda _each: True)


def _within(items: list[Item], here: Place) -> list[Item]:
    return [item for item in items if (item.domain_id, item.rank) == here]


def _reviews(items: list[Item]) -> set[int]:
    return {item.review_id for item in items}
