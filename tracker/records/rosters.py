"""The only writer of rosters as they were uploaded, and of what their words meant."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tracker.models import RosterImport, RosterMemory, RosterRow
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor
from tracker.records import administration
from tracker.rules.administration.roster.entries import Meanings
from tracker.rules.administration.roster.plan import PlannedRow, RosterPlan
from tracker.rules.administration.roster.states import RosterState
from tracker.rules.errors import Conflict


def locked(tx: Session, actor: Actor, roster_id: int) -> RosterImport:
    """One of the actor's library, locked with it. Raises Missing, and Conflict("roster_replaced")
    for one whose rows are gone."""
    found = administration.locked(tx, actor, RosterImport, roster_id)
    if found.state is RosterState.REPLACED:
        raise Conflict("roster_replaced")
    return found


def replace(tx: Session, ids: Collection[int]) -> None:
    """Another file was uploaded instead. What stays is a row that says so, where its page is still
    open."""
    tx.execute(delete(RosterRow).where(RosterRow.import_id.in_(ids)))
    tx.execute(
        update(RosterImport).where(RosterImport.id.in_(ids)).values(state=RosterState.REPLACED)
    )


def add_rows(
    tx: Session, roster_id: int, cells: Mapping[int, Sequence[str]], plan: RosterPlan
) -> None:
    tx.execute(
        insert(table_of(RosterRow)),
        [
            {"import_id": roster_id, "cells": list(cells[row.entry.number])} | _said(row)
            for row in plan.rows
        ],
    )


def say_again(tx: Session, roster_id: int, plan: RosterPlan) -> None:
    """What would become of each row, anew."""
    ids = dict(
        tx.execute(
            select(RosterRow.number, RosterRow.id).where(RosterRow.import_id == roster_id)
        ).all()
    )
    tx.execute(update(RosterRow), [{"id": ids[row.entry.number]} | _said(row) for row in plan.rows])


def _said(row: PlannedRow) -> dict[str, Any]:
    known = None if row.person is None else row.person.known
    return {
        "number": row.entry.number,
        "verdict": row.verdict,
        "title": row.title[:254],
        "person_id": None if known is None else known.id,
        "problems": [asdict(problem) for problem in row.problems],
        "changes": [{"code": each.code, "facts": each.facts} for each in row.changes],
    }


def remember(tx: Session, library_id: int, called: Mapping[str, str], meanings: Meanings) -> None:
    """What the headings and values mean, beside what others meant before."""
    found = tx.scalar(select(RosterMemory).where(RosterMemory.library_id == library_id))
    if found is None:
        found = RosterMemory(library_id=library_id, called={}, meanings={})
        tx.add(found)
    found.called = {**found.called, **called}
    found.meanings = {
        **found.meanings,
        **{
            str(column): {**found.meanings.get(column, {}), **values}
            for column, values in meanings.items()
        },
    }


def name_people(tx: Session, roster_id: int, added: Mapping[int, int]) -> None:
    """Whom the rows of these numbers added."""
    mine = RosterRow.import_id == roster_id
    for number, person_id in added.items():
        where = mine, RosterRow.number == number
        tx.execute(update(RosterRow).where(*where).values(person_id=person_id))


def delete_rosters(tx: Session, ids: Collection[int]) -> None:
    tx.execute(delete(RosterRow).where(RosterRow.import_id.in_(ids)))
    tx.execute(delete(RosterImport).where(RosterImport.id.in_(ids)))


def older_than(tx: Session, moment: dt.datetime) -> list[int]:
    return list(tx.scalars(select(RosterImport.id).where(RosterImport.uploaded_at <= moment)))
