"""A review goes on with another reviewer: by its own, by who stands in for them, or by a
coordinator. And a supervisor names deputies, who may review in their place between two dates."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Deputy, Person, Review
from tracker.policy import permissions
from tracker.policy.permissions import Actor
from tracker.record.workflow import queries as review_subjects
from tracker.records import audit
from tracker.records.core import notices
from tracker.reviews.act import records as acts
from tracker.reviews.handovers.queries_deputies import possible_deputies
from tracker.reviews.review.rules import clean_text
from tracker.reviews.sending import queries_reviewers as eligible_reviewers, records as sending
from tracker.row_locks import held
from tracker.rules.calendar import clean_period
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission

DEPUTY_DAYS = 366
"""A deputy is named for so long at most."""


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
        learners = select(Review.learner_id).where(Review.id.in_(review_ids))
        tx.execute(held(select(Person.id).where(Person.id.in_(learners))))
        for review_id in sorted(set(review_ids)):
            _hand_on(tx, actor, review_id, to_id, note, now)


def name_deputy(
    actor: Actor, deputy_id: int, starts_on: dt.date, ends_on: dt.date, now: dt.datetime
) -> int:
    """Both days are inclusive. Returns the id.

    Raises Missing (the actor supervises nobody); Invalid: deputy_yourself, deputy_unknown,
    dates_not_in_order, day_far, deputy_past, deputy_too_long; Conflict("deputy_already").
    """
    clean_period(starts_on, ends_on)
    if deputy_id == actor.person_id:
        raise Invalid("deputy_yourself", "deputy")
    if ends_on < actor.today(now):
        raise Invalid("deputy_past", "ends_on")
    if (ends_on - starts_on).days >= DEPUTY_DAYS:
        raise Invalid("deputy_too_long", "ends_on", longest=DEPUTY_DAYS)
    with transaction() as tx:
        sending.lock_active(tx, actor)
        possible = possible_deputies(actor, actor.today(now))
        if deputy_id not in {person.person_id for person in possible}:
            raise Invalid("deputy_unknown", "deputy")
        same_days = exists().where(
            Deputy.supervisor_id == actor.person_id,
            Deputy.deputy_id == deputy_id,
            Deputy.ended_at.is_(None),
            Deputy.starts_on <= ends_on,
            Deputy.ends_on >= starts_on,
        )
        if tx.scalar(select(same_days)):
            raise Conflict("deputy_already")
        row = Deputy(
            supervisor_id=actor.person_id,
            deputy_id=deputy_id,
            starts_on=starts_on,
            ends_on=ends_on,
            named_at=now,
        )
        tx.add(row)
        tx.flush()
        _note(tx, "deputy_named", actor, row, now)
        key = happening("deputy", row.id, now)
        notices.note(tx, deputy_id, NoticeKind.DEPUTY_NAMED, key, now, about_id=actor.person_id)
        return row.id


def end_deputy(actor: Actor, deputy_id: int, now: dt.datetime) -> None:
    """From now on they are no deputy. `deputy_id` is the record's. A second time changes nothing.
    Raises Missing."""
    with transaction() as tx:
        row = tx.scalar(held(select(Deputy).where(Deputy.id == deputy_id)))
        if row is None or row.supervisor_id != actor.person_id:
            raise Missing
        if row.ended_at is None:
            row.ended_at = now
            _note(tx, "deputy_ended", actor, row, now)


def _hand_on(
    tx: Session, actor: Actor, review_id: int, to_id: int, note: str, now: dt.datetime
) -> int:
    today = actor.today(now)
    review = acts.locked(tx, review_id, with_learner=True)
    subject = review_subjects.review_to_hand_on(review_id, today)
    if subject is None or not permissions.allows(actor, Permission.REVIEW_HAND_ON, subject):
        raise Missing
    if len(acts.items(tx, review)) == 1:
        raise Conflict("review_of_one")
    reviewers = eligible_reviewers.of(review.learner_id, today)
    eligible = {reviewer.person_id for reviewer in reviewers}
    if to_id not in eligible - {review.reviewer_id}:
        raise Invalid("review_not_supervisor", "reviewer")
    going_on = sending.hand_on(tx, review, to_id, note, actor.person_id, now)
    if going_on is None:
        raise Conflict("review_nothing_sealed")
    return going_on


def _note(tx: Session, kind: str, actor: Actor, row: Deputy, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        subject_id=row.deputy_id,
        starts_on=row.starts_on.isoformat(),
        ends_on=row.ends_on.isoformat(),
    )
