"""The ready rows of a roster are brought in: all of them in one transaction, or none."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Person, RosterImport, Team
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor, people_of
from tracker.queries.administration.roster import rosters
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import audit, jobs, memberships, readers
from tracker.records import rosters as records
from tracker.records.frameworks import moves
from tracker.records.notifications import alerts
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.administration.roster.ground import RosterGround
from tracker.rules.administration.roster.plan import PlannedMembership, PlannedPerson, RosterPlan
from tracker.rules.administration.roster.states import JOB, RosterState
from tracker.rules.administration.roster.teams import NewTeam
from tracker.rules.errors import Conflict
from tracker.services.administration.roster.planning import RosterMapping, check, ground_of

TRIES = 3
"""How often it is compared anew where somebody changed something in between."""
PEOPLE = table_of(Person)


class _GroundMoved(Exception):  # noqa: N818  (not a fault: it is compared anew)
    pass


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """How many people were added and changed."""

    new: int
    changed: int


@dataclass(slots=True)
class _Prepared:
    """What is worked out before anything is written: `terms` by the id() of a membership, but for
    those of teams that are to be made."""

    new: list[PlannedPerson]
    known: list[PlannedPerson]
    memberships: list[PlannedMembership]
    terms: dict[int, MembershipTerms]


@dataclass(slots=True)
class _Work:
    """What is written."""

    tx: Session
    actor: Actor
    roster_id: int
    now: dt.datetime
    terms: dict[int, MembershipTerms]
    ids: dict[int, int] = field(default_factory=dict)
    """The id of a planned person, by their id() here."""
    teams: dict[object, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    def note(self, kind: str, person_id: int | None, **facts: str | int) -> None:
        audit.note(
            self.tx,
            kind,
            self.now,
            library_id=self.actor.library_id,
            actor_id=self.actor.person_id,
            subject_id=person_id,
            roster=self.roster_id,
            **facts,
        )


def ask(actor: Actor, roster_id: int, seen: str, language: str, now: dt.datetime) -> int:
    """Let the worker bring in all rows that are ready, as the page with the digest `seen` showed
    them. Returns the id of the job; asked twice, of the one that is open.

    Raises Conflict: roster_is_done, roster_replaced, roster_overtaken, roster_at_work, jobs_open,
    jobs_kept.
    """
    with transaction() as tx:
        staged = records.locked(tx, actor, roster_id)
        if staged.state is not RosterState.CHECKED:
            raise Conflict("roster_is_done")
        if staged.plan_digest != seen:
            raise Conflict("roster_overtaken")
        _must_be_alone(actor, now, own=roster_id)
        wanted = {"record_id": str(roster_id), "about": staged.file_name, "seen": seen}
        arguments = {**wanted, "language": language}
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
    found = rosters.roster(roster_id)
    mapping = RosterMapping(found.columns, found.meanings, found.makes_teams)
    for _try in range(TRIES):
        checked = check(actor, rosters.cells(roster_id), mapping, now)
        prepared = _prepare(checked.plan)
        try:
            with transaction() as tx:
                staged = records.locked(tx, actor, roster_id)
                if staged.state is not RosterState.CHECKED:
                    return None
                if not is_asked:
                    _must_be_alone(actor, now)
                if checked.digest != seen:
                    raise Conflict("roster_overtaken")
                if ground_of(actor, checked.emails, now).digest() != checked.ground.digest():
                    raise _GroundMoved
                return _bring_in(tx, actor, staged, checked.ground, prepared, now)
        except _GroundMoved:
            continue
        except IntegrityError as error:  # an address that another library took just now
            raise Conflict("roster_overtaken") from error
    raise Conflict("roster_overtaken")


def _must_be_alone(actor: Actor, now: dt.datetime, own: int | None = None) -> None:
    """While one of the library is brought in, another would be checked against what is about to
    change."""
    for each in rosters.at_work(now, actor.library_id):
        if (each.id, each.person_id) != (own, actor.person_id):
            raise Conflict("roster_at_work", file=each.file_name, name=each.by)


def _prepare(plan: RosterPlan) -> _Prepared:
    people, memberships = plan.people(), plan.memberships()
    terms = {
        id(each): _terms(each, each.team) for each in memberships if isinstance(each.team, int)
    }
    return _Prepared(
        [person for person in people if person.known is None],
        [person for person in people if person.known is not None],
        memberships,
        terms,
    )


def _bring_in(
    tx: Session,
    actor: Actor,
    staged: RosterImport,
    ground: RosterGround,
    prepared: _Prepared,
    now: dt.datetime,
) -> BroughtIn:
    work = _Work(tx, actor, staged.id, now, prepared.terms)
    changing = [each for each in prepared.known if each.changed or each.comes_back]
    known = {each.known.id: each for each in changing if each.known is not None}
    learning = (each.person.known for each in prepared.memberships)
    ids = {each.id for each in learning if each is not None}
    held_rows = tx.scalars(held(select(Person).where(Person.id.in_(known.keys() | ids)))).all()
    rows = [each for each in held_rows if each.id in known]
    round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
    with readers.watched(tx, actor, now, signed_in=True):
        _teams(work, prepared.memberships, ground)
        new = _add_people(work, prepared)
        for row in rows:
            _change_person(work, row, known[row.id])
        tx.flush()
        _write_memberships(work, prepared.memberships)
    changed = (known.keys() | {work.ids[id(each.person)] for each in prepared.memberships}) - new
    added = {row.entry.number: work.ids[id(each)] for each in prepared.new for row in each.rows}
    records.name_people(tx, staged.id, added)
    staged.state, staged.imported_at = RosterState.IMPORTED, now
    audit.note(
        tx,
        "roster_imported",
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        roster=staged.id,
        added=len(new),
        changed=len(changed),
    )
    return BroughtIn(len(new), len(changed))


def _teams(work: _Work, planned: list[PlannedMembership], ground: RosterGround) -> None:
    """Make those that the rows name and that are not here, each once."""
    paths = {team.id: team.path for team in ground.teams}
    work.names = {team.id: team.name for team in ground.teams}
    for each in planned:
        if isinstance(each.team, NewTeam):
            parent_id = each.team.parent_id
            for name, key in zip(each.team.names, each.team.steps, strict=True):
                if key not in work.teams:
                    work.teams[key] = _make_team(work, parent_id, paths, name)
                parent_id = work.teams[key]
            work.terms[id(each)] = _terms(each, parent_id)


def _make_team(work: _Work, parent_id: int, paths: dict[int, str], name: str) -> int:
    team = Team(
        library_id=work.actor.library_id,
        parent_id=parent_id,
        name=name,
        path="",
        open_reviews=False,
    )
    work.tx.add(team)
    work.tx.flush()
    paths[team.id] = team.path = f"{paths[parent_id]}{team.id}/"
    work.names[team.id] = name
    work.note("team_added", None, team_id=team.id, team=name)
    return team.id


def _add_people(work: _Work, prepared: _Prepared) -> set[int]:
    """Without a password and without a link: they are invited later."""
    new = prepared.new
    for person in (*prepared.known, *(each.person for each in prepared.memberships)):
        if person.known is not None:
            work.ids[id(person)] = person.known.id
    if not new:
        return set()
    rows = [
        {
            "library_id": work.actor.library_id,
            "name": person.name,
            "email": person.email,
            "staff_id": person.staff_id or None,
            "created_at": work.now,
        }
        for person in new
    ]
    last = work.tx.scalar(select(func.coalesce(func.max(Person.id), 0)))
    work.tx.execute(insert(PEOPLE), rows)
    mine = people_of(work.actor.library_id), Person.id > last
    made = dict(work.tx.execute(select(Person.email, Person.id).where(*mine)).all())
    ids = [made[person.email] for person in new]
    work.ids.update(zip(map(id, new), ids, strict=True))
    first = {id(each.person): each for each in reversed(prepared.memberships)}
    for person, person_id in zip(new, ids, strict=True):
        joined = first.get(id(person))
        if joined is None:
            work.note("person_added", person_id)
        else:
            work.told.add(id(joined))
            work.note("person_added", person_id, **_place(work, joined))
    return set(ids)


def _place(work: _Work, each: PlannedMembership) -> dict[str, str | int]:
    terms = work.terms[id(each)]
    return {"team_id": terms.team_id, "team": work.names[terms.team_id], "role": terms.role}


def _change_person(work: _Work, row: Person, planned: PlannedPerson) -> None:
    """As services/administration/people.edit does it for one."""
    changed = planned.changed
    if planned.comes_back:
        row.disabled_at = None
        work.note("person_enabled", row.id)
    for name in changed:
        if name != "email":
            setattr(row, name, getattr(planned, name))
    if "email" in changed:
        alerts.move_address(work.tx, row, planned.email, work.actor.person_id, work.now)
    if changed:
        work.note("person_edited", row.id, changed=", ".join(changed))


def _write_memberships(work: _Work, planned: list[PlannedMembership]) -> None:
    changed = {each.known.id: work.terms[id(each)] for each in planned if each.known is not None}
    memberships.change_many(work.tx, changed)
    added = [each for each in planned if each.known is None]
    memberships.add_many(
        work.tx, [(work.ids[id(each.person)], work.terms[id(each)]) for each in added]
    )
    for each in planned:
        _note_membership(work, each)
    moves.begin(work.tx, {work.ids[id(each.person)] for each in planned}, work.now)


def _note_membership(work: _Work, each: PlannedMembership) -> None:
    """The first place of somebody new was noted with them."""
    if id(each) in work.told:
        return
    ends_on, known = work.terms[id(each)].ends_on, each.known
    is_end = known is not None and ends_on not in (None, known.ends_on)
    kind = "membership_ended" if is_end else "membership_corrected"
    work.note(
        "membership_added" if known is None else kind,
        work.ids[id(each.person)],
        **_place(work, each),
    )


def _terms(each: PlannedMembership, team_id: int) -> MembershipTerms:
    return MembershipTerms(
        team_id,
        each.role,
        each.starts_on,
        each.ends_on,
        each.role_profile_id,
        each.job,
        each.weekly_hours,
    )
