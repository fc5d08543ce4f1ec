"""The two kinds of screens on which a reviewer answers, and what the script is told of a saved
answer."""

from collections.abc import Mapping

from flask import abort, redirect, request, url_for
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
from tracker.web.reviews import labels, pages, progress, screens
from tracker.web.reviews.batch import cards
from tracker.web.reviews.batch.forms import SentScreen
from tracker.web.reviews.labels import ReviewLabels
from tracker.web.reviews.screens import Screen


def screen_page(
    review_id: int, number: int, sent: SentScreen | None = None, refusal: Refusal | None = None
) -> str:
    """404 where the review has no such screen; once there is nothing to answer any more, on to
    where the review is.

    Raises Conflict where something was sent then: what was typed must not be lost.
    """
    header, items = pages.reviewer_side(review_id)
    found = screens.of_review(items)
    here = _numbered(found, number)
    if not header.is_live or all(item.revealed or item.status in cards.GONE for item in here.items):
        if sent is not None:
            is_withdrawn = header.status is ReviewStatus.WITHDRAWN
            raise Conflict("review_withdrawn" if is_withdrawn else "move_not_now")
        abort(redirect(screens.reviewer_href(header, items), 303))
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    words = pages.words_of(header)
    return render(
        "reviews/batch/screen.html",
        lang=header.lang,
        header=header,
        here=here,
        words=words,
        items=items,
        screens=found,
        screen=cards.screen(
            [item for item in here.items if not item.revealed],
            {review_id: header},
            {review_id: words},
            sent,
            refusal,
            several="several" in request.args,
        ),
        done=progress.done(items),
        left=pages.left(items),
        grounds=labels.grounds(),
        following=screens.following(found, number),
    )


def after_screen(review_id: int, number: int, *, stay: bool) -> str:
    """`stay`: on this screen, for more to tick, while something of it waits."""
    found = screens.of_review(review_items.for_reviewer(review_id))
    if stay and _numbered(found, number).waiting:
        return url_for("batch_review.screen", review_id=review_id, number=number, several=1)
    return screens.following_href(review_id, found, number)


def items_of_screen(review_id: int, number: int) -> set[int]:
    found = screens.of_review(review_items.for_reviewer(review_id))
    return {item.id for item in _numbered(found, number).items}


def review_later(review_id: int) -> str:
    """What somebody is told who stops for now."""
    header, items = pages.reviewer_side(review_id)
    said: str = ngettext(
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statement waits for you.",
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statements wait for you.",
        len(progress.waiting(items)),
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
            several="several" in request.args,
        ),
        citations=item_details.citations(statement_id),
        grounds=labels.grounds(),
        done=progress.done(items),
        left=pages.left(items),
        following=_following(shared, statement_id),
    )


def after_statement(statement_id: int, *, stay: bool) -> str:
    actor, today = session.actor(), session.today()
    if stay and progress.waiting(batches.of_statement(actor, statement_id, today)):
        return url_for("batch_review.statement", statement_id=statement_id, several=1)
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
        len(progress.waiting(items)),
    )
    return said


def saved(subject: Subject, kind: str) -> Mapping[str, object]:
    """How the item stands now, and how far one is: with its statement across people, or with its
    review and the screen of that."""
    items = review_items.for_reviewer(pages.review_of(subject))
    item = next(each for each in items if each.id == subject.id)
    here = screens.with_item(items, item.id)
    if kind == "statement":
        items = batches.of_statement(session.actor(), item.statement_id, session.today())
    return {
        "version": item.version,
        "is_returned": item.status is ItemStatus.RETURNED,
        "rated": progress.done(items),
        "page_nav": {here.key: here.done},
        "left": pages.left(items),
        "turn": sum(each.version for each in items),
    }


def _following(shared: list[Shared], statement_id: int) -> Shared | None:
    """The next statement that waits from several, after this one and round to the first."""
    return next_after(shared, lambda each: each.statement_id == statement_id, lambda _each: True)


def _numbered(found: list[Screen], number: int) -> Screen:
    """404 where there is none."""
    if number > len(found):
        abort(404)
    return found[number - 1]


def _reviews(items: list[Item]) -> set[int]:
    return {item.review_id for item in items}
