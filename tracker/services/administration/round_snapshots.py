"""Rounds are kept as they were on their last day."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Library
from tracker.queries.teams.round_facts import facts_at_end
from tracker.records import round_snapshots


def keep_all_due(now: dt.datetime) -> int:
    """Those that are over in their library, library by library. Returns how many: run daily by a
    command."""
    kept = 0
    for library_id in session().scalars(select(Library.id).order_by(Library.id)).all():
        with transaction() as tx:
            kept += round_snapshots.keep_due(tx, library_id, now, facts_at_end)
    return kept
