"""The chain of the audit, read from one end to the other: in the database in use, and in copies of
it."""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Erasure, EvidenceErasure, Person
from tracker.queries.endorsements.erased import is_sealed
from tracker.rules.operations.hash_chain import (
    ChainFault,
    ChainHead,
    ChainLink,
    ChainWalk,
    EventDetails,
    StoredEvent,
    against,
    explain,
    walk,
)

AT_ONCE = 1000
"""Events held in memory at a time."""
LINK = tuple(ChainLink.__slots__)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along the chain came to."""

    walk: ChainWalk
    wrong: ChainFault | None


def verify(heads: Collection[ChainHead] = ()) -> Verified:
    """Of the database in use. `heads` were kept elsewhere."""
    return verified(session().connection(), heads)


def verified(connection: Connection, heads: Collection[ChainHead] = ()) -> Verified:
    with closing(_kept(connection)) as kept:
        found = walk(kept, {head.sequence for head in heads})
    if found.broken is not None:
        known = _places(connection, "digest")
        return Verified(found, explain(found.broken, known, _places(connection, "commitment")))
    return Verified(found, against(heads, found))


def head() -> ChainHead | None:
    """The newest event, as it stands. None where nothing has happened yet."""
    query = (
        select(AuditEvent.sequence, AuditEvent.digest, AuditEvent.happened_at)
        .order_by(AuditEvent.sequence.desc())
        .limit(1)
    )
    row = session().execute(query).one_or_none()
    return None if row is None else ChainHead(*row)


def must_have_events() -> bool:
    """Whoever is the first in a database came in with an event."""
    return bool(session().scalar(select(select(Person.id).exists())))


def _kept(connection: Connection) -> Generator[StoredEvent, None, None]:
    """Every event in its order; an erasure of the person that it is about accounts for facts that
    are gone, if it is sealed. One of their evidence does not: it takes no facts."""
    erasure = aliased(Erasure)
    owner = func.coalesce(AuditEvent.subject_id, AuditEvent.actor_id)
    of_evidence = select(EvidenceErasure.version_id).where(EvidenceErasure.erasure_id == erasure.id)
    is_erased = (
        select(erasure.id)
        .where(
            erasure.person_id == owner,
            is_sealed(Erasure.__tablename__, erasure.id),
            ~of_evidence.exists(),
        )
        .exists()
    )
    every = (
        select(
            *(getattr(AuditEvent, name) for name in LINK),
            AuditEventDetail.salt,
            AuditEventDetail.facts,
            is_erased.label("is_erased"),
        )
        .outerjoin(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .order_by(AuditEvent.sequence, AuditEvent.id)
        .execution_options(yield_per=AT_ONCE)
    )
    link = attrgetter(*LINK)
    with connection.execute(every) as rows:
        for row in rows:
            detail = None if row.salt is None else EventDetails(row.salt, row.facts)
            yield StoredEvent(ChainLink(*link(row)), detail, row.is_erased)


def _places(connection: Connection, column: str) -> dict[str, int]:
    """Where each digest, or each commitment, stands."""
    rows = connection.execute(select(getattr(AuditEvent, column), AuditEvent.sequence))
    return {row[0]: row.sequence for row in rows}
