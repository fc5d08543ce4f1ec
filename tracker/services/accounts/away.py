"""Being away: said by people for themselves, without a reason, and by nobody for another."""

import datetime as dt

from sqlalchemy import CursorResult, Select, delete, exists, or_, select

from tracker.db import transaction
from tracker.models import AwayPeriod, Person, Review
from tracker.models.reviews.due_dates import covers
from tracker.policy.permissions import Actor
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.errors import Missing
from tracker.rules.reviews.due_dates import DAY, clean_until
from tracker.rules.reviews.workflow import LIVE


def leave(actor: Actor, until_on: dt.date, now: dt.datetime) -> None:
    """From today until that day; who is away already is so until that day instead. Raises Invalid:
    away_past, away_far."""
    today = actor.today(now)
    clean_until(until_on, today)
    with transaction() as tx:
        if tx.scalar(_own(actor)) is None:
            raise Missing
        period = tx.scalar(_now(actor, today))
        if period is None:
            period = AwayPeriod(person_id=actor.person_id, starts_on=today)
            tx.add(period)
        period.until_on = until_on


def come_back(actor: Actor, now: dt.datetime) -> None:
    """Today counts again, and all days after it. Who is not away stays so."""
    today = actor.today(now)
    with transaction() as tx:
        if tx.scalar(_own(actor)) is None:
            raise Missing
        period = tx.scalar(_now(actor, today))
        if period is not None and period.starts_on == today:
            tx.delete(period)
        elif period is not None:
            period.until_on = today - DAY


def forget(now: dt.datetime) -> int:
    """Delete what is over and moves no date of a review that goes on. Returns how many there
    were."""
    needed = exists().where(
        Review.status.in_(LIVE),
        or_(Review.learner_id == AwayPeriod.person_id, Review.reviewer_id == AwayPeriod.person_id),
        Review.due_from <= AwayPeriod.until_on,
    )
    everywhere_over = day_in("Etc/GMT+12", now)
    with transaction() as tx:
        done = tx.execute(delete(AwayPeriod).where(AwayPeriod.until_on < everywhere_over, ~needed))
        return done.rowcount if isinstance(done, CursorResult) else 0


def _own(actor: Actor) -> Select[int]:
    """What one person says follows each other."""
    return held(select(Person.id).where(Person.id == actor.person_id, Person.disabled_at.is_(None)))


def _now(actor: Actor, today: dt.date) -> Select[AwayPeriod]:
    return select(AwayPeriod).where(AwayPeriod.person_id == actor.person_id, covers(today))
