"""The daily work: each part is done by itself, and one that fails is tried again all day."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from tracker.db import db, session_afresh, transaction
from tracker.queries.operations import audit_chain
from tracker.queries.operations import daily_parts as queries
from tracker.records import audit
from tracker.records import daily_parts as records
from tracker.rules.operations.audit_kinds import CLOCK_CONFIRMED
from tracker.rules.operations.daily_work import ClockDoubt, DailyPart

LOG = structlog.get_logger("tracker.work")
Parts = Mapping[DailyPart, Callable[[dt.datetime], str]]
"""Each says what it did. Doing one twice does no harm."""


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
    since = queries.due_since(now)
    if since is None:
        return None
    states = queries.states()
    due = [each.part for each in states if each.part in parts and each.is_due(since, now)]
    was_doubted = any(each.part is DailyPart.CLOCK and each.failing_since for each in states)
    if not (due or was_doubted) or doubt_clock(now, ahead):
        return None
    outcomes = (run(parts, part, since, clock) for part in due)
    return next((each for each in outcomes if each is not None), None)


def run(
    parts: Parts, part: DailyPart, since: dt.datetime | None, clock: Callable[[], dt.datetime]
) -> DailyOutcome | None:
    """Do that part, unless it was done `since` or is another worker's; without that moment, do it
    in any case."""
    with transaction() as tx:
        if not records.claim(tx, part, since, clock()):
            return None
    try:
        did = parts[part](clock())
    except Exception:
        LOG.exception("daily_part_failed", part=part.value)
        session_afresh()
        with transaction() as tx:
            records.note_failed(tx, part, clock())
        return DailyOutcome(part, None)
    with transaction() as tx:
        records.note_done(tx, part, 0, clock())
    return DailyOutcome(part, did)


def doubt_clock(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Why it cannot be right: noted, logged and told like a part that fails. None where it can."""
    found = queries.clock_doubt(now, ahead)
    with transaction() as tx:
        if found is None:
            records.note_done(tx, DailyPart.CLOCK, _newest(), now)
        elif records.claim(tx, DailyPart.CLOCK, now, now):
            records.note_failed(tx, DailyPart.CLOCK, now)
            LOG.warning("clock_doubted", now=str(found.now), known=str(found.known))
    return found


def clock_doubt_before_forking(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Why it cannot be right, with no connection left open: workers that are made afterward must
    not share one."""
    try:
        return queries.clock_doubt(now, ahead)
    finally:
        db.session.remove()
        db.engine.dispose()


def confirm_clock(now: dt.datetime, ahead: dt.timedelta | None) -> ClockDoubt | None:
    """Somebody who looked says that it is right: the doubt ends, and the audit keeps it. Returns
    the doubt; None where there was none."""
    found = queries.clock_doubt(now, ahead)
    if found is None:
        return None
    with transaction() as tx:
        audit.note(
            tx,
            CLOCK_CONFIRMED,
            now,
            library_id=None,
            actor_id=None,
            known=found.known.isoformat(timespec="seconds"),
        )
    with transaction() as tx:
        records.note_done(tx, DailyPart.CLOCK, _newest(), now)
    return found


def _newest() -> int:
    """The number of the newest event."""
    head = audit_chain.head()
    return 0 if head is None else head.sequence
