"""What happened in a library, for its administrator. Only kinds that are asked for: nothing of
ratings can slip in."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, UnaryExpression, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Person
from tracker.policy.permissions import Actor
from tracker.queries.core.people import named_like
from tracker.record.visible.queries import Reader
from tracker.rules.calendar import start_of
from tracker.rules.names import folded
from tracker.rules.pagination import PAGE

DOER, ABOUT = aliased(Person), aliased(Person)
Event = Row[*tuple[Any, ...]]
"""No `actor`: the system, or nobody who was signed in. `facts` are None once they were erased."""
NAMED = ("team", "role_profile", "round", "statement", "former_name")
"""Facts that hold a name, as it was then."""
LISTED = AuditEventDetail.facts["person_ids"].as_string()
"""Whom an event is about that is about many (`listing`)."""


@dataclass(frozen=True, slots=True)
class EventList:
    """Some events, the newest first, and whether there are newer and older ones. How many there are
    in all is not counted: it takes longer with each day."""

    events: Sequence[Event]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True, slots=True)
class TextFilter:
    """What is searched for, regardless of case and accents: in names, in the labels of kinds, in
    facts that hold a name, and in facts that are stored as a key (`meant`: fact -> key -> words).
    Only what the page shows is searched."""

    typed: str
    kinds: Mapping[str, Any]
    meant: Mapping[str, Mapping[Any, Any]]


def listing(person_ids: Iterable[int]) -> str:
    """Many people in one fact: each id stands between spaces, so that it can be searched for."""
    return f" {' '.join(map(str, person_ids))} "


def listed(
    reader: Reader,
    kinds: Collection[str],
    *,
    text: TextFilter | None = None,
    person_id: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    before: int | None = None,
    after: int | None = None,
) -> EventList:
    """Both days are inclusive, as days of the library. Nothing of reviews that the actor may not
    know of, as they are to rate a statement of theirs. `before`, `after`: those next to that event;
    the newest where it is none of this library, and where fewer than a page are after it. One
    query, one more next to an event and two more with a text."""
    actor = reader.actor
    where = [AuditEvent.library_id == actor.library_id, AuditEvent.kind.in_(kinds)]
    past = reader.past_reviews()
    if past:
        review = func.coalesce(AuditEventDetail.facts["review"].as_string(), "")
        where.append(review.not_in([str(review_id) for review_id in past]))
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
    place = _place(actor, before or after)
    if place is None:
        return _newest(where)
    at = tuple_(AuditEvent.happened_at, AuditEvent.id)
    if before is not None:
        return _newest([*where, at < place], has_newer=True)
    newer = _events([*where, at > place], AuditEvent.happened_at.asc(), AuditEvent.id.asc())
    if len(newer) < PAGE:
        return _newest(where)
    return EventList(newer[PAGE - 1 :: -1], len(newer) > PAGE, True)


def _place(actor: Actor, event_id: int | None) -> ColumnElement[Any] | None:
    """Where that event stands among all of the library."""
    if event_id is None:
        return None
    query = select(AuditEvent.happened_at).where(
        AuditEvent.id == event_id, AuditEvent.library_id == actor.library_id
    )
    at = session().scalar(query)
    return None if at is None else tuple_(literal(at, AuditEvent.happened_at.type), event_id)


def _newest(where: Sequence[ColumnElement[bool]], *, has_newer: bool = False) -> EventList:
    events = _events(where, AuditEvent.happened_at.desc(), AuditEvent.id.desc())
    return EventList(events[:PAGE], has_newer, len(events) > PAGE)


def _events(where: Sequence[ColumnElement[bool]], *order: UnaryExpression[Any]) -> Sequence[Event]:
    """A page of them and one more."""
    query = (
        select(
            AuditEvent.id,
            AuditEvent.kind,
            AuditEvent.happened_at,
            DOER.name.label("actor"),
            ABOUT.id.label("subject_id"),
            ABOUT.name.label("subject"),
            AuditEventDetail.facts,
        )
        .outerjoin(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .outerjoin(DOER, DOER.id == AuditEvent.actor_id)
        .outerjoin(ABOUT, ABOUT.id == AuditEvent.subject_id)
        .where(*where)
        .order_by(*order)
        .limit(PAGE + 1)
    )
    return session().execute(query).all()


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
    about = {str(person_id) for person_id in fitting}
    holds = [
        AuditEvent.actor_id.in_(fitting),
        AuditEvent.subject_id.in_(fitting),
        LISTED.in_({row[-1] for row in rows if row[-1] and about & {*row[-1].split()}}),
        AuditEvent.kind.in_(
            [kind for kind, words in text.kinds.items() if wanted in folded(str(words))]
        ),
    ]
    for place, fact in enumerate(named.values()):
        holds.append(
            fact.in_({row[place] for row in rows if row[place] and wanted in folded(row[place])})
        )
    for name, words in text.meant.items():
        keys = [str(key) for key, label in words.items() if wanted in folded(str(label))]
        holds.append(AuditEventDetail.facts[name].as_string().in_(keys))
    return or_(*holds)
