"""The dated periods in which a library takes stock. Two never share a day."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Framework, Round
from tracker.policy.permissions import Actor
from tracker.records import administration, audit
from tracker.rules.calendar import clean_period, overlap
from tracker.rules.errors import Invalid, Missing
from tracker.rules.texts import clean_line


def create(
    actor: Actor,
    name: str,
    framework_id: int,
    starts_on: dt.date,
    ends_on: dt.date,
    now: dt.datetime,
) -> int:
    """Returns the round's id. The round pins the framework's version; both dates belong to it.

    Raises Invalid: framework_unknown, round_name_taken, rounds_overlap, dates_not_in_order,
    day_far, line_*.
    """
    name = clean_line(name)
    clean_period(starts_on, ends_on)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        period = Round(library_id=library.id)
        _write(tx, period, name, framework_id, starts_on, ends_on)
        tx.add(period)
        tx.flush()
        _note(tx, "round_added", actor, period, now)
        return period.id


def edit(
    actor: Actor,
    round_id: int,
    name: str,
    framework_id: int,
    starts_on: dt.date,
    ends_on: dt.date,
    now: dt.datetime,
) -> None:
    """Raises Invalid as `create` does, and round_keeps_framework once it has begun."""
    name = clean_line(name)
    clean_period(starts_on, ends_on)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        period = tx.scalar(
            select(Round)
            .where(Round.id == round_id, Round.library_id == library.id)
            .with_for_update()
        )
        if period is None:
            raise Missing
        if framework_id != period.framework_id and period.starts_on <= actor.today(now):
            raise Invalid("round_keeps_framework", "framework_id")
        _write(tx, period, name, framework_id, starts_on, ends_on)
        _note(tx, "round_edited", actor, period, now)


def _write(
    tx: Session, period: Round, name: str, framework_id: int, starts_on: dt.date, ends_on: dt.date
) -> None:
    if tx.get(Framework, framework_id) is None:
        raise Invalid("framework_unknown", "framework_id")
    others = tx.execute(
        select(Round.name, Round.starts_on, Round.ends_on).where(
            Round.library_id == period.library_id, Round.id != (period.id or 0)
        )
    ).all()
    for other, other_starts, other_ends in others:
        if other == name:
            raise Invalid("round_name_taken", "name")
        if overlap(starts_on, ends_on, other_starts, other_ends):
            raise Invalid("rounds_overlap", "starts_on", other=other)
    period.name, period.framework_id = name, framework_id
    period.starts_on, period.ends_on = starts_on, ends_on


def _note(tx: Session, kind: str, actor: Actor, period: Round, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=period.library_id,
        actor_id=actor.person_id,
        round_id=period.id,
        round=period.name,
    )
