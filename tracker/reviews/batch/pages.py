"""The two kinds of screens on which a reviewer answers."""

from collections.abc import Mapping

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.record.versions import queries as versions
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.batch import pages_cards as cards
from tracker.reviews.batch import queries as batches
from tracker.reviews.batch.forms import SentScreen
from tracker.reviews.batch.queries import Shared
from tracker.reviews.review import pages
from tracker.reviews.review import pages_labels as labels
from tracker.reviews.review import pages_screens as screens
from tracker.reviews.review import queries as review_headers
from tracker.reviews.review import queries_details as item_details
from tracker.reviews.review import queries_items as review_items
from tracker.reviews.review.pages_labels import ReviewLabels
from tracker.reviews.review.pages_screens import Screen
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.pagination import next_after
from tracker.web.http import access, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render


def screen_page(
    review_id: int, number: int, sent: SentScreen | None = None, refusal: Refusal | None = None
) -> str:
    """404 where the review has no such screen; once there is nothing to answer any more, on to
    where the review is.

    Raises Conflict where something was sent then: what was typed must not be lost.
    """
    header, items = pages.reviewer_side(review_id)
    of_review = screens.of_review(items)
    here = _numbered(of_review, number)
    if not header.is_live or all(item.revealed or item.status in cards.GONE for item in here.items):
        if sent is not None:
            is_withdrawn = header.status is ReviewStatus.WITHDRAWN
            raise Conflict("review_withdrawn" if is_withdrawn else "move_not_now")
        abort(redirect(screens.reviewer_href(header, items), 303))
    access.note_look(header.learner_id, "review")
    access.note_opened(review_id)
    words, place = pages.words_of(header), ""
    if len(of_review) > 1:
        place = _("Screen %(number)s of %(count)s", number=number, count=len(of_review))
    following = screens.following(of_review, number)
    return render(
        "reviews/batch/screen.html",
        lang=header.lang,
        header=header,
        here=here,
        words=words,
        items=items,
        place=place,
        screen_links=[_nav(screen, here) for screen in mark_language(of_review, header.lang)],
        screen=cards.screen(
            [item for item in here.items if not item.revealed],
            {review_id: header},
            {review_id: words},
            sent,
            refusal,
            several="several" in request.args,
        ),
        done=screens.done(items),
        left=screens.left(items),
        grounds=labels.grounds(),
        following_href=screens.following_href(review_id, of_review, number),
        following_title=_("Next: screen %(number)s", number=following.number)
        if following is not None
        else _("Check all answers"),
    )


def after_screen(review_id: int, number: int, *, stay: bool) -> str:
    """`stay`: on this screen, for more to tick, while something of it waits."""
    of_review = screens.of_review(review_items.for_reviewer(review_id))
    if stay and _numbered(of_review, number).waiting:
        return url_for("batch_review.screen", review_id=review_id, number=number, several=1)
    return screens.following_href(review_id, of_review, number)


def items_of_screen(review_id: int, number: int) -> set[int]:
    of_review = screens.of_review(review_items.for_reviewer(review_id))
    return {item.id for item in _numbered(of_review, number).items}


def review_later(review_id: int) -> str:
    """The message for a reviewer who stops for now."""
    header, items = pages.reviewer_side(review_id)
    return ngettext(
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statement waits for you.",
        "Your answers about %(name)s are saved. Nobody sees them before you reveal them. %(num)d "
        "statements wait for you.",
        len(screens.waiting(items)),
        name=header.learner,
    )


def statement_page(
    statement_id: int, sent: SentScreen | None = None, refusal: Refusal | None = None
) -> str:
    """404 where the actor has nothing of it in a review that is under way."""
    actor, today = session.actor(), session.today()
    waiting = batches.of_statement(actor, statement_id, today)
    if not waiting:
        abort(404)
    headers = review_headers.headers({item.review_id for item in waiting}, today)
    items = cards.by_name(waiting, headers)
    first = headers[items[0].review_id]
    scale = versions.scale(first.framework_id)
    access.note_looks((header.learner_id for header in headers.values()), "review")
    for review_id in headers:
        access.note_opened(review_id)
    following = mark_language(_following(batches.shared(actor, today), statement_id))
    return render(
        "reviews/batch/statement.html",
        lang=first.lang,
        help=first.help,
        here=items[0],
        items=items,
        words=ReviewLabels.of(scale, None),
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
        done=screens.done(items),
        left=screens.left(items),
        following_href=_statement_href(following) or url_for("reviews.index"),
        following_title=_("Next: %(page)s", page=following.title)
        if following is not None
        else _("Back to the reviews"),
    )


def after_statement(statement_id: int, *, stay: bool) -> str:
    actor, today = session.actor(), session.today()
    if stay and screens.waiting(batches.of_statement(actor, statement_id, today)):
        return url_for("batch_review.statement", statement_id=statement_id, several=1)
    following = _following(batches.shared(actor, today), statement_id)
    return _statement_href(following) or url_for("batch_review.shared")


def statement_later(statement_id: int) -> str:
    items = batches.of_statement(session.actor(), statement_id, session.today())
    return ngettext(
        "Your answers are saved. Nobody sees them before you reveal them. For this statement "
        "%(num)d person waits for you.",
        "Your answers are saved. Nobody sees them before you reveal them. For this statement "
        "%(num)d people wait for you.",
        len(screens.waiting(items)),
    )


def _following(shared: list[Shared], statement_id: int) -> Shared | None:
    """The next statement that waits from several, after this one and round to the first."""
    return next_after(shared, lambda one: one.statement_id == statement_id, lambda _one: True)


def _statement_href(of: Shared | None) -> str | None:
    if of is None:
        return None
    return url_for("batch_review.statement", statement_id=of.statement_id)


def _numbered(of_review: list[Screen], number: int) -> Screen:
    """404 where there is none."""
    if number > len(of_review):
        abort(404)
    return of_review[number - 1]


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
