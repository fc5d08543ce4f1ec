"""Keeping what somebody types before they send it."""

import datetime as dt

from sqlalchemy import CursorResult, delete

from tracker.db import transaction
from tracker.models import Draft
from tracker.policy.permissions import Actor
from tracker.records import drafts
from tracker.rules.drafts import KEPT_FOR, Fields


def save(actor: Actor, form: str, subject: str, fields: Fields, now: dt.datetime) -> int | None:
    """Keep it in place of what was kept before; nothing typed keeps nothing. Returns its id.

    Raises Invalid("draft_long"), Conflict("drafts_full").
    """
    with transaction() as tx:
        return drafts.save(tx, actor.person_id, form, subject, fields, now)


def discard(actor: Actor, draft_id: int) -> None:
    """Delete it; one that is gone already stays gone."""
    with transaction() as tx:
        tx.execute(delete(Draft).where(Draft.id == draft_id, Draft.person_id == actor.person_id))


def forget(now: dt.datetime) -> int:
    """Delete what has lain for too long. Returns how many there were."""
    with transaction() as tx:
        done = tx.execute(delete(Draft).where(Draft.saved_at < now - KEPT_FOR))
        return done.rowcount if isinstance(done, CursorResult) else 0
