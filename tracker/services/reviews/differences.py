"""What the two of a review see differently: agree, keep apart, and what comes of it.

Once the time for differences is over, what is open is kept apart, whoever moves next;
Conflict("differences_over") tells those who came too late. Missing: not the actor's review.
"""

import datetime as dt

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import Library, Person, Review, TrainingAction
from tracker.policy.permissions import Actor
from tracker.records.notifications import notices
from tracker.records.reviews import status
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.reviews.texts import clean_text
from tracker.rules.reviews.workflow import REVEALED, ReviewStatus

STEP_YEARS = 5
"""A next step is due within so many years."""


def confirm(
    actor: Actor, item_id: int, answer: str, reason: str, now: dt.datetime, seen: str | None = None
) -> bool:
    """One side's agreed answer, with its reason; it can change until the other side confirms the
    same.

    `seen`: see records. Returns whether it is endorsed now. Raises Invalid: review_text_needed,
    review_text_long; Conflict("confirmation_unseen").
    """
    reason = clean_text(reason, "reason", required=True)
    endorsed = False
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        late = status.keep_due_apart(tx, review, day_in(actor.time_zone, now), now)
        if not late:
            endorsed = status.confirm(tx, review, item, actor.person_id, answer, reason, now, seen)
            if endorsed:
                status.close_if_ended(tx, review, actor.person_id, now)
    if late:
        raise Conflict("differences_over")
    return endorsed


def keep_apart(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Either side lets both answers stand: no endorsement, and what was endorsed before is
    suspended."""
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        late = status.keep_due_apart(tx, review, day_in(actor.time_zone, now), now)
        if not late:
            status.keep_apart(tx, review, item, actor.person_id, now)
            status.close_if_ended(tx, review, actor.person_id, now)
    if late:
        raise Conflict("differences_over")


def add_next_step(
    actor: Actor, item_id: int, owner_id: int, text: str, due_on: dt.date | None, now: dt.datetime
) -> int:
    """A next step for a statement whose answers have been shown: what, whose of the two, by when.
    Returns its id.

    Raises Invalid: review_text_needed, review_text_long, step_owner, step_date_needed, step_date;
    Conflict.
    """
    text = clean_text(text, "text", required=True)
    today = day_in(actor.time_zone, now)
    if due_on is None:
        raise Invalid("step_date_needed", "due_on")
    if not today <= due_on <= today + dt.timedelta(days=366 * STEP_YEARS):
        raise Invalid("step_date", "due_on")
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        if item.status not in REVEALED:
            raise Conflict("move_not_now", move="next_step", status=item.status)
        if owner_id not in (review.learner_id, review.reviewer_id):
            raise Invalid("step_owner", "owner")
        step = TrainingAction(
            item_id=item.id, owner_id=owner_id, text=text, due_on=due_on, created_at=now
        )
        tx.add(step)
        tx.flush()
        if owner_id != actor.person_id:
            notices.note(
                tx,
                owner_id,
                NoticeKind.NEXT_STEP_GIVEN,
                happening("step", step.id, now),
                now,
                review_id=review.id,
                about_id=actor.person_id,
            )
        return step.id


def finish_next_step(actor: Actor, item_id: int, step_id: int, now: dt.datetime) -> None:
    """Either of the two ticks a next step off. A second time changes nothing."""
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        step = tx.get(TrainingAction, step_id)
        if step is None or step.item_id != item.id:
            raise Missing
        step.done_at = step.done_at or now


def keep_due_apart(now: dt.datetime) -> int:
    """Keep apart every difference whose time is over, in all libraries. Returns how many: run daily
    by a command."""
    with transaction() as tx:
        open_reviews = tx.execute(
            select(Review.id, Library.time_zone)
            .join(Person, Person.id == Review.learner_id)
            .join(Library, Library.id == Person.library_id)
            .where(Review.status == ReviewStatus.DIFFERENCES_OPEN)
            .order_by(Review.id)
        ).all()
        return sum(
            status.keep_due_apart(tx, status.locked(tx, review_id), day_in(time_zone, now), now)
            for review_id, time_zone in open_reviews
        )
