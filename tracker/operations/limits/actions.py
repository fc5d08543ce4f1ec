"""Counting what is limited, for all workers."""

import datetime as dt
from typing import Any

from sqlalchemy import CursorResult, Delete, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.db import apart_from_work, session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.models import LimitCount

COUNT_TIMEOUT_MS = 500
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def count(key_sha256: str, now: dt.datetime) -> tuple[int, dt.datetime]:
    """(how often, until when that counts): (0, now) where it did not happen, or counts no more."""
    query = select(LimitCount.hits, LimitCount.ends_at).where(
        LimitCount.key_sha256 == key_sha256, LimitCount.ends_at > now
    )
    row = session_afresh().execute(query).one_or_none()
    return (0, now) if row is None else (row.hits, row.ends_at)


def add(
    key_sha256: str, hits: int, ends_at: dt.datetime, now: dt.datetime
) -> tuple[int, dt.datetime]:
    """Count; returns how often it happened, and until when that counts: `ends_at`, unless a count
    goes on already.

    Waits for other writes no longer than COUNT_TIMEOUT_MS: whoever asks waits for it.
    """
    with apart_from_work(), waiting_at_most(COUNT_TIMEOUT_MS), transaction() as tx:
        new = INSERT[tx.get_bind().dialect.name](LimitCount).values(
            key_sha256=key_sha256, hits=hits, ends_at=ends_at
        )
        goes_on = LimitCount.ends_at > now
        counted = new.on_conflict_do_update(
            index_elements=["key_sha256"],
            set_={
                "hits": case((goes_on, LimitCount.hits + hits), else_=hits),
                "ends_at": case((goes_on, LimitCount.ends_at), else_=ends_at),
            },
        ).returning(LimitCount.hits, LimitCount.ends_at)
        row = tx.execute(counted).one()
        return row.hits, row.ends_at


def clear(key_sha256: str) -> int:
    return _delete(delete(LimitCount).where(LimitCount.key_sha256 == key_sha256))


def clear_all() -> int:
    return _delete(delete(LimitCount))


def forget(now: dt.datetime) -> int:
    """Forget what counts no more. Returns how many counts there were."""
    return _delete(delete(LimitCount).where(LimitCount.ends_at <= now))


def _delete(query: Delete) -> int:
    with transaction() as tx:
        done = tx.execute(query)
        return done.rowcount if isinstance(done, CursorResult) else 0
