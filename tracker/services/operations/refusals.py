"""Who was refused at a door: one event for each person, permission, record and day, so that nobody
can flood it."""

import datetime as dt

from sqlalchemy import ColumnElement, Select, select

from tracker.db import session, transaction
from tracker.models import AuditEvent, AuditEventDetail, Person
from tracker.policy.permissions import Actor, Subject
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.calendar import start_of
from tracker.rules.roles import Permission

REFUSED = "refused"


def refused(
    actor: Actor, permission: Permission, record: str, subject: Subject, now: dt.datetime
) -> None:
    """`record`: the kind of record, as doors name it. Whose it is in another library is not
    told."""
    today = _today(actor, permission, record, subject, now)
    if session().scalar(today) is not None:
        return
    with transaction() as tx:
        tx.execute(held(select(Person.id).where(Person.id == actor.person_id)))
        if tx.scalar(today) is not None:
            return
        audit.note(
            tx,
            REFUSED,
            now,
            library_id=actor.library_id,
            actor_id=actor.person_id,
            subject_id=subject.owner_id if subject.library_id == actor.library_id else None,
            permission=permission,
            record=record,
            record_id=subject.id,
        )


def _today(
    actor: Actor, permission: Permission, record: str, subject: Subject, now: dt.datetime
) -> Select[int]:
    facts = AuditEventDetail.facts
    same: list[ColumnElement[bool]] = [
        facts["permission"].as_string() == permission,
        facts["record"].as_string() == record,
        facts["record_id"].as_integer() == subject.id,
    ]
    return (
        select(AuditEvent.id)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.actor_id == actor.person_id,
            AuditEvent.kind == REFUSED,
            AuditEvent.happened_at >= start_of(actor.time_zone, actor.today(now)),
            *same,
        )
        .limit(1)
    )
