"""The ready rows of a roster are brought in: all of them in one transaction, or none."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.account import records as alerts
from tracker.accounts.readers import records as readers
from tracker.administration.memberships import records as memberships
from tracker.administration.roster import queries as rosters
from tracker.administration.roster.actions import check, locked, mapping_of
from tracker.administration.roster.rules import (
    JOB,
    KnownTeam,
    NewTeam,
    PlannedMembership,
    PlannedPerson,
    RosterState,
)
from tracker.administration.roster.rules_plan import RosterPlan
from tracker.db import transaction
from tracker.frameworks.versions import records_moves as moves
from tracker.models import Person, RosterImport, RosterRow, Team
from tracker.policy.permissions import Actor
from tracker.records import audit, jobs, seals
from tracker.row_locks import held
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Conflict
from tracker.teams.rounds import records as round_snapshots

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
        return jobs.ask(tx, JOB, actor.person_id, actor.library_id, arguments, now)


def bring_in(
    actor: Actor, roster_id: int, seen: str, now: dt.datetime, *, is_asked: bool = False
) -> BroughtIn | None:
    """All rows that are ready; None where that was done already.

    `seen` is the digest of what the page showed. Everything is worked out before the transaction;
    within it is asked whether it still stands on what is here. `is_asked`: the worker does it, as
    it was asked to. Raises Conflict: roster_overtaken, roster_replaced, roster_at_work;
    Missing("roster_gone").
    """
    mapping = mapping_of(rosters.roster(roster_id))
    for _try in range(TRIES):
        plan = check(actor, rosters.cells(roster_id), mapping, now)
        try:
            with transaction() as tx:
                staged = locked(tx, actor, roster_id)
                if staged.state is not RosterState.CHECKED:
                    return None
                if not is_asked:
                    _must_be_alone(actor, now)
                if plan.digest != seen:
                    raise Conflict("roster_overtaken")
                if rosters.ground(actor, plan.ground.today, plan.rows) != plan.ground:
                    raise _GroundMoved
                return _Import(tx, actor, staged, plan, now).write()
        except _GroundMoved:
            continue
        except IntegrityError as error:  # an address that another library took just now
            raise Conflict("roster_overtaken") from error
    raise Conflict("roster_overtaken")


def _must_be_alone(actor: Actor, now: dt.datetime, own: int | None = None) -> None:
    """While one of the library is brought in, another would be checked against what is about to
    change."""
    for busy in rosters.at_work(now, actor.library_id):
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
        round_snapshots.keep_due(tx, self.actor.library_id, self.now)
        with readers.watched(tx, self.actor, self.now, signed_in=True):
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
        name_people(tx, self.staged, self.ids)
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
        ids = {person.email: person.id for person in seals.add_many(self.tx, Person, rows)}
        self.ids = {person: ids[person.email] for person in new}
        self.first = {planned.person: planned for planned in reversed(self.plan.memberships)}
        for person in new:
            place = self._place(self.first[person]) if person in self.first else {}
            self.note(self.ids[person], "person_added", **place)

    def _change(self, row: Person, planned: PlannedPerson) -> None:
        """As administration/people/actions.edit does it for one."""
        if planned.comes_back:
            row.disabled_at = None
            self.note(row.id, "person_enabled")
        for name in planned.changed:
            if name != "email":
                setattr(row, name, getattr(planned, name))
        if "email" in planned.changed:
            alerts.move_address(self.tx, row, planned.email, self.actor.person_id, self.now)
        if planned.changed:
            self.note(row.id, "person_edited", changed=", ".join(planned.changed))

    def _write_memberships(self, terms: dict[PlannedMembership, MembershipTerms]) -> None:
        changed = {new.known.id: terms[new] for new in terms if new.known}
        people = {new: new.person.id or self.ids[new.person] for new in terms}
        memberships.change_many(self.tx, changed)
        memberships.add_many(
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
        moves.begin(self.tx, set(people.values()), self.now)

    def _place(self, planned: PlannedMembership) -> dict[str, str | int]:
        """A team that is made with the file has the name of the row that it was made by."""
        team = self.tx.get_one(Team, self._team_id(planned.team))
        return {"team_id": team.id, "team": team.name, "role": planned.terms.role}

    def note(self, person_id: int | None, kind: str, **facts: str | int) -> None:
        facts |= {"roster": self.staged.id}
        audit.note_by(self.tx, kind, self.actor, self.now, person_id, **facts)


def name_people(tx: Session, staged: RosterImport, ids: dict[PlannedPerson, int]) -> None:
    """Whom the rows added."""
    for person, person_id in ids.items():
        for row in person.rows:
            where = RosterRow.import_id == staged.id, RosterRow.number == row.number
            tx.execute(update(RosterRow).where(*where).values(person_id=person_id))
