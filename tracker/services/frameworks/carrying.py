"""Carrying people from one version of a framework to a later one, and back: planned, called off,
and done person by person, each in one transaction, so that what is cut short goes on."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import CarriedPerson, Carrying, Library, Person, Team
from tracker.policy.permissions import Actor
from tracker.queries.frameworks import carrying_progress, version_steps
from tracker.queries.frameworks.version_steps import CarryingScope
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, jobs
from tracker.records.frameworks import carried_people, carryings
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.calendar import clean_period, day_in
from tracker.rules.errors import Invalid, Missing
from tracker.rules.frameworks.carrying import AT_WORK, CarryingStatus

JOB = "carrying"
"""The kind of work in the background that carries people, or takes them back."""


@dataclass(frozen=True, slots=True)
class CarryingOutcome:
    """What it came to: whom it is for, how many of them are carried or taken back, and how many of
    those who were carried stay, since they did something on the later version."""

    carrying_id: int
    status: CarryingStatus
    people: int
    done: int
    stayed: int


def plan(actor: Actor | None, scope: CarryingScope, starts_on: dt.date, now: dt.datetime) -> int:
    """Let it begin on that day, or, where that is today, at once, in the background. No actor: by
    command. Returns its id.

    Raises Invalid: carrying_unknown (the later version says nothing of the one before; or another
    library's), carrying_nobody, carrying_in_round (one of the version before is open on that day),
    carrying_past, day_far; Conflict("carrying_open").
    """
    clean_period(starts_on, None)
    with transaction() as tx:
        library = _library(tx, actor, scope.library_id)
        today = day_in(library.time_zone, now)
        check(scope, starts_on, today)
        made = Carrying(
            library_id=scope.library_id,
            from_id=scope.from_id,
            to_id=scope.to_id,
            team_id=scope.team_id,
            person_id=scope.person_id,
            status=CarryingStatus.PLANNED,
            starts_on=starts_on,
            asked_by_id=actor.person_id if actor is not None else None,
            asked_at=now,
        )
        carryings.plan(tx, made, now)
        if starts_on == today:
            _let_go_on(tx, made.id, today, now)
        return made.id


def check(scope: CarryingScope, starts_on: dt.date, today: dt.date) -> list[int]:
    """Whom it would be for today. Raises what `plan` does for a scope or a day that can't be."""
    for found, key in ((Team, scope.team_id), (Person, scope.person_id)):
        if (
            key is not None
            and session().scalar(select(found.library_id).where(found.id == key))
            != scope.library_id
        ):
            raise Invalid("carrying_unknown", "team_id")
    if not version_steps.lines(scope.from_id, scope.to_id):
        raise Invalid("carrying_unknown", "to_id")
    if starts_on < today:
        raise Invalid("carrying_past", "starts_on")
    blocking = version_steps.open_round(scope.library_id, scope.from_id, starts_on)
    if blocking is not None:
        raise Invalid("carrying_in_round", "starts_on", round=blocking[0], day=blocking[1])
    found_people = version_steps.people(scope, today)
    if not found_people:
        raise Invalid("carrying_nobody")
    return found_people


def call_off(actor: Actor | None, carrying_id: int, now: dt.datetime) -> None:
    """Any time before it begins. Raises Conflict("carrying_begun")."""
    with transaction() as tx:
        carrying = _carrying(tx, actor, carrying_id)
        carryings.call_off(tx, carrying, actor.person_id if actor is not None else None, now)


def undo(actor: Actor | None, carrying_id: int, now: dt.datetime) -> None:
    """Take back, in the background, everybody who has done nothing on the later version since.
    Raises Conflict("carrying_not_done")."""
    with transaction() as tx:
        carrying = _carrying(tx, actor, carrying_id)
        today = _today(tx, carrying, now)
        by = actor.person_id if actor is not None else None
        carryings.undo(tx, carrying, by, today, now)
        _let_go_on(tx, carrying.id, today, now)


def start_due(now: dt.datetime) -> int:
    """Begin what is planned for today or before, and go on with what was cut short, in all
    libraries. Returns how many."""
    count = 0
    for each in carrying_progress.due(now):
        today = day_in(each.time_zone, now)
        with transaction() as tx:
            if each.status in AT_WORK or _may_begin(carryings.locked(tx, each.id), today):
                _let_go_on(tx, each.id, today, now)
                count += 1
    return count


def begin(carrying_id: int, now: dt.datetime) -> list[int]:
    """The people whom it is for, from here on, by their rows. Nobody, while it may not begin."""
    with transaction() as tx:
        carrying = carryings.locked(tx, carrying_id)
        today = _today(tx, carrying, now)
        if carrying.status is CarryingStatus.PLANNED and _may_begin(carrying, today):
            carryings.begin(tx, carrying, version_steps.people(_scope(carrying), today), today, now)
        if carrying.status not in AT_WORK:
            return []
        return carrying_progress.members(carrying_id)


def go_on(carrying_id: int, carried_id: int, now: dt.datetime) -> None:
    """Carry one person, or take them back; who is already stays. One transaction."""
    with transaction() as tx:
        carrying = tx.get_one(Carrying, carrying_id)
        one = CarriedPerson.id == carried_id, CarriedPerson.carrying_id == carrying_id
        _library(tx, None, carrying.library_id)
        carried_people.lock(tx, select(CarriedPerson.person_id).where(*one))
        who = tx.scalar(held(select(CarriedPerson).where(*one)))
        if who is None:
            raise Missing
        tx.refresh(carrying)
        round_snapshots.keep_due(tx, carrying.library_id, now, facts_at_end)
        today = _today(tx, carrying, now)
        if carrying.status is CarryingStatus.RUNNING and who.carried_at is None:
            lines = version_steps.lines(carrying.from_id, carrying.to_id)
            carried_people.carry(tx, carrying, who, lines, today, now)
        elif (
            carrying.status is CarryingStatus.UNDOING
            and who.carried_at is not None
            and who.undone_at is None
            and not _did_something(tx, who)
        ):
            carried_people.take_back(tx, carrying, who, today, now)


def finish(carrying_id: int, now: dt.datetime) -> CarryingOutcome:
    """Say that nobody is left, unless somebody is."""
    with transaction() as tx:
        carrying = carryings.locked(tx, carrying_id)
        left = select(CarriedPerson.id).where(
            CarriedPerson.carrying_id == carrying_id, CarriedPerson.carried_at.is_(None)
        )
        if carrying.status in AT_WORK and tx.scalar(left.limit(1)) is None:
            carryings.finish(tx, carrying, _today(tx, carrying, now), now)
        tx.flush()
        found = carrying_progress.detail(carrying_id)
        is_back = found.status in (CarryingStatus.UNDOING, CarryingStatus.UNDONE)
        done = found.undone if is_back else found.carried
        return CarryingOutcome(
            carrying_id, found.status, found.people, done, found.carried if is_back else 0
        )


def _library(tx: Session, actor: Actor | None, library_id: int | None) -> Library:
    """Raises Missing."""
    if actor is not None:
        library = administration.of_library(tx, actor)
        if library.id != library_id:
            raise Missing
        return library
    found = tx.scalar(held(select(Library).where(Library.id == library_id)))
    if found is None:
        raise Missing
    return found


def _carrying(tx: Session, actor: Actor | None, carrying_id: int) -> Carrying:
    library_id = tx.scalar(select(Carrying.library_id).where(Carrying.id == carrying_id))
    _library(tx, actor, library_id)
    return carryings.locked(tx, carrying_id)


def _today(tx: Session, carrying: Carrying, now: dt.datetime) -> dt.date:
    return day_in(tx.get_one(Library, carrying.library_id).time_zone, now)


def _may_begin(carrying: Carrying, today: dt.date) -> bool:
    """Whose round is open goes on with it on their version."""
    return (
        carrying.status is CarryingStatus.PLANNED
        and carrying.starts_on <= today
        and version_steps.open_round(carrying.library_id, carrying.from_id, today) is None
    )


def _scope(carrying: Carrying) -> CarryingScope:
    return CarryingScope(
        carrying.library_id, carrying.from_id, carrying.to_id, carrying.team_id, carrying.person_id
    )


def _did_something(tx: Session, who: CarriedPerson) -> bool:
    query = (
        select(CarriedPerson.id)
        .join(Carrying, Carrying.id == CarriedPerson.carrying_id)
        .where(CarriedPerson.id == who.id, carrying_progress.did_something())
    )
    return tx.scalar(query) is not None


def _let_go_on(tx: Session, carrying_id: int, today: dt.date, now: dt.datetime) -> None:
    """A job for each day that it takes, and for each way: the second of a day finds nobody left."""
    status = carryings.locked(tx, carrying_id).status
    way = "back" if status is CarryingStatus.UNDOING else "there"
    jobs.add_of_system(
        tx, JOB, f"{JOB} {carrying_id} {way} {today}", now, {"record_id": str(carrying_id)}
    )
