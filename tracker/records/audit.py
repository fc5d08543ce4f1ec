"""The only writer of audit events.

Events are collected while a use case runs. They become links of the chain just before it commits,
after the seals. Only one transaction at a time can extend the chain, and so the others wait for
that part alone. Of what is rolled back nothing stays.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

from sqlalchemy import Select, bindparam, event, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session, SessionTransaction

from tracker.models import AuditEvent, AuditEventDetail, Library, Person
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor
from tracker.rules.core.hash_chain import START, ChainLink, commitment

LOCK = 4_702_111_830
"""The advisory lock of the chain on PostgreSQL, held from the reading of its end to the commit."""
NOTED = "audit_noted"
EVENTS, DETAILS = table_of(AuditEvent), table_of(AuditEventDetail)

END = select(AuditEvent.sequence, AuditEvent.digest).order_by(AuditEvent.sequence.desc()).limit(1)
TAKE_LOCK = select(func.pg_advisory_xact_lock(LOCK))
INSERT_EVENTS = insert(EVENTS).returning(EVENTS.c.sequence, EVENTS.c.id)
INSERT_DETAILS = insert(DETAILS)

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class NotedEvent:
    """An event to be."""

    kind: str
    library_id: int | None
    actor_id: int | None
    subject_id: int | None
    happened_at: dt.datetime
    facts: tuple[tuple[str, Fact], ...]


@dataclass(slots=True)
class NotedEvents:
    """What one use case noted, in order. `within`: the savepoint that takes it back, if any; `over`
    once it ended."""

    within: SessionTransaction | None
    events: dict[NotedEvent, None] = field(default_factory=dict)
    over: bool = False


def note(
    tx: Session,
    kind: str,
    now: dt.datetime,
    *,
    library_id: int | None,
    actor_id: int | None,
    subject_id: int | None = None,
    **facts: Fact,
) -> None:
    """Record that something happened. `facts`: ids and short words; never a rating, an answer or
    personal text, but for the name that somebody had before.

    The very same twice in one use case is one event.
    """
    if NOTED not in tx.info:
        tx.info[NOTED] = []
        event.listen(tx, "before_commit", _before_commit)
        event.listen(tx, "after_soft_rollback", _after_soft_rollback)
    parts: list[NotedEvents] = tx.info[NOTED]
    savepoint = tx.get_nested_transaction()
    if not parts or parts[-1].over or parts[-1].within is not savepoint:
        parts.append(NotedEvents(savepoint))
    parts[-1].events[
        NotedEvent(
            kind=kind,
            library_id=library_id,
            actor_id=actor_id,
            subject_id=subject_id,
            happened_at=now,
            facts=tuple(sorted(facts.items())),
        )
    ] = None


def note_person(
    tx: Session,
    kind: str,
    person: Person | None,
    by_id: int | None,
    now: dt.datetime,
    **facts: Fact,
) -> None:
    """What was done to somebody's account. `by_id`: None for who is not signed in."""
    note(
        tx,
        kind,
        now,
        library_id=person.library_id if person else None,
        actor_id=by_id,
        subject_id=person.id if person else None,
        **facts,
    )


def note_by(
    tx: Session,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    subject_id: int | None = None,
    /,
    **facts: Fact,
) -> None:
    """What somebody did in their own library. `subject_id`: about whom; None for nobody."""
    of, by = actor.library_id, actor.person_id
    note(tx, kind, now, library_id=of, actor_id=by, subject_id=subject_id, **facts)


def _before_commit(tx: Session) -> None:
    parts: list[NotedEvents] = tx.info[NOTED]
    savepoint = tx.get_nested_transaction()
    if savepoint is not None:
        around = (
            savepoint.parent if savepoint.parent is not None and savepoint.parent.nested else None
        )
        for part in takewhile(lambda part: part.within is savepoint, reversed(parts)):
            part.within, part.over = around, True
    elif parts:
        tx.info[NOTED] = []
        tx.flush()
        _append(tx, [noted for part in parts for noted in part.events])


def _after_soft_rollback(tx: Session, taken_back: SessionTransaction) -> None:
    is_all = taken_back.parent is None
    tx.info[NOTED] = [
        part for part in tx.info[NOTED] if not is_all and part.within is not taken_back
    ]


def _append(tx: Session, collected: list[NotedEvent]) -> None:
    salts = [secrets.token_hex(16) for _noted in collected]
    commitments = [
        commitment(salt, dict(noted.facts)) for salt, noted in zip(salts, collected, strict=True)
    ]
    _lock(tx, collected)
    end = tx.execute(END).one_or_none()
    last, previous = (0, START) if end is None else (end.sequence, end.digest)
    rows = []
    for sequence, (noted, committed) in enumerate(
        zip(collected, commitments, strict=True), last + 1
    ):
        link = ChainLink(
            sequence=sequence,
            previous=previous,
            kind=noted.kind,
            library_id=noted.library_id,
            actor_id=noted.actor_id,
            subject_id=noted.subject_id,
            happened_at=noted.happened_at,
            commitment=committed,
        )
        previous = link.made()
        rows.append(
            {name: getattr(link, name) for name in ChainLink.__slots__} | {"digest": previous}
        )
    ids: dict[int, int] = dict(tx.execute(INSERT_EVENTS, rows).all())
    tx.execute(
        INSERT_DETAILS,
        [
            {"event_id": ids[sequence], "salt": salt, "facts": dict(noted.facts)}
            for sequence, (salt, noted) in enumerate(zip(salts, collected, strict=True), last + 1)
        ],
    )


def _lock(tx: Session, collected: list[NotedEvent]) -> None:
    """The rows that the events point to are shared before the chain is locked, so that whoever
    holds its lock waits for nothing. Sharing waits only where somebody's own address or name
    changes.

    SQLite has one writer at a time.
    """
    if tx.get_bind().dialect.name != "postgresql":
        return
    _share(tx, Library.id, (noted.library_id for noted in collected))
    _share(
        tx, Person.id, (key for noted in collected for key in (noted.actor_id, noted.subject_id))
    )
    tx.execute(TAKE_LOCK)


def _share(tx: Session, key: InstrumentedAttribute[int], ids: Iterable[int | None]) -> None:
    wanted = sorted({row_id for row_id in ids if row_id is not None})
    if wanted:
        tx.execute(_shared(key), {"wanted": wanted})


@cache
def _shared(key: InstrumentedAttribute[int]) -> Select[int]:
    query = select(key).where(key.in_(bindparam("wanted", expanding=True)))
    return query.order_by(key).with_for_update(read=True, key_share=True)
