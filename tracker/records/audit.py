"""The only writer of audit events."""

import datetime as dt

from sqlalchemy.orm import Session

from tracker.models import AuditEvent


def note(
    tx: Session,
    kind: str,
    now: dt.datetime,
    *,
    library_id: int | None,
    actor_id: int | None,
    subject_id: int | None = None,
    **facts: str | int | bool | None,
) -> None:
    """Record that something happened. `facts`: ids and short words; never a rating, an answer or personal text."""
    tx.add(
        AuditEvent(
            library_id=library_id,
            actor_id=actor_id,
            subject_id=subject_id,
            kind=kind,
            facts=facts,
            happened_at=now,
        )
    )
