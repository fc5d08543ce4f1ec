"""The chain of the audit, read from beginning to end, and what the audit noted of all chains of
seals. Of the database in use, and of copies."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import Connection, func, select, tuple_, union_all

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Library, Person, Seal
from tracker.operations.backups.rules import Finding
from tracker.record.endorsements.queries import erased_people
from tracker.rules.core.hash_chain import (
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
from tracker.rules.core.seals import COMMITMENT, NOTES, RECORDS_SEALED, SealHead, heads_of

AT_ONCE = 1000
"""Events held in memory at a time."""
LINK = tuple(ChainLink.__slots__)
HEADS_AT_ONCE = 1000
"""Heads that are asked for at a time."""


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
        chain = walk(kept, {head.sequence for head in heads})
    if chain.broken is not None:
        known = _places(connection, "digest")
        return Verified(chain, explain(chain.broken, known, _places(connection, "commitment")))
    return Verified(chain, against(heads, chain))


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
    erased = erased_people(connection)
    every = (
        select(
            *(getattr(AuditEvent, name) for name in LINK),
            AuditEventDetail.salt,
            AuditEventDetail.facts,
        )
        .outerjoin(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .order_by(AuditEvent.sequence, AuditEvent.id)
        .execution_options(yield_per=AT_ONCE)
    )
    link = attrgetter(*LINK)
    with connection.execute(every) as rows:
        for row in rows:
            detail = None if row.salt is None else EventDetails(row.salt, row.facts)
            owner = row.actor_id if row.subject_id is None else row.subject_id
            yield StoredEvent(ChainLink(*link(row)), detail, owner in erased)


def _places(connection: Connection, column: str) -> dict[str, int]:
    """Where each digest, or each commitment, stands."""
    rows = connection.execute(select(getattr(AuditEvent, column), AuditEvent.sequence))
    return {row[0]: row.sequence for row in rows}


def count_seals() -> int:
    return session().scalar(select(func.count()).select_from(Seal)) or 0


def chain_name(chain: int) -> str:
    return f"library {-chain}" if chain < 0 else f"person {chain}"


def not_noted(connection: Connection) -> list[SealHead]:
    """The newest seal of each chain, where none so new is noted."""
    noted = {
        head.chain: head.sequence
        for covered in connection.scalars(
            select(Seal.covered).where(Seal.chain == NOTES).order_by(Seal.sequence)
        )
        for head in heads_of(covered)
    }
    # The newest is looked up for each chain by its index: a GROUP BY would read all seals.
    chains = union_all(select(Person.id.label("id")), select(-Library.id)).subquery()
    newest = select(func.max(Seal.sequence)).where(Seal.chain == chains.c.id).correlate(chains)
    heads = select(Seal.chain, Seal.sequence, Seal.digest).join(
        chains, (Seal.chain == chains.c.id) & (Seal.sequence == newest.scalar_subquery())
    )
    newest_heads = (SealHead(*row) for row in connection.execute(heads))
    return [head for head in newest_heads if noted.get(head.chain) != head.sequence]


def rewritten(connection: Connection) -> Iterator[Finding]:
    """The first note that is not the one that the audit holds, or that seals no longer fit: with
    whose they are."""
    events = connection.execute(
        select(AuditEventDetail.facts, AuditEvent.happened_at)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind == RECORDS_SEALED)
        .order_by(AuditEvent.sequence)
    ).all()
    of_notes = select(Seal.sequence, Seal.covered, Seal.digest).where(Seal.chain == NOTES)
    for number, (facts, at) in enumerate(events, 1):
        note = connection.execute(of_notes.where(Seal.sequence == number)).one_or_none()
        wrong = list(_other_heads(connection, note.covered)) if note is not None else []
        held = facts if isinstance(facts, dict) else {}
        is_held = note is not None and held == {"seal": number, "root": note.digest.hex()}
        if wrong or not is_held:
            whose = ", ".join(map(chain_name, wrong)) or f"note {number}"
            yield Finding("seals_rewritten", f"{whose} ({at:%Y-%m-%d %H:%M} UTC)")
            return
    last = connection.scalar(select(func.max(Seal.sequence)).where(Seal.chain == NOTES)) or 0
    if last > len(events):
        yield Finding("seals_rewritten", f"note {len(events) + 1}")


def _other_heads(connection: Connection, noted: bytes) -> Iterator[int]:
    """The chains whose seal at that place is gone or another now."""
    heads = list(heads_of(noted))
    for at in range(0, len(heads), HEADS_AT_ONCE):
        some = heads[at : at + HEADS_AT_ONCE]
        places = [(head.chain, head.sequence) for head in some]
        seals = connection.execute(
            select(Seal.chain, Seal.digest).where(tuple_(Seal.chain, Seal.sequence).in_(places))
        )
        digests = {seal.chain: seal.digest[:COMMITMENT] for seal in seals}
        yield from (head.chain for head in some if digests.get(head.chain) != head.digest)
