"""A roster is uploaded, what its columns and values mean is said, and it is compared with what is
here. Nobody is brought in by it. Who is not in it is ended where it is said.

The ready rows of a roster are brought in: all of them in one transaction, or none.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.readers import records as readers_records
from tracker.administration.memberships import records as memberships_records
from tracker.administration.roster import queries as roster_queries
from tracker.administration.roster.rules import (
    JOB,
    KEPT_FOR,
    Cells,
    KnownTeam,
    NewTeam,
    PlannedMembership,
    PlannedPerson,
    PlannedRow,
    RosterMapping,
    RosterState,
    read_row,
    with_lasting,
)
from tracker.administration.roster.rules_columns import guess, of_places
from tracker.administration.roster.rules_files import RosterFile
from tracker.administration.roster.rules_plan import RosterPlan
from tracker.db import transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import Membership, Person, RosterImport, RosterMemory, RosterRow, Team
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records, jobs as jobs_records, seals as seals_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.calendar import clean_period
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.errors import Conflict, Invalid
from tracker.teams.rounds import records as teams_rounds_records


def check(actor: Actor, cells: Cells, mapping: RosterMapping, now: dt.datetime) -> RosterPlan:
    """What it would do, compared with what is here now. Nothing is stored. A row without what the
    columns lack is to be fixed like any other."""
    rows = [read_row(number, of_row, mapping, actor.region) for number, of_row in cells]
    return RosterPlan(cells, rows, roster_queries.ground(actor, actor.today(now), rows), mapping)


def mapping_for(actor: Actor, file: RosterFile, *, makes_teams: bool = False) -> RosterMapping:
    """As the library's last file was read, and the one that the actor has not brought in yet; else
    by headings and by what stands below them."""
    memory, waiting = roster_queries.memory(actor.library_id), roster_queries.waiting(actor)
    called, meanings = (memory.called, memory.meanings) if memory else ({}, {})
    if waiting is not None:
        called, meanings = called | _called(waiting), with_lasting(meanings, waiting.meanings)
    columns = guess(file.headings, [cells for _number, cells in file.rows], called)
    makes_teams = makes_teams or (waiting is not None and waiting.makes_teams)
    return RosterMapping(columns, meanings, makes_teams)


def _called(staged: RosterImport) -> dict[str, str]:
    """What each heading was taken for, by its plain words; "" where it is not used."""
    columns = of_places(staged.columns)
    return {plain(name): columns.get(at, "") for at, name in enumerate(staged.headings) if name}


def mapping_of(staged: RosterImport) -> RosterMapping:
    return RosterMapping(staged.columns, staged.meanings, staged.makes_teams)


def stage(actor: Actor, file: RosterFile, now: dt.datetime, *, makes_teams: bool = False) -> int:
    """Keep the file in rows, in the place of one that the actor did not bring in and that the
    worker is not about to; without the columns that aren't used, where what they are was said
    before. Returns its id."""
    mapping = mapping_for(actor, file, makes_teams=makes_teams)
    is_known = roster_queries.is_known(actor, file.headings)
    kept: Cells = _used(file.rows, mapping) if is_known else file.rows
    plan = check(actor, kept, mapping, now)
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        mine = select(RosterImport).where(
            RosterImport.person_id == actor.person_id,
            RosterImport.state == RosterState.CHECKED,
            RosterImport.id.not_in([busy.id for busy in roster_queries.at_work(now, library.id)]),
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
            never_stored=list(file.never_stored),
            **mapping._asdict(),
            plan_digest=plan.digest,
            uploaded_at=now,
        )
        tx.add(staged)
        tx.flush()
        rows = [
            {"import_id": staged.id, "cells": list(cells), **_verdict(row)}
            for (_number, cells), row in zip(kept, plan.rows, strict=True)
        ]
        tx.execute(insert(table_of(RosterRow)), rows)
        return staged.id


def choose(
    actor: Actor, roster_id: int, mapping: RosterMapping, now: dt.datetime, *, remember: bool
) -> None:
    """Say what its columns and values mean, and check it again; columns that aren't used are
    deleted. Raises Conflict: roster_is_done, roster_replaced, roster_at_work."""
    cells = _used(roster_queries.cells(roster_id), mapping)
    plan = check(actor, cells, mapping, now)
    with transaction() as tx:
        staged = _waiting(tx, actor, roster_id, now)
        staged.columns, staged.meanings, staged.makes_teams = mapping
        _keep(tx, staged, plan, dict(cells))
        if remember:
            _remember(tx, staged)


def _used(cells: Cells, mapping: RosterMapping) -> Cells:
    """Without what stands in columns that are not used."""
    used = set(mapping.columns.values())
    return [
        (number, [cell if place in used else "" for place, cell in enumerate(of_row)])
        for number, of_row in cells
    ]


def _remember(tx: Session, staged: RosterImport) -> None:
    """What the headings and values mean, beside what others meant before."""
    memory = roster_queries.memory(staged.library_id)
    if memory is None:
        memory = RosterMemory(library_id=staged.library_id, called={}, meanings={})
        tx.add(memory)
    memory.called = memory.called | _called(staged)
    memory.meanings = with_lasting(memory.meanings, staged.meanings)


def check_again(actor: Actor, roster_id: int, now: dt.datetime) -> RosterPlan:
    """Compare it with what is here now, and keep what came of it."""
    mapping = mapping_of(roster_queries.roster(roster_id))
    plan = check(actor, roster_queries.cells(roster_id), mapping, now)
    with transaction() as tx:
        staged = locked(tx, actor, roster_id)
        if staged.state is RosterState.CHECKED and staged.plan_digest != plan.digest:
            _keep(tx, staged, plan, {})
    return plan


def discard(actor: Actor, roster_id: int, now: dt.datetime) -> None:
    """Raises Conflict: roster_is_done, roster_replaced, roster_at_work."""
    with transaction() as tx:
        _delete(tx, [_waiting(tx, actor, roster_id, now).id])


def forget(now: dt.datetime) -> int:
    """Delete files that are older than they are kept, but for those that the worker is about to
    bring in. Returns how many there were."""
    with transaction() as tx:
        needed = [staged.id for staged in roster_queries.at_work(now)]
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
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        if locked(tx, actor, roster_id).state is not RosterState.IMPORTED:
            raise Conflict("roster_not_done")
        chosen = {person.id for person in roster_queries.not_in_file(roster_id, actor)} & set(
            people
        )
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
            place: dict[str, audit_records.Fact] = {
                "team_id": row.team_id,
                "team": team,
                "role": row.role,
            }
            audit_records.note_by(
                tx, "membership_ended", actor, now, row.person_id, **place, roster=roster_id
            )
        memberships_records.change_many(tx, terms)
        return len({row.person_id for row, _team in standing})


def locked(tx: Session, actor: Actor, roster_id: int) -> RosterImport:
    """One of the actor's library, locked with it. Raises Missing, and Conflict("roster_replaced")
    for one whose rows are gone."""
    staged = administration_records.locked(tx, actor, RosterImport, roster_id)
    if staged.state is RosterState.REPLACED:
        raise Conflict("roster_replaced")
    return staged


def _waiting(tx: Session, actor: Actor, roster_id: int, now: dt.datetime) -> RosterImport:
    """One that nobody brought in or asked the worker to bring in."""
    staged = locked(tx, actor, roster_id)
    if staged.state is not RosterState.CHECKED:
        raise Conflict("roster_is_done")
    for busy in roster_queries.at_work(now, actor.library_id):
        if busy.id == roster_id:
            raise Conflict("roster_at_work", file=busy.file_name, name=busy.by)
    return staged


def _keep(
    tx: Session, staged: RosterImport, plan: RosterPlan, cells: Mapping[int, Sequence[str]]
) -> None:
    """What would become of each row, anew, and its `cells` where they changed."""
    staged.plan_digest = plan.digest
    numbers = select(RosterRow.number, RosterRow.id).where(RosterRow.import_id == staged.id)
    ids = dict(tx.execute(numbers).all())
    changed = {number: {"cells": list(of_row)} for number, of_row in cells.items()}
    rows = [
        {"id": ids[row.number], **_verdict(row), **changed.get(row.number, {})} for row in plan.rows
    ]
    tx.execute(update(RosterRow), rows)


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


TRIES = 3
"""How often it is compared anew where somebody changed something in between."""


class _GroundMoved(Exception):  # noqa: N818  (not a fault: it is compared anew)
    pass


class BroughtIn(NamedTuple):
    """How many people were added and changed."""

    new: int
    changed: int


def ask(actor: Actor, roster_id: int, seen: str, language: str, now: dt.datetime) -> int:
    """Let the worker bring in all rows that are ready, as the page with the digest `seen` showed
    them. Returns the id of the job; asked twice, of the one that is open.

    Raises Conflict: roster_is_done, roster_replaced, roster_overtaken, roster_at_work, jobs_open,
    jobs_kept.
    """
    with transaction() as tx:
        staged = locked(tx, actor, roster_id)
        if staged.state is not RosterState.CHECKED:
            raise Conflict("roster_is_done")
        if staged.plan_digest != seen:
            raise Conflict("roster_overtaken")
        _must_be_alone(actor, now, own=roster_id)
        about = {"record_id": str(roster_id), "about": staged.file_name}
        arguments = {**about, "seen": seen, "language": language}
        return jobs_records.ask(tx, JOB, actor.person_id, actor.library_id, arguments, now)


def bring_in(
    actor: Actor, roster_id: int, seen: str, now: dt.datetime, *, is_asked: bool = False
) -> BroughtIn | None:
    """All rows that are ready; None where that was done already.

    `seen` is the digest of what the page showed. Everything is worked out before the transaction;
    within it is asked whether it still stands on what is here. `is_asked`: the worker does it, as
    it was asked to. Raises Conflict: roster_overtaken, roster_replaced, roster_at_work;
    Missing("roster_gone").
    """
    mapping = mapping_of(roster_queries.roster(roster_id))
    for _try in range(TRIES):
        plan = check(actor, roster_queries.cells(roster_id), mapping, now)
        try:
            with transaction() as tx:
                staged = locked(tx, actor, roster_id)
                if staged.state is not RosterState.CHECKED:
                    return None
                if not is_asked:
                    _must_be_alone(actor, now)
                if plan.digest != seen:
                    raise Conflict("roster_overtaken")
                if roster_queries.ground(actor, plan.ground.today, plan.rows) != plan.ground:
                    raise _GroundMoved
                return _Import(tx=tx, actor=actor, staged=staged, plan=plan, now=now).write()
        except _GroundMoved:
            continue
        except IntegrityError as error:  # an address that another library took just now
            raise Conflict("roster_overtaken") from error
    raise Conflict("roster_overtaken")


def _must_be_alone(actor: Actor, now: dt.datetime, own: int | None = None) -> None:
    """While one of the library is brought in, another would be checked against what is about to
    change."""
    for busy in roster_queries.at_work(now, actor.library_id):
        if (busy.id, busy.person_id) != (own, actor.person_id):
            raise Conflict("roster_at_work", file=busy.file_name, name=busy.by)


@dataclass
class _Import:
    """One while it is written. `ids` and `teams`: of the people and teams that it makes; `first`:
    the first place of each person in it."""

    tx: Session
    actor: Actor
    staged: RosterImport
    plan: RosterPlan
    now: dt.datetime
    ids: dict[PlannedPerson, int] = field(default_factory=dict)
    teams: dict[object, int] = field(default_factory=dict)
    first: dict[PlannedPerson, PlannedMembership] = field(default_factory=dict)

    def write(self) -> BroughtIn:
        tx, plan = self.tx, self.plan
        here = {person.id: person for person in plan.people if person.known}
        changing = {key for key, person in here.items() if person.changed or person.comes_back}
        changing |= {planned.person.id for planned in plan.memberships if planned.person.known}
        people = tx.scalars(held(select(Person).where(Person.id.in_(changing)))).all()
        teams_rounds_records.keep_due(tx, self.actor.library_id, self.now)
        with readers_records.watched(tx, self.actor, self.now, signed_in=True):
            terms = {
                planned: replace(planned.terms, team_id=self._team_id(planned.team))
                for planned in plan.memberships
            }
            self._add_people()
            for person in people:
                if person.id in here:
                    self._change(person, here[person.id])
            tx.flush()
            self._write_memberships(terms)
        self._name_people()
        self.staged.state, self.staged.imported_at = RosterState.IMPORTED, self.now
        self.note(None, "roster_imported", added=len(self.ids), changed=len(changing))
        return BroughtIn(len(self.ids), len(changing))

    def _team_id(self, team: KnownTeam | NewTeam) -> int:
        """One that is not here is made, below those above it, each once."""
        if isinstance(team, KnownTeam):
            return team.id
        if team.key not in self.teams:
            above, parent_id = team.names[:-1], team.parent_id
            if above:
                parent_id = self._team_id(NewTeam(parent_id, above))
            made = Team(
                library_id=self.actor.library_id,
                parent_id=parent_id,
                name=team.name,
                path="",
                open_reviews=False,
            )
            self.tx.add(made)
            self.tx.flush()
            made.path = f"{self.tx.get_one(Team, parent_id).path}{made.id}/"
            self.teams[team.key] = made.id
            self.note(None, "team_added", team_id=made.id, team=team.name)
        return self.teams[team.key]

    def _add_people(self) -> None:
        """Without a password and without a link: they are invited later."""
        new = [person for person in self.plan.people if person.known is None]
        rows = [
            {
                "library_id": self.actor.library_id,
                "name": person.name,
                "email": person.email,
                "staff_id": person.staff_id or None,
                "created_at": self.now,
            }
            for person in new
        ]
        ids = {person.email: person.id for person in seals_records.add_many(self.tx, Person, rows)}
        self.ids = {person: ids[person.email] for person in new}
        self.first = {planned.person: planned for planned in reversed(self.plan.memberships)}
        for person in new:
            place = self._place(self.first[person]) if person in self.first else {}
            self.note(self.ids[person], "person_added", **place)

    def _name_people(self) -> None:
        """Whom the rows added."""
        of_row = RosterRow.import_id == self.staged.id, RosterRow.number == bindparam("of_number")
        added = [
            {"of_number": row.number, "person_id": person_id}
            for person, person_id in self.ids.items()
            for row in person.rows
        ]
        if added:
            self.tx.execute(update(table_of(RosterRow)).where(*of_row), added)

    def _change(self, row: Person, planned: PlannedPerson) -> None:
        """As administration/people/actions.edit does it for one."""
        if planned.comes_back:
            row.disabled_at = None
            self.note(row.id, "person_enabled")
        for name in planned.changed:
            if name != "email":
                setattr(row, name, getattr(planned, name))
        if "email" in planned.changed:
            account_records.move_address(
                self.tx, row, planned.email, self.actor.person_id, self.now
            )
        if planned.changed:
            self.note(row.id, "person_edited", changed=", ".join(planned.changed))

    def _write_memberships(self, terms: dict[PlannedMembership, MembershipTerms]) -> None:
        changed = {new.known.id: terms[new] for new in terms if new.known}
        people = {new: new.person.id or self.ids[new.person] for new in terms}
        memberships_records.change_many(self.tx, changed)
        memberships_records.add_many(
            self.tx, [(people[new], terms[new]) for new in terms if new.known is None]
        )
        for planned, person_id in people.items():
            if planned.person.known is None and planned is self.first[planned.person]:
                continue  # it was noted with them
            kind = "membership_corrected"
            if planned.known is None:
                kind = "membership_added"
            elif planned.terms.ends_on not in (None, planned.known.terms.ends_on):
                kind = "membership_ended"
            self.note(person_id, kind, **self._place(planned))
        frameworks_versions_records_moves.begin(self.tx, set(people.values()), self.now)

    def _place(self, planned: PlannedMembership) -> dict[str, str | int]:
        """A team that is made with the file has the name of the row that it was made by."""
        team = self.tx.get_one(Team, self._team_id(planned.team))
        return {"team_id": team.id, "team": team.name, "role": planned.terms.role}

    def note(self, person_id: int | None, kind: str, **facts: str | int) -> None:
        facts |= {"roster": self.staged.id}
        audit_records.note_by(self.tx, kind, self.actor, self.now, person_id, **facts)
