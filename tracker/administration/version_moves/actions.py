"""Moving people from one version of a framework to another, and back: a pointer, in one
transaction. What they said stays with its skills, so nothing is copied, and nothing lost. At once,
or planned: then the daily work moves them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.frameworks.versions import (
    queries_moves as planned_moves,
    queries_steps as version_steps,
    records_moves as moves,
)
from tracker.frameworks.versions.queries_steps import MoveScope, VersionStep
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Framework, Library, Person, PlannedMove, Team
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.core import administration
from tracker.row_locks import held
from tracker.rules.calendar import LAST_DAY, day_in
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.teams.rounds import records as round_snapshots


def move(
    actor: Actor | None,
    scope: MoveScope,
    now: dt.datetime,
    *,
    seen: str = "",
    newcomers: bool = True,
) -> int:
    """At once. No actor: by command. `seen`: the digest of what the page showed, "" for any;
    `newcomers`: where a whole library moves, they begin with that version from now on, and rounds
    to come are for it. Returns how many people moved.

    Raises Missing; Conflict("move_changed"); Invalid: move_unknown (no other version of the
    framework; or another library's team or person), move_done and move_nobody (nobody there is on
    the version before; they are on the other, or nobody is), move_in_round (theirs is open).
    """
    with transaction() as tx:
        today = _today(tx, actor, scope.library_id, now)
        step, people = _ready(scope, today, today)
        _not_in_round(step, people, None)
        if seen not in ("", version_steps.digest(scope, people)):
            raise Conflict("move_changed")
        by = None if actor is None else actor.person_id
        count = _move(tx, scope, by, today, now, newcomers)
        _note(tx, "people_moved", scope, by, now, people=count)
        return count


def plan(
    actor: Actor | None,
    scope: MoveScope,
    on: dt.date | None,
    now: dt.datetime,
    *,
    newcomers: bool = True,
) -> tuple[int, dt.date]:
    """For whoever is there on the version before by then: on that day; with None on the day after
    the last one of the round that they are in. Returns for how many it is today, and the day.

    Raises as `move` does, of a round that is open on that day; Invalid: move_planned (it is
    already), move_no_round, move_day_past, day_far.
    """
    with transaction() as tx:
        today = _today(tx, actor, scope.library_id, now)
        if on is not None and not today < on <= LAST_DAY:
            raise Invalid("move_day_past" if on <= today else "day_far", "on")
        step, people = _ready(scope, today, on or today)
        if on is not None:
            _not_in_round(step, people, "on")
        elif step.round_ends_on is None:
            raise Invalid("move_no_round", "when")
        if tx.scalar(planned_moves.of_scope(scope)) is not None:
            raise Invalid("move_planned")
        _offered(tx, scope.to_id)
        by = None if actor is None else actor.person_id
        planned = PlannedMove(
            **{name: getattr(scope, name) for name in scope.__slots__},
            newcomers=newcomers,
            due_on=on,
            round_id=step.round_id if on is None else None,
            planned_at=now,
            planned_by_id=by,
        )
        tx.add(planned)
        tx.flush()
        ((_planned, _zone, day),) = planned_moves.planned(PlannedMove.id == planned.id)
        _note(tx, "move_planned", scope, by, now, on=day.isoformat())
        return len(people), day


def cancel(actor: Actor, planned_id: int, now: dt.datetime) -> None:
    """Raises Missing; Conflict("move_over"): it was done or canceled."""
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        planned = tx.get(PlannedMove, planned_id)
        if planned is None or planned.library_id != library.id:
            raise Conflict("move_over")
        tx.delete(planned)
        _note(tx, "move_canceled", planned_moves.scope_of(planned), actor.person_id, now)


def move_due(now: dt.datetime) -> int:
    """The daily work: every planned move whose day has come, one after the other. Returns how many
    people moved."""
    planned = planned_moves.planned()
    due = [(move.id, move.library_id) for move, zone, on in planned if on <= day_in(zone, now)]
    return sum(_move_due(*ids, now) for ids in due)


def _move_due(planned_id: int, library_id: int, now: dt.datetime) -> int:
    """Unless it was done, canceled or put off meanwhile. It waits where a round of theirs is open
    again, and is over where nobody is left to move."""
    with transaction() as tx:
        today = _today(tx, None, library_id, now)
        due = [
            row for row in planned_moves.planned(PlannedMove.id == planned_id) if row[2] <= today
        ]
        if not due:
            return 0
        planned = due[0][0]
        scope, by = planned_moves.scope_of(planned), planned.planned_by_id
        try:
            step, people = _ready(scope, today, today)
            if people and step.round_id is not None:
                planned.round_id = step.round_id
                _note(tx, "move_waits", scope, None, now, round=str(step.round))
                return 0
            count = _move(tx, scope, by, today, now, planned.newcomers)
        except Invalid:  # nobody is left whom it could move
            count = 0
        tx.delete(planned)
        _note(tx, "planned_move_done", scope, None, now, people=count)
        return count


def _ready(scope: MoveScope, today: dt.date, on: dt.date) -> tuple[VersionStep, Collection[int]]:
    """The step with the round that is open on that day, and whom it would be for. Raises Invalid:
    move_unknown, move_done, move_nobody."""
    for model, key in ((Team, scope.team_id), (Person, scope.person_id)):
        library = select(model.library_id).where(model.id == key)
        if key is not None and session().scalar(library) != scope.library_id:
            raise Invalid("move_unknown", "team_id")
    steps = {(step.from_id, step.to_id): step for step in version_steps.steps(scope.library_id, on)}
    step = steps.get((scope.from_id, scope.to_id))
    if step is None:
        raise Invalid("move_unknown", "to_id")
    people = version_steps.people(scope, today)
    if not people and not (scope.is_whole and step.of_newcomers):
        back = replace(scope, from_id=scope.to_id, to_id=scope.from_id)
        are_there = version_steps.people(back, today)
        code = "move_done" if are_there else "move_nobody"
        raise Invalid(code, "team_id", version=step.after)
    return step, people


def _not_in_round(step: VersionStep, people: Collection[int], field: str | None) -> None:
    """Raises Invalid("move_in_round"): one is open for the version that they are on."""
    if people and step.round is not None and step.round_ends_on is not None:
        raise Invalid("move_in_round", field, round=step.round, day=step.round_ends_on)


def _move(
    tx: Session, scope: MoveScope, by: int | None, today: dt.date, now: dt.datetime, newcomers: bool
) -> int:
    whom = version_steps.whom(scope, today)
    tx.execute(held(select(Person.id).where(Person.id.in_(whom.order_by(None)))))
    before, after = tx.get_one(Framework, scope.from_id), _offered(tx, scope.to_id)
    round_snapshots.keep_due(tx, scope.library_id, now)
    count = moves.move(tx, scope.library_id, whom, after, by, now)
    if newcomers and scope.is_whole:
        moves.let_newcomers_begin(tx, scope.library_id, before, after, by, today, now)
    return count


def _offered(tx: Session, framework_id: int) -> Framework:
    """Held, so that nobody withdraws it meanwhile. Raises Invalid("move_unknown")."""
    version = tx.scalar(held(select(Framework).where(Framework.id == framework_id)))
    if version is None or version.status != VersionStatus.OFFERED:
        raise Invalid("move_unknown", "to_id")
    return version


def _note(
    tx: Session, kind: str, scope: MoveScope, by: int | None, now: dt.datetime, **facts: audit.Fact
) -> None:
    before, after = (tx.get_one(Framework, key) for key in (scope.from_id, scope.to_id))
    if scope.team_id is not None:
        facts |= {"team_id": scope.team_id, "team": tx.get_one(Team, scope.team_id).name}
    audit.note(
        tx,
        kind,
        now,
        library_id=scope.library_id,
        actor_id=by,
        subject_id=scope.person_id,
        framework=after.slug,
        before=before.version,
        after=after.version,
        **facts,
    )


def _today(tx: Session, actor: Actor | None, library_id: int, now: dt.datetime) -> dt.date:
    """In that library, which is locked. Raises Missing."""
    if actor is None:
        library = tx.scalar(held(select(Library).where(Library.id == library_id)))
    else:
        library = administration.of_library(tx, actor)
    if library is None or library.id != library_id:
        raise Missing
    return day_in(library.time_zone, now)
