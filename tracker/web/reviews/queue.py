"""What waits for a reviewer, in the order that they ask for."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries.administration.people import folded
from tracker.queries.reviews.queues import Queued
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.web.ui.tables import Column, SortOrder

COLUMNS = {
    "person": Column(_l("Person")),
    "due": Column(_l("Due")),
    "done": Column(_l("Done"), is_number=True),
    "state": Column(_l("State")),
}


def _due(review: Queued) -> dt.date:
    if review.status is ReviewStatus.DIFFERENCES_OPEN and review.differences_due_on is not None:
        return review.differences_due_on
    return review.due_on


SHOWN: dict[str, Callable[[Queued], bool]] = {
    "answer": lambda review: bool(review.waiting),
    "check": lambda review: review.is_to_check,
    "talk": lambda review: review.to_confirm > 0,
    "not-revealed": lambda review: bool(review.waiting or review.answered),
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


def selected(inbox: list[Queued]) -> Selection:
    """By `show`, `team` and `person`. What is not known here is left out."""
    live = [review for review in inbox if review.is_live]
    show = request.args.get("show", "")
    team = request.args.get("team", "")
    person = request.args.get("person", "")
    rows = [review for review in live if show not in SHOWN or SHOWN[show](review)]
    kept = {"show": show} if show in SHOWN else {}
    if team in {str(review.team_id) for review in live}:
        rows = [review for review in rows if str(review.team_id) == team]
        kept["team"] = team
    if person in {str(review.who_id) for review in live}:
        rows = [review for review in rows if str(review.who_id) == person]
        kept["person"] = person
    return Selection(rows, len(live), _words(show, rows) if kept else "", kept)


def _words(show: str, rows: list[Queued]) -> str:
    count = len(rows)
    if show == "answer":
        return str(ngettext("%(num)s review to answer", "%(num)s reviews to answer", count))
    if show == "check":
        return str(ngettext("%(num)s review to check", "%(num)s reviews to check", count))
    if show == "talk":
        waits = sum(review.to_confirm for review in rows)
        return str(
            ngettext("%(num)s difference waits for you", "%(num)s differences wait for you", waits)
        )
    return str(ngettext("%(num)s review", "%(num)s reviews", count))


KEYS: dict[str, Callable[[Queued], Any]] = {
    "person": lambda review: folded(review.who),
    "due": _due,
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
    return min(waiting, key=lambda review: (review.due_on, review.id), default=None)
