"""What waits for a reviewer, in the order that they ask for."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries.reviews.queues import Queued
from tracker.rules.names import folded
from tracker.rules.reviews.weeks import DueWeek, due_week
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.web.ui.tables import Column, SortOrder

COLUMNS = {
    "person": Column(_l("Person")),
    "due": Column(_l("Due")),
    "done": Column(_l("Done"), is_number=True),
    "state": Column(_l("State")),
}


def due_on(review: Queued) -> dt.date:
    """When its next part is due: the answers, or, once they are revealed, the talk."""
    if review.status is ReviewStatus.DIFFERENCES_OPEN and review.differences_due_on is not None:
        return review.differences_due_on
    return review.due_on


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
    team = request.args.get("team", "")
    person = request.args.get("person", "")
    rows = [review for review in live if show not in SHOWN or SHOWN[show](review, today)]
    kept = {"show": show} if show in SHOWN else {}
    if team in {str(review.team_id) for review in live}:
        rows = [review for review in rows if str(review.team_id) == team]
        kept["team"] = team
    if person in {str(review.who_id) for review in live}:
        rows = [review for review in rows if str(review.who_id) == person]
        kept["person"] = person
    return Selection(rows, len(live), words(show, len(rows)) if kept else "", kept)


def words(show: str, count: int) -> str:
    """How many reviews these are, and which."""
    match show:
        case DueWeek.THIS:
            found = ngettext("%(num)s review due this week", "%(num)s reviews due this week", count)
        case DueWeek.NEXT:
            found = ngettext("%(num)s review due next week", "%(num)s reviews due next week", count)
        case DueWeek.LATER:
            found = ngettext("%(num)s review due later", "%(num)s reviews due later", count)
        case _:
            found = ngettext("%(num)s review", "%(num)s reviews", count)
    return str(found)


KEYS: dict[str, Callable[[Queued], Any]] = {
    "person": lambda review: folded(review.who),
    "due": due_on,
    "done": lambda review: (review.done or 0) / review.sent,
    "state": lambda review: list(ReviewStatus).index(review.status),
}


def sorted_by(reviews: list[Queued], order: SortOrder) -> list[Queued]:
    """In that order, of equals the next due first."""
    return sorted(reviews, key=KEYS[order.by], reverse=order.descending)


def next_review(reviews: list[Queued], after_id: int | None = None) -> Queued | None:
    """Of what was sent to somebody: the next due that still has something to answer, other than
    `after_id`."""
    waiting = (
        review for review in reviews if review.is_live and review.waiting and review.id != after_id
    )
    return min(waiting, key=by_date, default=None)


def by_date(review: Queued) -> tuple[dt.date, int]:
    return due_on(review), review.id
