"""The chains of seals, read from one end to the other, and what the audit noted of all of them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Review, Seal
from tracker.rules.operations.audit_kinds import RECORDS_SEALED
from tracker.rules.operations.backups import Finding
from tracker.rules.operations.seals import NO_ROOT, SealLink, root, start

AT_ONCE = 1000
"""Seals held in memory at a time."""
LINK = tuple(SealLink.__slots__)
OWNER: ColumnElement[int] = func.coalesce(
    Seal.person_id, select(Review.learner_id).where(Review.id == Seal.review_id).scalar_subquery()
)
"""Whose record a seal belongs to."""


@dataclass(frozen=True, slots=True)
class AuditAnchor:
    """The newest seal at a moment, and one digest over all up to it, as the audit holds them."""

    seal_id: int
    root: str
    at: dt.datetime | None


FIRST = AuditAnchor(0, NO_ROOT, None)


def count() -> int:
    return session().scalar(select(func.count()).select_from(Seal)) or 0


def findings(connection: Connection) -> Iterator[Finding]:
    yield from _breaks(connection)
    yield from _rewritten(connection)


def _breaks(connection: Connection) -> Iterator[Finding]:
    """The first seal of each chain that does not follow the one before it, or says something else
    than it said."""
    every = (
        select(Seal.id, *(getattr(Seal, name) for name in LINK), Seal.digest, OWNER.label("owner"))
        .order_by(Seal.person_id, Seal.review_id, Seal.id)
        .execution_options(yield_per=AT_ONCE)
    )
    chain, head, broken = None, "", False
    with connection.execute(every) as rows:
        for row in rows:
            if chain != (row.person_id, row.review_id):
                chain, broken = (row.person_id, row.review_id), False
                head = start(*chain)
            link = SealLink(*row[1:-2])
            if not broken and (link.previous, link.made()) != (head, row.digest):
                broken = True
                yield Finding("seals_broken", f"seals {row.id} (person {row.owner})")
            head = row.digest


def anchors(connection: Connection) -> list[AuditAnchor]:
    """In the order of the audit."""
    noted = (
        select(AuditEventDetail.facts, AuditEvent.happened_at)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind == RECORDS_SEALED)
        .order_by(AuditEvent.sequence)
    )
    return [
        AuditAnchor(int(row.facts["seal"]), str(row.facts["root"]), row.happened_at)
        for row in connection.execute(noted)
        if isinstance(row.facts, dict) and {"seal", "root"} <= row.facts.keys()
    ]


def root_after(
    connection: Connection, before: AuditAnchor, last: int | None = None
) -> AuditAnchor | None:
    """Over the seals from that anchor on to the seal `last`, or to the newest; None where there is
    none."""
    wanted = [Seal.id > before.seal_id]
    if last is not None:
        wanted.append(Seal.id <= last)
    newest = connection.scalar(select(func.max(Seal.id)).where(*wanted))
    if newest is None:
        return None
    digests = (
        select(Seal.digest).where(*wanted).order_by(Seal.id).execution_options(yield_per=AT_ONCE)
    )
    with connection.execute(digests) as rows:
        return AuditAnchor(newest, root(before.root, rows.scalars()), None)


def _rewritten(connection: Connection) -> Iterator[Finding]:
    """The first anchor that the seals do not lead to."""
    before = FIRST
    for anchor in anchors(connection):
        made = root_after(connection, before, anchor.seal_id)
        if made is None or (made.seal_id, made.root) != (anchor.seal_id, anchor.root):
            said = f"seals {before.seal_id + 1} to {anchor.seal_id}"
            yield Finding("seals_rewritten", f"{said} ({anchor.at:%Y-%m-%d %H:%M} UTC)")
            return
        before = anchor
