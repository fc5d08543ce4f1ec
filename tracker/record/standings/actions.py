"""Standings of people, kept for pages of many: counted where they are stale, and compared with
their sheets."""

import datetime as dt
import time

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import OperationalError

from tracker.db import session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.models import Person, Standing
from tracker.models.columns import table_of
from tracker.record.standings import queries as standings_queries
from tracker.row_locks import held
from tracker.rules.calendar import day_in

AT_ONCE = 200
"""People in one transaction."""
SECONDS_OF_A_PAGE, WAITS_MS, OF_A_PAGE = 0.2, 50, 20
"""For so long a page counts where there are too many for it, and waits for who writes; so many
people in one transaction, as the last one of these goes past that time on a busy machine."""


def count_stale(now: dt.datetime, most: int = AT_ONCE) -> int:
    """Count the next people whose standings are stale, in all libraries. Returns how many: 0 when
    nobody is left.

    They are locked before anything of them is read, as by the triggers of whatever they are counted
    from: what is kept is never older than what it was counted from.
    """
    for place, time_zone in standings_queries.places():
        today = day_in(time_zone, now)
        stale = standings_queries.stale(place, standings_queries.basis(place).digest, today, most)
        if not stale:
            continue
        with transaction() as tx:
            tx.execute(held(select(Person.id).where(Person.id.in_(stale))))
            on = standings_queries.basis(place).digest
            ids = standings_queries.stale(place, on, today, most)
            ids = [person_id for person_id in ids if person_id in set(stale)]
            of_these = Standing.person_id.in_(ids), Standing.framework_id == place.framework_id
            tx.execute(delete(Standing).where(*of_these))
            rows = [
                {"person_id": person_id, "framework_id": place.framework_id, "basis": on}
                | standing._asdict()
                for person_id, standing in standings_queries.counted(ids, place, today).items()
            ]
            if rows:
                tx.execute(insert(table_of(Standing)), rows)
        return len(stale)
    return 0


def count_on(now: dt.datetime) -> None:
    """Count some of the stale people while a page waits that met too many, so that looking again
    helps also where no worker runs. Nothing is counted while somebody else writes: maybe they are
    counting."""
    until = time.monotonic() + SECONDS_OF_A_PAGE
    try:
        with waiting_at_most(WAITS_MS):
            while time.monotonic() < until and count_stale(now, OF_A_PAGE):
                session_afresh()
    except OperationalError:
        session_afresh()


def differing(now: dt.datetime) -> list[int]:
    """Those whose kept row says something else than their sheet, in all libraries."""
    wrong = list[int]()
    for place, time_zone in standings_queries.places():
        today, last = day_in(time_zone, now), 0
        while ids := standings_queries.learners(place, last, AT_ONCE):
            last = ids[-1]
            anew = standings_queries.counted(ids, place, today)
            kept = standings_queries.fresh(ids, place, standings_queries.basis(place).digest, today)
            wrong += [person_id for person_id, row in kept.items() if row != anew[person_id]]
    return wrong
