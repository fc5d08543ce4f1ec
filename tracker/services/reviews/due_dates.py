"""More time for a review."""

import datetime as dt

from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.records.reviews import differences, due_dates, status
from tracker.rules.errors import Conflict


def one_more_week(actor: Actor, review_id: int, now: dt.datetime) -> dt.date:
    """Either side takes it, once in a review. Returns the new date.

    Raises Missing; Conflict: week_taken, move_not_now, differences_over.
    """
    today = actor.today(now)
    with transaction() as tx:
        review = status.locked(tx, review_id, with_learner=True)
        status.must_be_either(tx, review, actor, now)
        is_late = differences.is_late(tx, review, today, now)
        if not is_late:
            due_on = due_dates.one_more_week(tx, review, actor.person_id, today, now)
    if is_late:
        raise Conflict("differences_over")
    return due_on
