"""The only writer of how things were at the end of a round."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.models import Library, Round, RoundSnapshot, SnapshotPerson
from tracker.models.columns import table_of
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.calendar import day_in, start_of
from tracker.rules.teams.round_snapshots import KeptRound

PEOPLE = table_of(SnapshotPerson)


def keep_due(
    tx: Session, library_id: int, now: dt.datetime, facts: Callable[[int, dt.datetime], KeptRound]
) -> int:
    """Keep every round of the library whose last day is over there and that is not kept yet.
    Returns how many. A use case that changes what a figure of such a round is made of begins with
    this.

    `facts` reads how things were (queries/teams/rounds/facts). The library's row is locked: the
    same round is not kept twice.
    """
    library = tx.scalars(held(select(Library).where(Library.id == library_id))).one()
    zone = library.time_zone
    due = tx.scalars(
        select(Round)
        .outerjoin(RoundSnapshot, RoundSnapshot.round_id == Round.id)
        .where(
            Round.library_id == library_id,
            Round.ends_on < day_in(zone, now),
            RoundSnapshot.id.is_(None),
        )
        .order_by(Round.ends_on, Round.id)
    ).all()
    for period in due:
        as_of = start_of(zone, period.ends_on + dt.timedelta(days=1))
        kept = facts(period.id, as_of)
        snapshot = RoundSnapshot(
            round_id=period.id,
            as_of=as_of,
            made_at=now,
            reconstructed=period.ended_unseen,
            facts=dict(kept.facts),
        )
        tx.add(snapshot)
        tx.flush()
        if kept.people:
            tx.execute(
                insert(PEOPLE), [{"snapshot_id": snapshot.id, **asdict(one)} for one in kept.people]
            )
        audit.note(
            tx,
            "round_kept",
            now,
            library_id=library_id,
            actor_id=None,
            round_id=period.id,
            round=period.name,
        )
    return len(due)


def is_kept(tx: Session, round_id: int) -> bool:
    found = tx.scalar(select(RoundSnapshot.id).where(RoundSnapshot.round_id == round_id))
    return found is not None
