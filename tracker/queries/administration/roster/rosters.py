"""Rosters that were uploaded, with what would become of each row."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from tracker.db import session
from tracker.models import Job, Membership, Person, RosterImport, RosterMemory, RosterRow, Team
from tracker.policy.permissions import Actor, people_of
from tracker.rules.administration.roster.columns import Columns, RosterColumn
from tracker.rules.administration.roster.entries import Meanings
from tracker.rules.administration.roster.plan import RosterVerdict
from tracker.rules.administration.roster.states import JOB, RosterState
from tracker.rules.errors import Missing
from tracker.rules.operations import jobs
from tracker.rules.operations.jobs import OPEN
from tracker.rules.pagination import PAGE, TablePage, nearest_page, pages_of


@dataclass(frozen=True, slots=True)
class StagedRoster:
    """A roster as it was uploaded, without its rows."""

    id: int
    library_id: int
    person_id: int
    by: str
    state: RosterState
    file_name: str
    sheet: str
    headings: tuple[str, ...]
    columns: Columns
    meanings: Meanings
    makes_teams: bool
    plan_digest: str
    uploaded_at: dt.datetime
    imported_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class RosterAtWork:
    """One that the worker brings in, now or soon, and who asked for it."""

    id: int
    file_name: str
    person_id: int
    by: str


@dataclass(frozen=True, slots=True)
class StagedRow:
    number: int
    verdict: RosterVerdict
    title: str
    problems: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    cells: list[str]
    person_id: int | None


@dataclass(frozen=True, slots=True)
class PersonNotInFile:
    id: int
    name: str
    email: str
    places: tuple[str, ...]


def roster(roster_id: int) -> StagedRoster:
    """The door has asked whose it is. Raises Missing("roster_gone")."""
    found = _staged(RosterImport.id == roster_id)
    if not found:
        raise Missing("roster_gone")
    return found[0]


def recent(actor: Actor) -> list[StagedRoster]:
    """The library's, the newest first, without those that were replaced."""
    mine = RosterImport.library_id == actor.library_id
    return _staged(and_(mine, RosterImport.state != RosterState.REPLACED))


def at_work(now: dt.datetime, library_id: int | None = None) -> list[RosterAtWork]:
    """Of the library, or of all. One query."""
    query = (
        select(Job.arguments, Person.id, Person.name)
        .join(Person, Person.id == Job.person_id)
        .where(Job.kind == JOB, Job.state.in_(OPEN), Job.asked_at > now - jobs.KEPT_FOR)
    )
    if library_id is not None:
        query = query.where(Job.library_id == library_id)
    return [
        RosterAtWork(int(arguments["record_id"]), arguments["about"], person_id, name)
        for arguments, person_id, name in session().execute(query)
    ]


def _staged(where: ColumnElement[bool]) -> list[StagedRoster]:
    query = (
        select(RosterImport, Person.name)
        .join(Person, Person.id == RosterImport.person_id)
        .where(where)
        .order_by(RosterImport.uploaded_at.desc(), RosterImport.id.desc())
    )
    return [
        StagedRoster(
            found.id,
            found.library_id,
            found.person_id,
            by,
            found.state,
            found.file_name,
            found.sheet,
            tuple(found.headings),
            columns_of(found.columns),
            meanings_of(found.meanings),
            found.makes_teams,
            found.plan_digest,
            found.uploaded_at,
            found.imported_at,
        )
        for found, by in session().execute(query)
    ]


def columns_of(stored: Mapping[str, int]) -> Columns:
    return {RosterColumn(name): place for name, place in stored.items()}


def meanings_of(stored: Mapping[str, Mapping[str, str]]) -> Meanings:
    return {RosterColumn(name): dict(values) for name, values in stored.items()}


def cells(roster_id: int) -> list[tuple[int, list[str]]]:
    """Every row with its number, in order."""
    query = (
        select(RosterRow.number, RosterRow.cells)
        .where(RosterRow.import_id == roster_id)
        .order_by(RosterRow.number)
    )
    return [(number, cells) for number, cells in session().execute(query)]


def counts(roster_id: int) -> dict[RosterVerdict, int]:
    found = session().execute(
        select(RosterRow.verdict, func.count())
        .where(RosterRow.import_id == roster_id)
        .group_by(RosterRow.verdict)
    )
    return dict.fromkeys(RosterVerdict, 0) | dict(found.all())


def rows(roster_id: int, verdicts: Collection[RosterVerdict], page: int) -> TablePage[StagedRow]:
    """Those of the verdicts, by number. Two queries."""
    where = RosterRow.import_id == roster_id, RosterRow.verdict.in_(verdicts)
    count = session().scalar(select(func.count()).select_from(RosterRow).where(*where)) or 0
    shown = nearest_page(page, count)
    found = _rows(where, offset=(shown - 1) * PAGE, limit=PAGE)
    return TablePage(found, count, shown, pages_of(count))


def rows_to_fix(roster_id: int) -> list[StagedRow]:
    """All of them, by number."""
    return _rows(
        (RosterRow.import_id == roster_id, RosterRow.verdict == RosterVerdict.TO_FIX),
        offset=0,
        limit=None,
    )


def _rows(
    where: tuple[ColumnElement[bool], ...], *, offset: int, limit: int | None
) -> list[StagedRow]:
    query = (
        select(
            RosterRow.number,
            RosterRow.verdict,
            RosterRow.title,
            RosterRow.problems,
            RosterRow.changes,
            RosterRow.cells,
            RosterRow.person_id,
        )
        .where(*where)
        .order_by(RosterRow.number)
        .offset(offset)
        .limit(limit)
    )
    return [StagedRow(*row) for row in session().execute(query)]


def memory(library_id: int) -> tuple[dict[str, RosterColumn | None], Meanings]:
    """What headings and values meant last time."""
    found = session().execute(
        select(RosterMemory.called, RosterMemory.meanings).where(
            RosterMemory.library_id == library_id
        )
    )
    for called, meanings in found:
        columns = {
            name: RosterColumn(column) if column else None for name, column in called.items()
        }
        return columns, meanings_of(meanings)
    return {}, {}


def not_in_file(roster_id: int, actor: Actor) -> list[PersonNotInFile]:
    """Who belongs to a team now or later, without a last day there, and is in no row, by name. The
    actor is never among them."""
    told = select(RosterRow.person_id).where(
        RosterRow.import_id == roster_id, RosterRow.person_id.is_not(None)
    )
    places: dict[int, list[str]] = defaultdict(list)
    people: dict[int, tuple[str, str]] = {}
    for person_id, name, email, team in session().execute(
        select(Person.id, Person.name, Person.email, Team.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            people_of(actor.library_id),
            Person.id != actor.person_id,
            Person.id.not_in(told),
            Membership.ends_on.is_(None),
        )
        .order_by(Person.name, Person.id, Team.name)
    ):
        people[person_id] = name, email
        places[person_id].append(team)
    return [
        PersonNotInFile(person_id, *who, tuple(places[person_id]))
        for person_id, who in people.items()
    ]
