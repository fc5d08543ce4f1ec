"""What waits for a reviewer, in the order that they ask for."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

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


KEYS: dict[str, Callable[[Queued], Any]] = {
    "person": lambda review: folded(review.who),
    "due": _due,
    "done": lambda review: (review.done or 0) / review.sent,
    "state": lambda review: list(ReviewStatus).index(review.status),
}


def sorted_by(reviews: list[Queued], order: SortOrder) -> list[Queued]:
    """Those that are live in that order, of equals the next due first; then the others as they
    were."""
    live = [review for review in reviews if review.is_live]
    live.sort(key=KEYS[order.by], reverse=order.descending)
    return live + [review for review in reviews if not review.is_live]


def next_review(reviews: list[Queued], after_id: int | None = None) -> Queued | None:
    """Of what was sent to somebody: the next due that still has something to answer, other than
    `after_id`."""
    waiting = (
        review for review in reviews if review.is_live and review.waiting and review.id != after_id
    )
    return min(waiting, key=lambda review: (review.due_on, review.id), default=None)
