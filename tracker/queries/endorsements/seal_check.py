"""Whether each endorsement still is what the audit sealed when it was given: in the database in
use, and in copies.

Whether the seals themselves are those of then, the chain tells (queries/operations/audit_chain).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Endorsement, ReviewItem
from tracker.rules.operations.audit_kinds import GIVEN
from tracker.rules.reviews.digests import EndorsementContent, SealState, seal

AT_ONCE = 500
"""So many endorsements are held in memory at a time."""

Giving = tuple[int | None, int | None, dt.datetime]
"""All that is left of an event whose facts were erased: about whom, by whom, when."""


@dataclass(slots=True)
class Seals:
    """`by_id`: every seal that an event holds for an endorsement; more than one is one too many,
    unless alike."""

    by_id: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    erased: Counter[Giving] = field(default_factory=Counter)


def all_compared() -> dict[SealState, list[int]]:
    """Of the database in use."""
    return compared(session())


def compared(source: Session | Connection) -> dict[SealState, list[int]]:
    """The ids of all endorsements that are there or were sealed, by what is found of them."""
    found: dict[SealState, list[int]] = {each: [] for each in SealState}
    seals = _seals(source)
    for endorsement_id, given in _given(source):
        found[_kept(seals, endorsement_id, given)].append(endorsement_id)
    found[SealState.GONE] = sorted(seals.by_id)
    return found


def _kept(seals: Seals, endorsement_id: int, given: EndorsementContent) -> SealState:
    """Takes its seal, or the event that was erased, away: one event accounts for one
    endorsement."""
    sealed = seals.by_id.pop(endorsement_id, None)
    if sealed is not None:
        return SealState.SEALED if sealed == {seal(given)} else SealState.ALTERED
    giving = (given.person_id, given.endorser_id, given.endorsed_at)
    if seals.erased[giving]:
        seals.erased[giving] -= 1
        return SealState.ERASED
    return SealState.UNSEALED


def _seals(source: Session | Connection) -> Seals:
    """Facts that were changed past the program are passed over: the chain tells of them."""
    rows = source.execute(
        select(
            AuditEvent.subject_id,
            AuditEvent.actor_id,
            AuditEvent.happened_at,
            AuditEventDetail.event_id,
            AuditEventDetail.facts,
        )
        .outerjoin(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(AuditEvent.kind == GIVEN)
        .execution_options(yield_per=AT_ONCE)
    )
    found = Seals()
    for row in rows:
        if row.event_id is None:
            found.erased[(row.subject_id, row.actor_id, row.happened_at)] += 1
        elif isinstance(row.facts, dict) and isinstance(row.facts.get("endorsement"), int):
            found.by_id[row.facts["endorsement"]].add(str(row.facts.get("seal")))
    return found


def _given(source: Session | Connection) -> Iterator[tuple[int, EndorsementContent]]:
    last = 0
    while True:
        rows = source.execute(
            select(
                Endorsement.id,
                ReviewItem.digest,
                Endorsement.endorser_id,
                Endorsement.person_id,
                Endorsement.statement_id,
                Endorsement.answer,
                ReviewItem.reviewer_answer,
                ReviewItem.ground,
                Endorsement.endorsed_at,
            )
            .outerjoin(ReviewItem, ReviewItem.id == Endorsement.item_id)
            .where(Endorsement.id > last)
            .order_by(Endorsement.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        for row in rows:
            yield row.id, EndorsementContent(*row[1:])
        last = rows[-1].id
