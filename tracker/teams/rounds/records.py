"""The only writer of how things were at the end of a round."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Library, Round, RoundSnapshot, SnapshotPerson
from tracker.records import audit as audit_records, seals as seals_records
from tracker.row_locks import held
from tracker.rules.calendar import day_in, start_of
from tracker.teams.figures import records as figures_records
from tracker.teams.rounds.queries import at_end


def keep_due(tx: Session, library_id: int, now: dt.datetime) -> int:
    """Keep every round of the library whose last day is over there and that is not kept yet, and
    count what is told of it without names; before that open the groups of rounds that have begun,
    and count what is told earlier. Returns how many are kept. A use case that changes what a figure
    of such a round is made of begins with this. The library's row is locked: the same round is not
    kept twice.
    """
    library = tx.scalars(held(select(Library).where(Library.id == library_id))).one()
    zone, today = library.time_zone, day_in(library.time_zone, now)
    figures_records.open_groups(tx, library_id, today)
    early = select(Round).where(
        Round.library_id == library_id,
        Round.figures_on < today,
        Round.figures_at.is_(None),
        Round.ends_on >= today,
    )
    for period in tx.scalars(early.order_by(Round.id)).all():
        day = period.figures_on
        assert day is not None
        as_of = start_of(zone, day + dt.timedelta(days=1))
        figures_records.count(tx, period.id, as_of, at_end(period.id, day, as_of).outcomes)
        period.figures_at = now
    due = tx.scalars(
        select(Round)
        .outerjoin(RoundSnapshot, RoundSnapshot.round_id == Round.id)
        .where(Round.library_id == library_id, Round.ends_on < today, RoundSnapshot.id.is_(None))
        .order_by(Round.ends_on, Round.id)
    ).all()
    for period in due:
        as_of = start_of(zone, period.ends_on + dt.timedelta(days=1))
        kept = at_end(period.id, period.ends_on, as_of)
        snapshot = RoundSnapshot(
            round_id=period.id,
            as_of=as_of,
            made_at=now,
            reconstructed=period.ended_unseen,
            facts=dict(kept.facts),
        )
        tx.add(snapshot)
        tx.flush()
        people = [{"snapshot_id": snapshot.id, **person} for person in kept.people]
        seals_records.add_many(tx, SnapshotPerson, people)
        figures_records.count(tx, period.id, as_of, kept.outcomes)
        audit_records.note(
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
    snapshot_id = tx.scalar(select(RoundSnapshot.id).where(RoundSnapshot.round_id == round_id))
    return snapshot_id is not None
