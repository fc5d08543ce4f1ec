"""Moving a library from one version of a framework to another, and back: a pointer for each of its
people, in one transaction. What they said stays with its skills, so nothing is copied, and nothing
lost. At once, or planned for the end of a round: then the daily work moves them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.administration.version_moves import queries as version_moves_queries
from tracker.administration.version_moves.queries import LibraryMove
from tracker.db import session, transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Framework, Library, Person, PlannedMove
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Missing
from tracker.teams.rounds import records as teams_rounds_records


def move(
    actor: Actor | None, library_id: int, version_id: int, now: dt.datetime, *, seen: str = ""
) -> int:
    """At once, whoever isn't on that version; newcomers begin with it from now on, and rounds to
    come are for it. No actor: by command. `seen`: the digest of what the page showed, "" for any.
    Returns how many people moved.

    Raises Missing; Conflict: move_planned, move_done (everybody is there), move_in_round (theirs is
    open), move_changed.
    """
    with transaction() as tx:
        today = _today(tx, actor, library_id, now)
        library_move = version_moves_queries.move_to(library_id, version_id, today)
        if library_move.round is not None:
            raise Conflict(
                "move_in_round", round=library_move.round.name, day=library_move.round.ends_on
            )
        if seen not in ("", version_moves_queries.digest(library_id, library_move.to, today)):
            raise Conflict("move_changed")
        by = None if actor is None else actor.person_id
        count = _move(tx, library_id, library_move, by, today, now)
        _note(tx, "people_moved", library_id, library_move, by, now, people=count)
        return count


def plan(
    actor: Actor | None, library_id: int, version_id: int, now: dt.datetime
) -> tuple[int, dt.date]:
    """When the round is over that is open for their version, whoever isn't on that one by then.
    Returns for how many it is today, and the day.

    Raises Missing; Conflict: move_planned, move_done, move_no_round.
    """
    with transaction() as tx:
        today = _today(tx, actor, library_id, now)
        library_move = version_moves_queries.move_to(library_id, version_id, today)
        if library_move.round is None:
            raise Conflict("move_no_round")
        _offered(tx, version_id)
        by = None if actor is None else actor.person_id
        tx.add(
            PlannedMove(
                library_id=library_id,
                slug=library_move.to.slug,
                framework_id=version_id,
                planned_at=now,
                planned_by_id=by,
            )
        )
        name, on = library_move.round.name, library_move.round.ends_on + version_moves_queries.DAY
        _note(tx, "move_planned", library_id, library_move, by, now, round=name, on=on.isoformat())
        return library_move.people, on


def cancel(actor: Actor, version_id: int, now: dt.datetime) -> None:
    """Raises Missing; Conflict("move_over"): it was done or canceled."""
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        planned = _planned(tx, library.id, version_id)
        if planned is None:
            raise Conflict("move_over")
        tx.delete(planned)
        to = tx.get_one(Framework, version_id)
        facts = {"framework": to.slug, "after": to.version}
        audit_records.note_by(tx, "move_canceled", actor, now, **facts)


def move_due(now: dt.datetime) -> int:
    """The daily work: every planned move that no round of theirs keeps. Returns how many people
    moved."""
    planned = select(PlannedMove.library_id).distinct().order_by(PlannedMove.library_id)
    return sum(_move_due(library_id, now) for library_id in session().scalars(planned).all())


def _move_due(library_id: int, now: dt.datetime) -> int:
    with transaction() as tx:
        today = _today(tx, None, library_id, now)
        people = 0
        for framework in version_moves_queries.frameworks(library_id, today):
            library_move = framework.planned
            planned = None if library_move is None else _planned(tx, library_id, library_move.to.id)
            if library_move is None or planned is None or library_move.round is not None:
                continue
            count = _move(tx, library_id, library_move, planned.planned_by_id, today, now)
            tx.delete(planned)
            _note(tx, "planned_move_done", library_id, library_move, None, now, people=count)
            people += count
        return people


def _planned(tx: Session, library_id: int, version_id: int) -> PlannedMove | None:
    return tx.scalar(
        select(PlannedMove).where(
            PlannedMove.library_id == library_id, PlannedMove.framework_id == version_id
        )
    )


def _move(
    tx: Session,
    library_id: int,
    library_move: LibraryMove,
    by: int | None,
    today: dt.date,
    now: dt.datetime,
) -> int:
    whom = version_moves_queries.whom(library_id, library_move.to, today)
    tx.execute(held(select(Person.id).where(Person.id.in_(whom.order_by(None)))))
    to = _offered(tx, library_move.to.id)
    teams_rounds_records.keep_due(tx, library_id, now)
    count = frameworks_versions_records_moves.move(tx, library_id, whom, to, by, now)
    frameworks_versions_records_moves.let_newcomers_begin(tx, library_id, to, by, today, now)
    return count


def _offered(tx: Session, version_id: int) -> Framework:
    """Held, so that nobody withdraws it meanwhile. Raises Missing."""
    version = tx.scalar(held(select(Framework).where(Framework.id == version_id)))
    if version is None or version.status != VersionStatus.OFFERED:
        raise Missing
    return version


def _note(
    tx: Session,
    kind: str,
    library_id: int,
    library_move: LibraryMove,
    by: int | None,
    now: dt.datetime,
    **facts: audit_records.Fact,
) -> None:
    audit_records.note(
        tx,
        kind,
        now,
        library_id=library_id,
        actor_id=by,
        subject_id=None,
        framework=library_move.to.slug,
        before=library_move.left,
        after=library_move.to.version,
        **facts,
    )


def _today(tx: Session, actor: Actor | None, library_id: int, now: dt.datetime) -> dt.date:
    """In that library, which is locked. Raises Missing."""
    if actor is None:
        library = tx.scalar(held(select(Library).where(Library.id == library_id)))
    else:
        library = administration_records.of_library(tx, actor)
    if library is None or library.id != library_id:
        raise Missing
    return day_in(library.time_zone, now)
