"""A roster is uploaded, what its columns and values mean is said, and it is compared with what is
here. Nobody is brought in by it (actions_import.py). Who is not in it is ended where it is said."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.administration.memberships import records as memberships
from tracker.administration.roster import queries as rosters
from tracker.administration.roster.rules import (
    KEPT_FOR,
    Cells,
    PlannedRow,
    RosterMapping,
    RosterState,
)
from tracker.administration.roster.rules_files import RosterFile, guessed
from tracker.administration.roster.rules_plan import RosterPlan
from tracker.administration.roster.rules_rows import read_row
from tracker.db import transaction
from tracker.models import Membership, RosterImport, RosterMemory, RosterRow, Team
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.core import administration
from tracker.rules.calendar import clean_period
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.errors import Conflict, Invalid
from tracker.teams.rounds import records as round_snapshots


def check(actor: Actor, cells: Cells, mapping: RosterMapping, now: dt.datetime) -> RosterPlan:
    """What it would do, compared with what is here now. Nothing is stored. A row without what the
    columns lack is to be fixed like any other."""
    rows = [read_row(number, of_row, mapping.columns, actor.region) for number, of_row in cells]
    return RosterPlan(cells, rows, rosters.ground(actor, actor.today(now), rows), mapping)


def mapping_for(actor: Actor, file: RosterFile, *, makes_teams: bool = False) -> RosterMapping:
    """As the library's last file was read, else by the usual names."""
    memory = rosters.memory(actor.library_id)
    columns = guessed(file.headings, memory.called if memory else {})
    return RosterMapping(columns, memory.meanings if memory else {}, makes_teams)


def mapping_of(staged: RosterImport) -> RosterMapping:
    return RosterMapping(staged.columns, staged.meanings, staged.makes_teams)


def stage(actor: Actor, file: RosterFile, now: dt.datetime, *, makes_teams: bool = False) -> int:
    """Keep the file in rows, in the place of one that the actor did not bring in and that the
    worker is not about to. Returns its id."""
    mapping = mapping_for(actor, file, makes_teams=makes_teams)
    plan = check(actor, file.rows, mapping, now)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        mine = select(RosterImport).where(
            RosterImport.person_id == actor.person_id,
            RosterImport.state == RosterState.CHECKED,
            RosterImport.id.not_in([busy.id for busy in rosters.at_work(now, library.id)]),
        )
        for other in tx.scalars(mine):  # what stays says so, where its page is still open
            tx.execute(delete(RosterRow).where(RosterRow.import_id == other.id))
            other.state = RosterState.REPLACED
        staged = RosterImport(
            library_id=library.id,
            person_id=actor.person_id,
            state=RosterState.CHECKED,
            file_name=file.name,
            sheet=file.sheet,
            headings=list(file.headings),
            **mapping._asdict(),
            plan_digest=plan.digest,
            uploaded_at=now,
        )
        tx.add(staged)
        tx.flush()
        rows = [
            {"import_id": staged.id, "cells": list(cells), **_verdict(row)}
            for (_number, cells), row in zip(file.rows, plan.rows, strict=True)
        ]
        tx.execute(insert(table_of(RosterRow)), rows)
        return staged.id


def choose(
    actor: Actor, roster_id: int, mapping: RosterMapping, now: dt.datetime, *, remember: bool
) -> None:
    """Say what its columns and values mean, and check it again. Raises Conflict: roster_is_done,
    roster_replaced, roster_at_work."""
    plan = check(actor, rosters.cells(roster_id), mapping, now)
    with transaction() as tx:
        staged = _waiting(tx, actor, roster_id, now)
        staged.columns, staged.meanings, staged.makes_teams = mapping
        _keep(tx, staged, plan)
        if remember:
            _remember(tx, staged)


def _remember(tx: Session, staged: RosterImport) -> None:
    """What the headings and values mean, beside what others meant before."""
    memory = rosters.memory(staged.library_id)
    if memory is None:
        memory = RosterMemory(library_id=staged.library_id, called={}, meanings={})
        tx.add(memory)
    columns = {place: str(column) for column, place in staged.columns.items()}
    headings = {plain(name): place for place, name in enumerate(staged.headings) if name}
    memory.called = memory.called | {
        name: columns.get(place, "") for name, place in headings.items()
    }
    memory.meanings = memory.meanings | {
        column: memory.meanings.get(column, {}) | values
        for column, values in staged.meanings.items()
    }


def check_again(actor: Actor, roster_id: int, now: dt.datetime) -> RosterPlan:
    """Compare it with what is here now, and keep what came of it."""
    mapping = mapping_of(rosters.roster(roster_id))
    plan = check(actor, rosters.cells(roster_id), mapping, now)
    with transaction() as tx:
        staged = locked(tx, actor, roster_id)
        if staged.state is RosterState.CHECKED and staged.plan_digest != plan.digest:
            _keep(tx, staged, plan)
    return plan


def discard(actor: Actor, roster_id: int, now: dt.datetime) -> None:
    """Raises Conflict: roster_is_done, roster_replaced, roster_at_work."""
    with transaction() as tx:
        _delete(tx, [_waiting(tx, actor, roster_id, now).id])


def forget(now: dt.datetime) -> int:
    """Delete files that are older than they are kept, but for those that the worker is about to
    bring in. Returns how many there were."""
    with transaction() as tx:
        needed = [staged.id for staged in rosters.at_work(now)]
        old = RosterImport.uploaded_at <= now - KEPT_FOR, RosterImport.id.not_in(needed)
        ids = tx.scalars(select(RosterImport.id).where(*old)).all()
        _delete(tx, ids)
    return len(ids)


def end(
    actor: Actor, roster_id: int, people: Collection[int], ends_on: dt.date, now: dt.datetime
) -> int:
    """`ends_on` is their last day in every team that they are in then. Who is in the file, or is
    the actor, is left alone. Returns how many people it ended.

    Raises Invalid: roster_nobody_chosen, day_far; Conflict("roster_not_done").
    """
    clean_period(ends_on, None)
    with transaction() as tx:
        round_snapshots.keep_due(tx, actor.library_id, now)
        if locked(tx, actor, roster_id).state is not RosterState.IMPORTED:
            raise Conflict("roster_not_done")
        chosen = {person.id for person in rosters.not_in_file(roster_id, actor)} & set(people)
        if not chosen:
            raise Invalid("roster_nobody_chosen", "people")
        standing = tx.execute(
            select(Membership, Team.name)
            .join(Team, Team.id == Membership.team_id)
            .where(
                Membership.person_id.in_(chosen),
                Membership.starts_on <= ends_on,
                or_(Membership.ends_on.is_(None), Membership.ends_on > ends_on),
            )
            .order_by(Membership.id)
        ).all()
        terms: dict[int, MembershipTerms] = {}
        for row, team in standing:
            terms[row.id] = replace(MembershipTerms.of(row), ends_on=ends_on)
            place: dict[str, audit.Fact] = {"team_id": row.team_id, "team": team, "role": row.role}
            audit.note_by(
                tx, "membership_ended", actor, now, row.person_id, **place, roster=roster_id
            )
        memberships.change_many(tx, terms)
        return len({row.person_id for row, _team in standing})


def locked(tx: Session, actor: Actor, roster_id: int) -> RosterImport:
    """One of the actor's library, locked with it. Raises Missing, and Conflict("roster_replaced")
    for one whose rows are gone."""
    staged = administration.locked(tx, actor, RosterImport, roster_id)
    if staged.state is RosterState.REPLACED:
        raise Conflict("roster_replaced")
    return staged


def _waiting(tx: Session, actor: Actor, roster_id: int, now: dt.datetime) -> RosterImport:
    """One that nobody brought in or asked the worker to bring in."""
    staged = locked(tx, actor, roster_id)
    if staged.state is not RosterState.CHECKED:
        raise Conflict("roster_is_done")
    for busy in rosters.at_work(now, actor.library_id):
        if busy.id == roster_id:
            raise Conflict("roster_at_work", file=busy.file_name, name=busy.by)
    return staged


def _keep(tx: Session, staged: RosterImport, plan: RosterPlan) -> None:
    """What would become of each row, anew."""
    staged.plan_digest = plan.digest
    numbers = select(RosterRow.number, RosterRow.id).where(RosterRow.import_id == staged.id)
    ids = dict(tx.execute(numbers).all())
    tx.execute(update(RosterRow), [{"id": ids[row.number], **_verdict(row)} for row in plan.rows])


def _verdict(row: PlannedRow) -> dict[str, object]:
    return {
        "number": row.number,
        "verdict": row.verdict,
        "title": row.title[:254],
        "person_id": row.person.id if row.person else None,
        "problems": [problem._asdict() for problem in row.problems],
        "changes": [change._asdict() for change in row.changes],
    }


def _delete(tx: Session, ids: Sequence[int]) -> None:
    tx.execute(delete(RosterRow).where(RosterRow.import_id.in_(ids)))
    tx.execute(delete(RosterImport).where(RosterImport.id.in_(ids)))
