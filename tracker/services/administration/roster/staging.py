"""A roster is uploaded, and what its columns and values mean is said. Nobody is brought in yet."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import RosterImport
from tracker.policy.permissions import Actor
from tracker.queries.administration.roster import rosters
from tracker.records import administration
from tracker.records import rosters as records
from tracker.rules.administration.roster.columns import Columns, guessed
from tracker.rules.administration.roster.files import RosterFile
from tracker.rules.administration.roster.states import KEPT_FOR, RosterState
from tracker.rules.delimited import plain
from tracker.rules.errors import Conflict
from tracker.services.administration.roster.planning import CheckedRoster, RosterMapping, check


def mapping_for(actor: Actor, file: RosterFile, *, makes_teams: bool = False) -> RosterMapping:
    """As the library's last file was read, else by the usual names."""
    called, meanings = rosters.memory(actor.library_id)
    return RosterMapping(guessed(file.headings, called), meanings, makes_teams)


def stage(actor: Actor, file: RosterFile, now: dt.datetime, *, makes_teams: bool = False) -> int:
    """Keep the file in rows, in the place of one that the actor did not bring in and that the
    worker is not about to. Returns its id."""
    mapping = mapping_for(actor, file, makes_teams=makes_teams)
    checked = check(actor, file.rows, mapping, now)
    cells = dict(file.rows)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        mine = select(RosterImport.id).where(
            RosterImport.person_id == actor.person_id,
            RosterImport.state == RosterState.CHECKED,
            RosterImport.id.not_in([each.id for each in rosters.at_work(now, library.id)]),
        )
        records.replace(tx, tx.scalars(mine).all())
        staged = RosterImport(
            library_id=library.id,
            person_id=actor.person_id,
            state=RosterState.CHECKED,
            file_name=file.name,
            sheet=file.sheet,
            headings=list(file.headings),
            columns={str(column): place for column, place in mapping.columns.items()},
            meanings={str(column): values for column, values in mapping.meanings.items()},
            makes_teams=makes_teams,
            plan_digest=checked.digest,
            uploaded_at=now,
        )
        tx.add(staged)
        tx.flush()
        records.add_rows(tx, staged.id, cells, checked.plan)
        return staged.id


def choose(
    actor: Actor, roster_id: int, mapping: RosterMapping, now: dt.datetime, *, remember: bool
) -> None:
    """Say what its columns and values mean, and check it again. Raises Conflict: roster_is_done,
    roster_replaced, roster_at_work."""
    found = rosters.roster(roster_id)
    checked = check(actor, rosters.cells(roster_id), mapping, now)
    with transaction() as tx:
        staged = _waiting(tx, actor, roster_id, now)
        staged.columns = {str(column): place for column, place in mapping.columns.items()}
        staged.meanings = {str(column): values for column, values in mapping.meanings.items()}
        staged.makes_teams = mapping.makes_teams
        staged.plan_digest = checked.digest
        records.say_again(tx, roster_id, checked.plan)
        if remember:
            called = _called(found.headings, mapping.columns)
            records.remember(tx, staged.library_id, called, mapping.meanings)


def _called(headings: tuple[str, ...], columns: Columns) -> dict[str, str]:
    by_place = {place: column for column, place in columns.items()}
    return {
        plain(heading): str(by_place.get(place, ""))
        for place, heading in enumerate(headings)
        if heading
    }


def check_again(actor: Actor, roster_id: int, now: dt.datetime) -> CheckedRoster:
    """Compare it with what is here now, and keep what came of it."""
    found = rosters.roster(roster_id)
    mapping = RosterMapping(found.columns, found.meanings, found.makes_teams)
    checked = check(actor, rosters.cells(roster_id), mapping, now)
    with transaction() as tx:
        staged = records.locked(tx, actor, roster_id)
        if staged.state is RosterState.CHECKED and staged.plan_digest != checked.digest:
            staged.plan_digest = checked.digest
            records.say_again(tx, roster_id, checked.plan)
    return checked


def discard(actor: Actor, roster_id: int, now: dt.datetime) -> None:
    """Raises Conflict: roster_is_done, roster_replaced, roster_at_work."""
    with transaction() as tx:
        _waiting(tx, actor, roster_id, now)
        records.delete_rosters(tx, [roster_id])


def _waiting(tx: Session, actor: Actor, roster_id: int, now: dt.datetime) -> RosterImport:
    """One that nobody brought in or asked the worker to bring in."""
    staged = records.locked(tx, actor, roster_id)
    if staged.state is not RosterState.CHECKED:
        raise Conflict("roster_is_done")
    for each in rosters.at_work(now, actor.library_id):
        if each.id == roster_id:
            raise Conflict("roster_at_work", file=each.file_name, name=each.by)
    return staged


def forget(now: dt.datetime) -> int:
    """Delete files that are older than they are kept, with what they changed, but for those that
    the worker is about to bring in. Returns how many there were."""
    with transaction() as tx:
        needed = {each.id for each in rosters.at_work(now)}
        old = [each for each in records.older_than(tx, now - KEPT_FOR) if each not in needed]
        records.delete_rosters(tx, old)
    return len(old)
