"""Who looked: one row for each reader, kind of page and day, so that the owner can see it."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import bindparam, select

from tracker.db import session, transaction
from tracker.models import Look
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.rules.operations.audit_kinds import listing


def looked(actor: Actor, owner_ids: Collection[int], kind: str, now: dt.datetime) -> None:
    """Note that the actor opened these people's records, but for their own: a row for each owner to
    see, and one event in the audit, whose facts say how many and whose. Writes nothing when
    today's rows are there already; the number of statements does not depend on how many people."""
    today = actor.today(now)
    if not _not_noted(actor, owner_ids, kind, today):
        return
    with transaction() as tx:
        owners = sorted(_not_noted(actor, owner_ids, kind, today))
        tx.add_all(
            Look(owner_id=owner_id, reader_id=actor.person_id, kind=kind, looked_on=today)
            for owner_id in owners
        )
        is_list = len(owners) > 1
        listed: dict[str, audit.Fact] = {"people": len(owners), "person_ids": listing(owners)}
        if owners:
            audit.note(
                tx,
                "looked",
                now,
                library_id=actor.library_id,
                actor_id=actor.person_id,
                subject_id=None if is_list else owners[0],
                page=kind,
                **(listed if is_list else {}),
            )


_NOTED = select(Look.owner_id).where(
    Look.owner_id.in_(bindparam("others", expanding=True)),
    Look.reader_id == bindparam("reader"),
    Look.kind == bindparam("kind"),
    Look.looked_on == bindparam("today"),
)


def _not_noted(actor: Actor, owner_ids: Collection[int], kind: str, today: dt.date) -> set[int]:
    others = set(owner_ids) - {actor.person_id}
    if not others:
        return others
    values = {"others": list(others), "reader": actor.person_id, "kind": kind, "today": today}
    return others - set(session().scalars(_NOTED, values))
