"""A review goes on with another reviewer: by its own, by who stands in for them, or by a
coordinator."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Library, Review
from tracker.policy import permissions
from tracker.policy.permissions import Actor
from tracker.queries.access import subjects
from tracker.queries.reviews import eligible_reviewers
from tracker.records.reviews import sending, status
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.reviews.texts import clean_text
from tracker.rules.roles import Permission


def hand_on(actor: Actor, review_id: int, to_id: int, note: str, now: dt.datetime) -> int:
    """What is not revealed goes to somebody else who may review its learner, as it was frozen; they
    start blank.

    What the first reviewer said of it stays sealed. It is due anew. Returns the id of the review
    that goes on. A review of one statement is not handed on, as it may be a second reading: who
    could take it over would tell. Its learner sends it to somebody else. Raises Missing (not theirs
    to hand on); Invalid: review_text_needed, review_text_long, review_not_supervisor; Conflict:
    review_of_one, review_nothing_sealed.
    """
    note = clean_text(note, "note", required=True)
    with transaction() as tx:
        return _hand_on(tx, actor, review_id, to_id, note, now)


def hand_on_all(
    actor: Actor, review_ids: Collection[int], to_id: int, note: str, now: dt.datetime
) -> None:
    """The same for several at once: all of them go on, or none does. Raises as `hand_on` does, and
    Invalid("handover_nothing_ticked")."""
    if not review_ids:
        raise Invalid("handover_nothing_ticked", "reviews")
    note = clean_text(note, "note", required=True)
    with transaction() as tx:
        tx.execute(held(select(Review.id).where(Review.id.in_(review_ids))))
        for review_id in sorted(set(review_ids)):
            _hand_on(tx, actor, review_id, to_id, note, now)


def _hand_on(
    tx: Session, actor: Actor, review_id: int, to_id: int, note: str, now: dt.datetime
) -> int:
    today = actor.today(now)
    review = status.locked(tx, review_id)
    subject = subjects.review_to_hand_on(review_id, today)
    if subject is None or not permissions.allows(actor, Permission.REVIEW_HAND_ON, subject):
        raise Missing
    if len(status.items(tx, review)) == 1:
        raise Conflict("review_of_one")
    eligible = {each.person_id for each in eligible_reviewers.of(review.learner_id, today)}
    if to_id not in eligible - {review.reviewer_id}:
        raise Invalid("review_not_supervisor", "reviewer")
    days = tx.get_one(Library, actor.library_id).review_days
    going_on = sending.hand_on(
        tx, review, to_id, note, (today, today + dt.timedelta(days)), actor.person_id, now
    )
    if going_on is None:
        raise Conflict("review_nothing_sealed")
    return going_on
