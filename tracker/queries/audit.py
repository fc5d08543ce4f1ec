"""What happened in a library, for its administrator. Only kinds that are asked for: nothing of ratings can slip in."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import AuditEvent, Person
from tracker.policy import Actor
from tracker.rules.calendar import start_of

PAGE = 50
DOER, ABOUT = aliased(Person), aliased(Person)
SORTS: dict[str, ColumnElement[Any]] = {
    "when": AuditEvent.happened_at.expression,
    "who": func.lower(DOER.name),
    "about": func.lower(ABOUT.name),
}
"""All that events can be sorted by; of equals, the newest first."""


@dataclass(frozen=True, slots=True)
class Event:
    """No `actor`: the system, or nobody who was signed in."""

    kind: str
    happened_at: dt.datetime
    actor: str | None
    subject_id: int | None
    subject: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    events: list[Event]
    count: int
    page: int
    pages: int


def listed(
    actor: Actor,
    kinds: Collection[str],
    *,
    person_id: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    sort: str = "when",
    descending: bool = True,
    page: int = 1,
) -> Listing:
    """Both days are inclusive, as days of the library; `sort` is one of SORTS. Two statements."""
    where = [AuditEvent.library_id == actor.library_id, AuditEvent.kind.in_(kinds)]
    if person_id is not None:
        where.append(or_(AuditEvent.actor_id == person_id, AuditEvent.subject_id == person_id))
    if since is not None:
        where.append(AuditEvent.happened_at >= start_of(actor.time_zone, since))
    if until is not None:
        where.append(AuditEvent.happened_at < start_of(actor.time_zone, until + dt.timedelta(days=1)))
    count = session().scalar(select(func.count()).select_from(AuditEvent).where(*where)) or 0
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    by = SORTS[sort].desc() if descending else SORTS[sort].asc()
    rows = session().execute(
        select(AuditEvent.kind, AuditEvent.happened_at, DOER.name, ABOUT.id, ABOUT.name, AuditEvent.facts)
        .outerjoin(DOER, DOER.id == AuditEvent.actor_id)
        .outerjoin(ABOUT, ABOUT.id == AuditEvent.subject_id)
        .where(*where)
        .order_by(by.nulls_last(), AuditEvent.happened_at.desc(), AuditEvent.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return Listing([Event(*row) for row in rows], count, page, pages)
