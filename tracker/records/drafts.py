"""The only writer of drafts."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.models import Draft, Person
from tracker.row_locks import held
from tracker.rules import drafts as drafts_rules
from tracker.rules.drafts import DRAFTS_MAX, Fields
from tracker.rules.errors import Conflict


def save(
    tx: Session, person_id: int, form: str, subject: str, fields: Fields, now: dt.datetime
) -> int | None:
    """Keep it in place of what was kept before; nothing typed keeps nothing. Returns its id.

    Raises Invalid("draft_long"), Conflict("drafts_full").
    """
    if not fields:
        delete_drafts(tx, person_id, form, [subject])
        return None
    text = drafts_rules.written(fields)
    tx.scalar(held(select(Person.id).where(Person.id == person_id)))
    kept_id: int | None = tx.scalar(
        update(Draft)
        .where(Draft.person_id == person_id, Draft.form == form, Draft.subject == subject)
        .values(fields=text, saved_at=now)
        .returning(Draft.id)
    )
    if kept_id is not None:
        return kept_id
    count = tx.scalar(select(func.count(Draft.id)).where(Draft.person_id == person_id)) or 0
    if count >= DRAFTS_MAX:
        raise Conflict("drafts_full", most=DRAFTS_MAX)
    made: int | None = tx.scalar(
        insert(Draft)
        .values(person_id=person_id, form=form, subject=subject, fields=text, saved_at=now)
        .returning(Draft.id)
    )
    return made


def delete_drafts(
    tx: Session, person_id: int, form: str | None = None, subjects: Iterable[str] | None = None
) -> None:
    """Delete what a person typed and did not send: all of it, that of one form, or of some of its
    subjects."""
    which = delete(Draft).where(Draft.person_id == person_id)
    if form is not None:
        which = which.where(Draft.form == form)
    if subjects is not None:
        which = which.where(Draft.subject.in_(list(subjects)))
    tx.execute(which.execution_options(synchronize_session=False))
