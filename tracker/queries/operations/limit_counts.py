"""How often something limited happened, as it stands."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session_afresh
from tracker.models import LimitCount


def count(key_sha256: str, now: dt.datetime) -> tuple[int, dt.datetime]:
    """(how often, until when that counts): (0, now) where it did not happen, or counts no more."""
    query = select(LimitCount.hits, LimitCount.ends_at).where(
        LimitCount.key_sha256 == key_sha256, LimitCount.ends_at > now
    )
    row = session_afresh().execute(query).one_or_none()
    return (0, now) if row is None else (row.hits, row.ends_at)
