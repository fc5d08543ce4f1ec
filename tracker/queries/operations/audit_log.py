"""What happened in a library, for its administrator. Only kinds that are asked for: nothing of
ratings can slip in."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, outerjoin, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Person
from tracker.policy.permissions import Actor
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.administration.people import named_like
from tracker.rules.calendar import start_of
from tracker.rules.names import folded
from tracker.rules.operations.audit_kinds import listing
from tracker.rules.pagination import PAGE, nearest_page, pages_of

DOER, ABOUT = aliased(Person), aliased(Person)
SORTS: dict[str, ColumnElement[Any]] = {
    "when": AuditEvent.happened_at.expression,
    "who": func.lower(DOER.name),
    "about": func.lower(ABOUT.name),
}
"""All that events can be sorted by; of equals, the newest first."""
NAMED = ("team", "role_profile", "round", "statement", "former_name")
"""Facts that hold a name, as it was then."""
LISTED = AuditEventDetail.facts["person_ids"].as_string()
"""Whom an event is about that is about many (rules/operations/audit_kinds)."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """No `actor`: the system, or nobody who was signed in. `facts` are empty once they were
    erased."""

    kind: str
    happened_at: dt.datetime
    actor: str | None
    subject_id: int | None
    subject: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventList:
    events: list[LoggedEvent]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class TextFilter:
    """What is looked for, whatever the case and accents: in names, in the words of kinds, in facts
    that hold a name, and in those that are stored as a key (`meant`: fact -> key -> words). Nothing
    that is not shown is looked in."""

    typed: str
    kinds: Mapping[str, Any]
    meant: Mapping[str, Mapping[Any, Any]]


def listed(
    actor: Actor,
    kinds: Collection[str],
    blind: BlindSpots,
    *,
    text: TextFilter | None = None,
    person_id: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    sort: str = "when",
    descending: bool = True,
    page: int = 1,
) -> EventList:
    """Both days are inclusive, as days of the library; `sort` is one of SORTS. Nothing of reviews
    that the actor may not know of, as they are to rate a statement of theirs. Two queries, four
    with a text."""
    where = [AuditEvent.library_id == actor.library_id, AuditEvent.kind.in_(kinds)]
    past = blind.past_reviews()
    if past:
        review = func.coalesce(AuditEventDetail.facts["review"].as_string(), "")
        where.append(review.not_in([str(each) for each in past]))
    if person_id is not None:
        where.append(
            or_(
                AuditEvent.actor_id == person_id,
                AuditEvent.subject_id == person_id,
                LISTED.contains(listing([person_id])),
            )
        )
    if since is not None:
        where.append(AuditEvent.happened_at >= start_of(actor.time_zone, since))
    if until is not None:
        where.append(
            AuditEvent.happened_at < start_of(actor.time_zone, until + dt.timedelta(days=1))
        )
    if text is not None and folded(text.typed):
        where.append(_holds(actor, text))
    detailed = outerjoin(AuditEvent, AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
    count = session().scalar(select(func.count()).select_from(detailed).where(*where)) or 0
    page = nearest_page(page, count)
    by = SORTS[sort].desc() if descending else SORTS[sort].asc()
    rows = session().execute(
        select(
            AuditEvent.kind,
            AuditEvent.happened_at,
            DOER.name.label("actor"),
            ABOUT.id.label("subject_id"),
            ABOUT.name.label("subject"),
            AuditEventDetail.facts,
        )
        .select_from(detailed)
        .outerjoin(DOER, DOER.id == AuditEvent.actor_id)
        .outerjoin(ABOUT, ABOUT.id == AuditEvent.subject_id)
        .where(*where)
        .order_by(by.nulls_last(), AuditEvent.happened_at.desc(), AuditEvent.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    events = [LoggedEvent(**{**row, "facts": row["facts"] or {}}) for row in rows.mappings()]
    return EventList(events, count, page, pages_of(count))


def _holds(actor: Actor, text: TextFilter) -> ColumnElement[bool]:
    """Names and facts are compared here, because the two databases fold letters differently."""
    wanted = folded(text.typed)
    fitting = named_like(actor.library_id, wanted)
    named = {name: AuditEventDetail.facts[name].as_string() for name in NAMED}
    query = (
        select(*named.values(), LISTED)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.library_id == actor.library_id)
        .distinct()
    )
    rows = session().execute(query).all()
    about = {str(each) for each in fitting}
    found = [
        AuditEvent.actor_id.in_(fitting),
        AuditEvent.subject_id.in_(fitting),
        LISTED.in_({row[-1] for row in rows if row[-1] and about & {*row[-1].split()}}),
        AuditEvent.kind.in_(
            [kind for kind, words in text.kinds.items() if wanted in folded(str(words))]
        ),
    ]
    for place, fact in enumerate(named.values()):
        found.append(
            fact.in_({row[place] for row in rows if row[place] and wanted in folded(row[place])})
        )
    for name, words in text.meant.items():
        keys = [str(key) for key, said in words.items() if wanted in folded(str(said))]
        found.append(AuditEventDetail.facts[name].as_string().in_(keys))
    return or_(*found)
