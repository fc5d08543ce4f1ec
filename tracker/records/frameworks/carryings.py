"""A carrying from when it is planned until it is done or undone. The only writer of its status."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.models import CarriedPerson, Carrying, Framework, Membership, RoleProfile
from tracker.models.columns import table_of
from tracker.records import audit
from tracker.records.frameworks import carried_library
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing
from tracker.rules.frameworks.carrying import OPEN, CarryingStatus


def locked(tx: Session, carrying_id: int) -> Carrying:
    """Raises Missing."""
    found = tx.scalar(held(select(Carrying).where(Carrying.id == carrying_id)))
    if found is None:
        raise Missing
    return found


def plan(tx: Session, made: Carrying, now: dt.datetime) -> None:
    """Raises Conflict("carrying_open"): one from the same version is planned or under way."""
    other = select(Carrying.id).where(
        Carrying.library_id == made.library_id,
        Carrying.from_id == made.from_id,
        Carrying.status.in_(OPEN),
    )
    if tx.scalar(other.limit(1)) is not None:
        raise Conflict("carrying_open")
    tx.add(made)
    tx.flush()
    note(tx, "carrying_planned", made, made.asked_by_id, now)


def call_off(tx: Session, carrying: Carrying, by: int | None, now: dt.datetime) -> None:
    """Raises Conflict("carrying_begun")."""
    if carrying.status is not CarryingStatus.PLANNED:
        raise Conflict("carrying_begun")
    carrying.status, carrying.ended_at = CarryingStatus.CALLED_OFF, now
    note(tx, "carrying_called_off", carrying, by, now)


def begin(
    tx: Session, carrying: Carrying, people: Iterable[int], today: dt.date, now: dt.datetime
) -> None:
    """From here on it is for these people. What belongs to the library comes first, once."""
    carrying.status, carrying.begun_at = CarryingStatus.RUNNING, now
    tx.flush()
    carried_library.carry_profiles(tx, carrying)
    if _is_first(tx, carrying):
        carried_library.carry_exclusions(tx, carrying, now)
    if carrying.team_id is None and carrying.person_id is None:
        carried_library.pin_rounds(tx, carrying, carrying.from_id, carrying.to_id, today)
    rows = [
        {
            "carrying_id": carrying.id,
            "person_id": each,
            "memberships": {},
            "asked_again": 0,
            "last_entry": 0,
        }
        for each in people
    ]
    if rows:
        tx.execute(insert(table_of(CarriedPerson)), rows)
    note(tx, "carrying_begun", carrying, carrying.asked_by_id, now)


def finish(tx: Session, carrying: Carrying, today: dt.date, now: dt.datetime) -> None:
    """Once nobody is left. Job profiles that nobody has any more are not given out again."""
    is_undone = carrying.status is CarryingStatus.UNDOING
    carrying.status = CarryingStatus.UNDONE if is_undone else CarryingStatus.DONE
    carrying.ended_at = now
    if not is_undone:
        tx.execute(
            update(RoleProfile)
            .where(_taken_place_of(carrying), RoleProfile.retired_at.is_(None), ~_is_held(today))
            .values(retired_at=now)
            .execution_options(synchronize_session=False)
        )
    note(
        tx, "carrying_undone" if is_undone else "carrying_done", carrying, carrying.asked_by_id, now
    )


def undo(tx: Session, carrying: Carrying, by: int | None, today: dt.date, now: dt.datetime) -> None:
    """Raises Conflict("carrying_not_done")."""
    if carrying.status is not CarryingStatus.DONE:
        raise Conflict("carrying_not_done")
    tx.execute(
        update(RoleProfile)
        .where(_taken_place_of(carrying), RoleProfile.retired_at == carrying.ended_at)
        .values(retired_at=None)
        .execution_options(synchronize_session=False)
    )
    if carrying.team_id is None and carrying.person_id is None:
        carried_library.pin_rounds(tx, carrying, carrying.to_id, carrying.from_id, today)
    carrying.status, carrying.ended_at = CarryingStatus.UNDOING, None
    note(tx, "carrying_undo_begun", carrying, by, now)


def note(tx: Session, kind: str, carrying: Carrying, by: int | None, now: dt.datetime) -> None:
    before, after = (tx.get_one(Framework, each) for each in (carrying.from_id, carrying.to_id))
    audit.note(
        tx,
        kind,
        now,
        library_id=carrying.library_id,
        actor_id=by,
        subject_id=carrying.person_id,
        carrying=carrying.id,
        framework=after.slug,
        before=before.version,
        after=after.version,
    )


def _taken_place_of(carrying: Carrying) -> ColumnElement[bool]:
    successor = aliased(RoleProfile)
    taken = select(successor.carried_from_id).where(
        successor.library_id == carrying.library_id, successor.framework_id == carrying.to_id
    )
    return (
        (RoleProfile.library_id == carrying.library_id)
        & (RoleProfile.framework_id == carrying.from_id)
        & RoleProfile.id.in_(taken.where(successor.carried_from_id.is_not(None)))
    )


def _is_held(today: dt.date) -> ColumnElement[bool]:
    return (
        select(Membership.id)
        .where(
            Membership.role_profile_id == RoleProfile.id,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .correlate(RoleProfile)
        .exists()
    )


def _is_first(tx: Session, carrying: Carrying) -> bool:
    """Of those that stand: what was said of statements before it was undone may have changed."""
    others = select(func.count(Carrying.id)).where(
        Carrying.library_id == carrying.library_id,
        Carrying.from_id == carrying.from_id,
        Carrying.to_id == carrying.to_id,
        Carrying.id != carrying.id,
        Carrying.begun_at.is_not(None),
        Carrying.status != CarryingStatus.UNDONE,
    )
    return not tx.scalar(others)
