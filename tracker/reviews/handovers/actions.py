"""Who can't do their reviews gives them to others, or somebody else does it for them. A supervisor
also names deputies, who may review in their place until a day."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Deputy, Person
from tracker.policy import permissions
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import deputises_on
from tracker.record.visible.queries import Reader
from tracker.record.workflow import queries as workflow_queries
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records
from tracker.reviews.act import records as act_records
from tracker.reviews.handovers.queries import eligible, open_work, possible_deputies
from tracker.reviews.review.rules import clean_text
from tracker.reviews.sending import records as sending_records
from tracker.row_locks import held
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission

DEPUTY_DAYS = 366
"""A deputy is named for so long at most."""


def give(
    actor: Actor,
    person_id: int,
    review_ids: Collection[int],
    to_id: int,
    until: dt.date | None,
    note: str,
    now: dt.datetime,
) -> list[int]:
    """Of reviews with somebody, what is not revealed goes to another who may review their learners,
    as it was frozen: all of them, or none. They start blank, and it is due anew. To whom it isn't
    told what is revealed, it isn't refused either where nothing is left to give. With `until`
    they are a deputy besides, from today to that day: what comes in can go to them too.

    What the first reviewer said of it stays sealed. Returns the ids of the reviews that go on.
    Raises Missing (not theirs to give); Invalid: nothing_to_give, review_text_needed,
    review_text_long, review_not_for_all, deputy_unknown, deputy_days; Conflict:
    open_work_changed.
    """
    if not review_ids and until is None:
        raise Invalid("nothing_to_give", "reviews")
    note, today = clean_text(note, "note", required=bool(review_ids)), actor.today(now)
    with transaction() as tx:
        reviews = [act_records.locked(tx, review_id) for review_id in sorted({*review_ids})]
        learners = {review.learner_id for review in reviews}
        tx.execute(held(select(Person.id).where(Person.id.in_(learners | {actor.person_id}))))
        work = workflow_queries.open_work(person_id, today)
        if work is None or not permissions.allows(actor, Permission.OPEN_WORK, work):
            raise Missing
        closed = Reader(actor, now).closed
        possible = {row.review_id for row in open_work(actor, work, today, closed)}
        if not {review.id for review in reviews} <= possible:
            raise Conflict("open_work_changed")
        if until is not None:
            own = permissions.library_of(actor)
            if not (
                permissions.owns(actor, work)
                and permissions.allows(actor, Permission.DEPUTY_NAME, own)
            ):
                raise Missing
            _name_deputy(tx, actor, to_id, until, now)
        offered = eligible(actor, work, learners, today)
        if not all(to_id in offered[learner_id] for learner_id in learners):
            raise Invalid("review_not_for_all", "reviewer")
        by = actor.person_id
        went = [sending_records.hand_on(tx, review, to_id, note, by, now) for review in reviews]
        return [review_id for review_id in went if review_id is not None]


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


def _name_deputy(tx: Session, actor: Actor, to_id: int, until: dt.date, now: dt.datetime) -> None:
    """In place of what they are until another day."""
    today = actor.today(now)
    if not today <= until < today + dt.timedelta(days=DEPUTY_DAYS):
        raise Invalid("deputy_days", "until_on")
    if to_id not in {person.person_id for person in possible_deputies(actor, today)}:
        raise Invalid("deputy_unknown", "reviewer")
    named = Deputy.supervisor_id == actor.person_id, Deputy.deputy_id == to_id
    for earlier in tx.scalars(select(Deputy).where(*named, deputises_on(today))):
        earlier.ended_at = now
        _note(tx, "deputy_ended", actor, earlier, now)
    row = Deputy(
        supervisor_id=actor.person_id, deputy_id=to_id, starts_on=today, ends_on=until, named_at=now
    )
    tx.add(row)
    tx.flush()
    _note(tx, "deputy_named", actor, row, now)
    key = happening("deputy", row.id, now)
    notices_records.note(tx, to_id, NoticeKind.DEPUTY_NAMED, key, now, about_id=actor.person_id)


def _note(tx: Session, kind: str, actor: Actor, row: Deputy, now: dt.datetime) -> None:
    audit_records.note(
        tx,
        kind,
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        subject_id=row.deputy_id,
        starts_on=row.starts_on.isoformat(),
        ends_on=row.ends_on.isoformat(),
    )
