"""Who looked: one row for each reader, kind of page and day, so that the owner can see it."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Look
from tracker.policy import Actor


def looked(actor: Actor, owner_id: int, kind: str, now: dt.datetime) -> None:
    """Note that the actor opened another person's record. Writes nothing when today's row is there already."""
    if owner_id == actor.person_id or _is_noted(actor, owner_id, kind, actor.today(now)):
        return
    with transaction() as tx:
        if not _is_noted(actor, owner_id, kind, actor.today(now)):
            tx.add(Look(owner_id=owner_id, reader_id=actor.person_id, kind=kind, looked_on=actor.today(now)))


def _is_noted(actor: Actor, owner_id: int, kind: str, today: dt.date) -> bool:
    found = session().scalar(
        select(Look.id).where(
            Look.owner_id == owner_id,
            Look.reader_id == actor.person_id,
            Look.kind == kind,
            Look.looked_on == today,
        )
    )
    return found is not None
