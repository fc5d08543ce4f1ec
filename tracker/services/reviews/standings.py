"""Standings of people, kept for pages of many: counted where they are stale, and compared with
their sheets."""

import datetime as dt

from sqlalchemy import delete, insert, select

from tracker.db import transaction
from tracker.models import Person, Standing
from tracker.models.columns import table_of
from tracker.queries.record import standings
from tracker.row_locks import held
from tracker.rules.calendar import day_in

AT_ONCE = 200
"""People in one transaction."""


def count_stale(now: dt.datetime) -> int:
    """The next of those who are stale, in all libraries. Returns how many: 0 when nobody is left.

    They are held before anything of them is read, as by whoever writes what they are counted from
    (the triggers of that): what is kept is never older than what stands.
    """
    for place, time_zone in standings.places():
        today = day_in(time_zone, now)
        stale = standings.stale_there(place, standings.basis(place), today, AT_ONCE)
        if not stale:
            continue
        with transaction() as tx:
            tx.execute(held(select(Person.id).where(Person.id.in_(stale))))
            on = standings.basis(place)
            ids = standings.stale_there(place, on, today, AT_ONCE)
            ids = [each for each in ids if each in set(stale)]
            of_these = Standing.person_id.in_(ids), Standing.framework_id == place.framework_id
            tx.execute(delete(Standing).where(*of_these))
            rows = [
                {"person_id": each, "framework_id": place.framework_id, "basis": on}
                | found._asdict()
                for each, found in standings.counted(ids, place, today).items()
            ]
            if rows:
                tx.execute(insert(table_of(Standing)), rows)
        return len(stale)
    return 0


def differing(now: dt.datetime) -> list[int]:
    """Whose row holds and says something else than their sheet, in all libraries."""
    wrong = list[int]()
    for place, time_zone in standings.places():
        today, last = day_in(time_zone, now), 0
        while ids := standings.there(place, last, AT_ONCE):
            last = ids[-1]
            anew = standings.counted(ids, place, today)
            kept = standings.fresh(ids, place, standings.basis(place), today)
            wrong += [each for each, said in kept.items() if said != anew[each]]
    return wrong
