"""What became of a form that was sent."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session_afresh
from tracker.models import Submission


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """`status` None: its work is done, and the answer is not there (yet)."""

    body_sha256: str
    accepted_at: dt.datetime
    status: int | None
    location: str
    messages: str


def kept(key_sha256: str) -> StoredResponse | None:
    """As it stands now: somebody else may be writing it at this moment. None: no work was done for
    this key."""
    row = (
        session_afresh()
        .execute(
            select(
                Submission.body_sha256,
                Submission.accepted_at,
                Submission.status,
                Submission.location,
                Submission.messages,
            ).where(Submission.key_sha256 == key_sha256)
        )
        .one_or_none()
    )
    return None if row is None else StoredResponse(*row)
