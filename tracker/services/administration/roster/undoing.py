"""An import is taken back for a day, for everybody who has not signed in since."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Membership, Person, RecordOpening, RosterTrace, SignIn, Team
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import audit, memberships, readers
from tracker.records import rosters as records
from tracker.records.accounts import invitations
from tracker.records.notifications import alerts
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.administration.memberships import MembershipTerms, read_terms
from tracker.rules.administration.roster.states import UNDO_FOR, RosterState
from tracker.rules.errors import Conflict


@dataclass(frozen=True, slots=True)
class UndoneRoster:
    """`stay`: people who signed in since, or whom somebody changed by hand."""

    people: int
    stay: int


@dataclass(frozen=True, slots=True)
class _Since:
    """What happened since the import to the people whom it changed."""

    people: Mapping[int, Person]
    memberships: Mapping[int, Membership]
    signed_in: frozenset[int]

    def is_untouched(self, trace: RosterTrace) -> bool:
        """Nobody signed in or set a password, and no hand changed it."""
        person = self.people[trace.person_id]
        steps: list[dict[str, Any]] = trace.before["memberships"]
        is_in_use = trace.is_new and (person.password_hash is not None or person.administrator)
        return (
            not is_in_use
            and person.id not in self.signed_in
            and all(self._is_as_left(step) for step in steps)
        )

    def _is_as_left(self, step: Mapping[str, Any]) -> bool:
        row = self.memberships.get(step["id"])
        if row is None:
            return False
        terms = MembershipTerms(*(getattr(row, name) for name in MembershipTerms.__slots__))
        return bool(terms.digest == step["after"])


def undo(actor: Actor, roster_id: int, now: dt.datetime) -> UndoneRoster:
    """Who was new is taken out of their teams, and their account is disabled; who was changed is
    as before. Raises Conflict("roster_undo_late")."""
    with transaction() as tx:
        staged = records.locked(tx, actor, roster_id)
        imported_at = staged.imported_at
        is_late = imported_at is None or now >= imported_at + UNDO_FOR
        if staged.state is not RosterState.IMPORTED or imported_at is None or is_late:
            raise Conflict("roster_undo_late")
        traces = tx.scalars(
            select(RosterTrace)
            .where(RosterTrace.import_id == roster_id)
            .order_by(RosterTrace.person_id)
        ).all()
        since = _since(tx, roster_id, imported_at)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        going = [trace for trace in traces if since.is_untouched(trace)]
        with readers.watched(tx, actor, now, signed_in=True):
            _take_back_memberships(tx, going)
            for trace in going:
                _take_back_person(tx, actor, since.people[trace.person_id], trace, now)
            tx.flush()
            invitations.close_all(tx, _without_link(going), now)
            _drop_teams(tx, staged.teams_made)
        staged.state, staged.undone_at = RosterState.UNDONE, now
        stay = len(traces) - len(going)
        audit.note(
            tx,
            "roster_undone",
            now,
            library_id=actor.library_id,
            actor_id=actor.person_id,
            roster=roster_id,
            people=len(going),
            stay=stay,
        )
        return UndoneRoster(len(going), stay)


def _since(tx: Session, roster_id: int, imported_at: dt.datetime) -> _Since:
    whom = select(RosterTrace.person_id).where(RosterTrace.import_id == roster_id)
    people = tx.scalars(held(select(Person).where(Person.id.in_(whom))))
    signed_in = tx.scalars(
        select(SignIn.person_id).where(
            SignIn.person_id.in_(whom),
            or_(SignIn.started_at >= imported_at, SignIn.seen_at >= imported_at),
        )
    )
    rows = tx.scalars(select(Membership).where(Membership.person_id.in_(whom)))
    return _Since(
        {person.id: person for person in people},
        {row.id: row for row in rows},
        frozenset(signed_in),
    )


def _take_back_memberships(tx: Session, going: Sequence[RosterTrace]) -> None:
    steps = [step for trace in going for step in trace.before["memberships"]]
    memberships.change_many(
        tx, {step["id"]: read_terms(step["before"]) for step in steps if step["before"]}
    )
    memberships.delete_many(tx, [step["id"] for step in steps if step["before"] is None])


def _take_back_person(
    tx: Session, actor: Actor, person: Person, trace: RosterTrace, now: dt.datetime
) -> None:
    before: dict[str, Any] = trace.before["person"]
    for name in ("name", "staff_id"):
        if name in before:
            setattr(person, name, before[name])
    if "email" in before:
        alerts.move_address(tx, person, before["email"], actor.person_id, now)
    if trace.is_new or before.get("disabled"):
        person.disabled_at = now
    audit.note(
        tx,
        "roster_person_undone",
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        subject_id=person.id,
        roster=trace.import_id,
    )


def _without_link(going: Sequence[RosterTrace]) -> list[int]:
    """Whose links were for an account or an address that is no more."""
    return [
        trace.person_id
        for trace in going
        if trace.is_new or {"email", "disabled"} & trace.before["person"].keys()
    ]


def _drop_teams(tx: Session, made: Sequence[int]) -> None:
    """Those that it made, where nobody is in them and nothing is below them."""
    for team_id in reversed(made):
        is_used = or_(
            exists().where(Membership.team_id == team_id),
            exists().where(Team.parent_id == team_id),
            exists().where(RecordOpening.team_id == team_id),
        )
        if not tx.scalar(select(is_used)):
            gone = delete(Team).where(Team.id == team_id)
            tx.execute(gone, execution_options={"synchronize_session": False})
