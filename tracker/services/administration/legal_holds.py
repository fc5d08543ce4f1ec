"""Legal holds: what a person erases is kept out of sight while one is open, and erased when it
ends."""

import datetime as dt

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import LegalHold
from tracker.policy.permissions import Actor
from tracker.records import administration, held_texts
from tracker.rules.errors import Conflict
from tracker.rules.evidence.places import FilePlace
from tracker.rules.texts import clean_prose
from tracker.storage import erased_files


def begin(actor: Actor, person_id: int, why: str, now: dt.datetime) -> None:
    """Raises Invalid as clean_prose does; Conflict("hold_is_open"); Missing."""
    why = clean_prose(why, "why")
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        if held_texts.is_on_hold(tx, person.id):
            raise Conflict("hold_is_open")
        tx.add(LegalHold(person_id=person.id, why=why, set_by_id=actor.person_id, began_at=now))
        administration.note(tx, "legal_hold_set", actor, person, now)


def end(actor: Actor, person_id: int, place: FilePlace, now: dt.datetime) -> int:
    """End it and erase what it kept, unless another hold still keeps that; returns how many texts
    that were. Raises Conflict("hold_is_over"), Missing."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        hold = tx.scalar(
            select(LegalHold).where(LegalHold.person_id == person.id, LegalHold.ended_at.is_(None))
        )
        if hold is None:
            raise Conflict("hold_is_over")
        hold.ended_at, hold.ended_by_id = now, actor.person_id
        tx.flush()
        count = held_texts.release(tx, person.id, now)
        administration.note(tx, "legal_hold_ended", actor, person, now, texts=count)
    erased_files.finish_or_leave(place)
    return count
