"""The only writer of how the parts of the daily work are doing."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import DailyWork
from tracker.models.columns import table_of
from tracker.records.notifications import alerts, notices
from tracker.row_locks import held
from tracker.rules.operations.daily_work import (
    LEASE,
    TOLD_AFTER,
    DailyPart,
    DailyPartState,
    wait_after,
)

TABLE = table_of(DailyWork)


def claim(tx: Session, part: DailyPart, due: dt.datetime | None, now: dt.datetime) -> bool:
    """Take it, unless it was done since `due`, waits for its next try, or is another worker's;
    without `due`, take it in any case. A part whose worker was lost is one that fails."""
    row = _locked(tx, part, now)
    found = DailyPartState(part, row.done_at, row.failing_since, row.tries, row.next_try_at)
    if due is not None and not found.is_due(due, now):
        return False
    if row.tries and row.failing_since is None:
        row.failing_since = now
    row.tries += 1
    row.next_try_at = now + LEASE
    return True


def note_done(tx: Session, part: DailyPart, audit_sequence: int, now: dt.datetime) -> None:
    row = _locked(tx, part, now)
    row.done_at = row.next_try_at = now
    row.failing_since, row.tries, row.audit_sequence = None, 0, audit_sequence


def note_failed(tx: Session, part: DailyPart, now: dt.datetime) -> None:
    """It is tried again, after a wait that grows. Operators are told once a day, if it goes on."""
    row = _locked(tx, part, now)
    row.failing_since = row.failing_since or now
    row.next_try_at = now + wait_after(row.tries)
    if now - row.failing_since >= TOLD_AFTER:
        alerts.tell_operators(tx, now)


def _locked(tx: Session, part: DailyPart, now: dt.datetime) -> DailyWork:
    new = notices.INSERT[tx.get_bind().dialect.name](TABLE)
    tx.execute(new.values(part=part, next_try_at=now).on_conflict_do_nothing())
    return tx.scalars(held(select(DailyWork).where(DailyWork.part == part))).one()
