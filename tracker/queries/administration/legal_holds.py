"""The legal holds on a person, for the administrator: who set them, why, and until when."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import LegalHold, Person


@dataclass(frozen=True, slots=True)
class Hold:
    """`ended_at` and `ended_by` are None while it is open."""

    why: str
    set_by: str
    began_at: dt.datetime
    ended_by: str | None
    ended_at: dt.datetime | None


def of_person(person_id: int) -> list[Hold]:
    """The newest first. One query."""
    setter, ender = aliased(Person), aliased(Person)
    rows = session().execute(
        select(LegalHold.why, setter.name, LegalHold.began_at, ender.name, LegalHold.ended_at)
        .join(setter, setter.id == LegalHold.set_by_id)
        .outerjoin(ender, ender.id == LegalHold.ended_by_id)
        .where(LegalHold.person_id == person_id)
        .order_by(LegalHold.began_at.desc(), LegalHold.id.desc())
    )
    return [Hold(*row) for row in rows]
