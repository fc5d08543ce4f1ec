"""Somebody leaves: what is open with them goes on with somebody else, and they can no longer sign
in."""

import datetime as dt

from tracker.db import transaction
from tracker.models import Library
from tracker.policy.permissions import Actor
from tracker.queries.reviews.leaving import ties
from tracker.records import administration
from tracker.records.accounts import disabling
from tracker.records.reviews import sending, status
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.reviews.texts import clean_text


def leave(
    actor: Actor,
    person_id: int,
    to_id: int | None,
    note: str,
    now: dt.datetime,
    *,
    disables: bool = True,
) -> int:
    """Give all that is open with them to that reviewer, as one, and disable them; `disables` false:
    only the first. Without `to_id` nothing is given: a coordinator reassigns it.

    Reviews are locked before the library and the person, as those who answer them do. Returns how
    many reviews went on. Raises Missing (no administrator); Invalid: review_text_needed,
    review_text_long, review_not_supervisor, successor_needed; Conflict: own_account,
    last_administrator, leaving_changed (a review came in meanwhile).
    """
    if to_id is None and not disables:
        raise Invalid("successor_needed", "reviewer")
    note = clean_text(note, "note", required=to_id is not None)
    today = actor.today(now)
    with transaction() as tx:
        asked = [] if to_id is None else _open(actor, person_id)
        reviews = [status.locked(tx, review_id) for review_id in asked]
        person = administration.person_of(tx, actor, person_id)
        if to_id is not None:
            if _open(actor, person_id) != asked:
                raise Conflict("leaving_changed")
            learners = {review.learner_id for review in reviews}
            eligible = ties.successors(actor, person_id, learners, today)
            if to_id not in {each.person_id for each in eligible}:
                raise Invalid("review_not_supervisor", "reviewer")
            days = tx.get_one(Library, actor.library_id).review_days
            due = today, today + dt.timedelta(days)
            for review in reviews:
                sending.hand_on(tx, review, to_id, note, due, actor.person_id, now)
        if disables:
            disabling.disable(tx, actor, person, now)
        return len(reviews)


def _open(actor: Actor, person_id: int) -> list[int]:
    return sorted(each.review_id for each in ties.to_reassign(actor, person_id))
