"""A supervisor names somebody who may review in their place, between two dates."""

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Deputy, Person
from tracker.policy.permissions import Actor
from tracker.queries.reviews import delegates
from tracker.records import audit
from tracker.records.notifications import notices
from tracker.row_locks import held
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.notifications.notices import NoticeKind, happening

DAYS_MAX = 366


def name(
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
    if (ends_on - starts_on).days >= DAYS_MAX:
        raise Invalid("deputy_too_long", "ends_on", longest=DAYS_MAX)
    with transaction() as tx:
        _lock_person(tx, actor)
        if deputy_id not in {
            each.person_id for each in delegates.candidates(actor, actor.today(now))
        }:
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


def end(actor: Actor, deputy_id: int, now: dt.datetime) -> None:
    """From now on they are no deputy. `deputy_id` is the record's. A second time changes nothing.
    Raises Missing."""
    with transaction() as tx:
        row = tx.scalar(held(select(Deputy).where(Deputy.id == deputy_id)))
        if row is None or row.supervisor_id != actor.person_id:
            raise Missing
        if row.ended_at is None:
            row.ended_at = now
            _note(tx, "deputy_ended", actor, row, now)


def _lock_person(tx: Session, actor: Actor) -> None:
    """What one person names follows each other. Raises Missing when they may not sign in any
    more."""
    found = select(Person.id).where(Person.id == actor.person_id, Person.disabled_at.is_(None))
    if tx.scalar(held(found)) is None:
        raise Missing


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
