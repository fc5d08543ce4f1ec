"""The daily work: each part is done by itself, and one that fails is tried again all day."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.db import Base, db, session_afresh, transaction
from tracker.models import DailyWork
from tracker.models.columns import table_of
from tracker.operations.checks import (
    queries as checks_queries,
    queries_chains as checks_queries_chains,
)
from tracker.operations.daily_work import queries as daily_work_queries
from tracker.operations.daily_work.rules import (
    CLOCK_CONFIRMED,
    LEASE,
    TOLD_AFTER,
    ClockDoubt,
    DailyPart,
    is_due,
    wait_after,
)
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records
from tracker.row_locks import held

TABLE = table_of(DailyWork)
LOG = structlog.get_logger("tracker.work")
Parts = Mapping[DailyPart, Callable[[dt.datetime], str]]
"""Each says what it did. Doing one twice does no harm."""


def _claim(tx: Session, part: DailyPart, due: dt.datetime | None, now: dt.datetime) -> bool:
    """Take it, unless it was done since `due`, waits for its next try, or is another worker's;
    without `due`, take it in any case. A part whose worker was lost is one that fails."""
    row = _locked(tx, part, now)
    if due is not None and not is_due(row.done_at, row.next_try_at, due, now):
        return False
    if row.tries and row.failing_since is None:
        row.failing_since = now
    row.tries += 1
    row.next_try_at = now + LEASE
    return True


def _note_done(tx: Session, part: DailyPart, audit_sequence: int, now: dt.datetime) -> None:
    row = _locked(tx, part, now)
    row.done_at = row.next_try_at = now
    row.failing_since, row.tries, row.audit_sequence = None, 0, audit_sequence


def _note_failed(tx: Session, part: DailyPart, now: dt.datetime) -> None:
    """It is tried again, after a wait that grows. Operators are told once a day, if it goes on."""
    row = _locked(tx, part, now)
    row.failing_since = row.failing_since or now
    row.next_try_at = now + wait_after(row.tries)
    if now - row.failing_since >= TOLD_AFTER:
        account_records.tell_operators(tx, now)


def _locked(tx: Session, part: DailyPart, now: dt.datetime) -> DailyWork:
    new = notices_records.INSERT[tx.get_bind().dialect.name](TABLE)
    tx.execute(new.values(part=part, next_try_at=now).on_conflict_do_nothing())
    return tx.scalars(held(select(DailyWork).where(DailyWork.part == part))).one()


@dataclass(frozen=True, slots=True)
class DailyOutcome:
    """What a part did; None: it failed."""

    part: DailyPart
    did: str | None


def run_next(
    parts: Parts, clock: Callable[[], dt.datetime], ahead: dt.timedelta | None
) -> DailyOutcome | None:
    """Do the next part that is due; None when none is, or while the clock is doubted."""
    session_afresh()
    now = clock()
    since = daily_work_queries.due_since(now)
    if since is None:
        return None
    states = daily_work_queries.states()
    due = [
        DailyPart(state.part)
        for state in states
        if state.part in parts and is_due(state.done_at, state.next_try_at, since, now)
    ]
    was_doubted = any(state.part == DailyPart.CLOCK and state.failing_since for state in states)
    if not (due or was_doubted) or doubt_clock(now, ahead):
        return None
    outcomes = (run(parts, part, since, clock) for part in due)
    return next((outcome for outcome in outcomes if outcome is not None), None)


def run(
    parts: Parts, part: DailyPart, since: dt.datetime | None, clock: Callable[[], dt.datetime]
) -> DailyOutcome | None:
    """Do that part, unless it was done `since` or is another worker's; without that moment, do it
    in any case."""
    with transaction() as tx:
        if not _claim(tx, part, since, clock()):
            return None
    try:
        did = parts[part](clock())
    except Exception:
        LOG.exception("daily_part_failed", part=part.value)
        session_afresh()
        with transaction() as tx:
            _note_failed(tx, part, clock())
        return DailyOutcome(part, None)
    with transaction() as tx:
        _note_done(tx, part, 0, clock())
    return DailyOutcome(part, did)


def doubt_clock(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Why it cannot be right: noted, logged and told like a part that fails. None where it can."""
    doubt = daily_work_queries.clock_doubt(now, ahead)
    with transaction() as tx:
        if doubt is None:
            _note_done(tx, DailyPart.CLOCK, _newest(), now)
        elif _claim(tx, DailyPart.CLOCK, now, now):
            _note_failed(tx, DailyPart.CLOCK, now)
            LOG.warning("clock_doubted", now=str(doubt.now), known=str(doubt.known))
    return doubt


def look_for_damage(now: dt.datetime, *, everywhere: bool = False) -> list[str]:
    """The tables that can't be read as they were written, of one for each minute; of all, where
    somebody met it, or while some couldn't. Noted, logged, and told like a part that fails."""
    tables = sorted(Base.metadata.tables)
    states = {state.part: state for state in daily_work_queries.states()}
    is_failing = states[DailyPart.DAMAGE].failing_since is not None
    is_all = is_failing or everywhere
    looked_at = tables if is_all else [tables[int(now.timestamp() // 60) % len(tables)]]
    damaged = [table for table in looked_at if checks_queries.is_damaged(table)]
    if damaged or is_failing:
        with transaction() as tx:
            if not damaged:
                _note_done(tx, DailyPart.DAMAGE, 0, now)
            elif _claim(tx, DailyPart.DAMAGE, now, now):
                _note_failed(tx, DailyPart.DAMAGE, now)
                LOG.error("database_damaged", tables=damaged)
    return damaged


def clock_doubt_before_forking(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Why it cannot be right, with no connection left open: workers that are made afterward must
    not share one."""
    try:
        return daily_work_queries.clock_doubt(now, ahead)
    finally:
        db.session.remove()
        db.engine.dispose()


def confirm_clock(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Somebody who looked says that it is right: the doubt ends, and the audit keeps it. Returns
    the doubt; None where there was none."""
    doubt = daily_work_queries.clock_doubt(now, ahead)
    if doubt is None:
        return None
    with transaction() as tx:
        audit_records.note(
            tx,
            CLOCK_CONFIRMED,
            now,
            library_id=None,
            actor_id=None,
            known=doubt.known.isoformat(timespec="seconds"),
        )
    with transaction() as tx:
        _note_done(tx, DailyPart.CLOCK, _newest(), now)
    return doubt


def _newest() -> int:
    """The number of the newest event."""
    head = checks_queries_chains.head()
    return 0 if head is None else head.sequence
