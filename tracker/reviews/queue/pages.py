"""What waits for a reviewer, in the order that they ask for."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l, ngettext

from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.handovers import queries as handovers_queries
from tracker.reviews.queue import queries as queue_queries
from tracker.reviews.queue.queries import Queued
from tracker.reviews.queue.rules import DueWeek, due_week
from tracker.reviews.review import pages_screens as review_pages_screens
from tracker.rules.core.notices import NoticePage
from tracker.rules.names import folded
from tracker.web.http import access, session
from tracker.web.i18n.render import render
from tracker.web.ui.tables import Column, headings, order_asked

COLUMNS = {
    "person": Column(_l("Person")),
    "due": Column(_l("Due")),
    "done": Column(_l("Done"), is_number=True),
    "state": Column(_l("State")),
}


def index_page() -> str:
    actor, today = session.actor(), session.today()
    order = order_asked(COLUMNS, usual="due")
    access.note_opened(NoticePage.REVIEWS)
    mine, inbox = queue_queries.mine(actor, today), queue_queries.inbox(actor, today)
    chosen = selected(inbox, today)
    return render(
        "reviews/index.html",
        mine=mine,
        mine_live=[review for review in mine if review.is_live],
        mine_over=[review for review in mine if not review.is_live],
        inbox=inbox,
        inbox_over=[review for review in inbox if not review.is_live],
        is_of_several=len({review.framework for review in inbox + mine}) > 1,
        words=review_pages_screens.REVIEW_STATUS,
        chosen=chosen,
        live=sorted(chosen.reviews, key=KEYS[order.by], reverse=order.descending),
        left=partial(review_pages_screens.time_left, seconds=review_pages_screens.my_pace()),
        next_review=next_review(chosen.reviews),
        headings=headings(COLUMNS, order, "reviews.index", **chosen.kept),
        stands_in=handovers_queries.stands_in_for(actor, today),
    )


def due_on(review: Queued) -> dt.date:
    """When its next part is due: the answers, or, once something is revealed, its end."""
    return review.differences_due_on or review.due_on


def waits(review: Queued) -> bool:
    """Whether its learner waits for the reviewer."""
    return review.is_live and bool(review.waiting or review.is_to_check or review.to_confirm)


def _in_week(week: DueWeek) -> Callable[[Queued, dt.date], bool]:
    return lambda review, today: waits(review) and due_week(due_on(review), today) is week


SHOWN: dict[str, Callable[[Queued, dt.date], bool]] = {
    "not-revealed": lambda review, _today: bool(review.waiting or review.answered),
    **{str(week): _in_week(week) for week in DueWeek},
}
"""What other pages count of the live reviews, by the name that their links have for it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The live reviews that an address asks for; `of` says how many there are in all, and `kept`
    what the address has. `words` is empty where it asks for nothing."""

    reviews: list[Queued]
    of: int
    words: str
    kept: dict[str, str]


def selected(inbox: list[Queued], today: dt.date) -> Selection:
    """By `show`, `team` and `person`. What is not known here is left out."""
    live = [review for review in inbox if review.is_live]
    show = request.args.get("show", "")
    rows = [review for review in live if show not in SHOWN or SHOWN[show](review, today)]
    kept = {"show": show} if show in SHOWN else {}
    for name, id_of in (("team", attrgetter("team_id")), ("person", attrgetter("who_id"))):
        asked = request.args.get(name, "")
        if asked in {str(id_of(review)) for review in live}:
            rows = [review for review in rows if str(id_of(review)) == asked]
            kept[name] = asked
    return Selection(rows, len(live), words(show, len(rows)) if kept else "", kept)


def words(show: str, count: int) -> str:
    """How many reviews these are, and which."""
    match show:
        case DueWeek.THIS:
            text = ngettext("%(num)s review due this week", "%(num)s reviews due this week", count)
        case DueWeek.NEXT:
            text = ngettext("%(num)s review due next week", "%(num)s reviews due next week", count)
        case DueWeek.LATER:
            text = ngettext("%(num)s review due later", "%(num)s reviews due later", count)
        case _:
            text = ngettext("%(num)s review", "%(num)s reviews", count)
    return str(text)


KEYS: dict[str, Callable[[Queued], Any]] = {
    "person": lambda review: folded(review.who),
    "due": due_on,
    "done": lambda review: (review.done or 0) / review.sent,
    "state": lambda review: list(ReviewStatus).index(review.status),
}
"""Of equals the next due comes first."""


def next_review(reviews: list[Queued], after_id: int | None = None) -> Queued | None:
    """Of what was sent to somebody: the next due that still has something to answer, other than
    `after_id`."""
    waiting = (
        review for review in reviews if review.is_live and review.waiting and review.id != after_id
    )
    return min(waiting, key=by_date, default=None)


def by_date(review: Queued) -> tuple[dt.date, int]:
    return due_on(review), review.id
