"""Memberships of people who are not in a roster are ended, of whom an administrator says so."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import or_, select

from tracker.db import transaction
from tracker.models import Membership, Team
from tracker.policy.permissions import Actor
from tracker.queries.administration.roster import rosters
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import audit, memberships
from tracker.records import rosters as records
from tracker.records.reviews import round_snapshots
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.administration.roster.states import RosterState
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Conflict, Invalid


def end(
    actor: Actor, roster_id: int, people: Collection[int], ends_on: dt.date, now: dt.datetime
) -> int:
    """`ends_on` is their last day in every team that they are in then. Who is in the file, or is
    the actor, is left alone. Returns how many people it ended.

    Raises Invalid: roster_nobody_chosen, day_far; Conflict("roster_not_done").
    """
    clean_period(ends_on, None)
    with transaction() as tx:
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        staged = records.locked(tx, actor, roster_id)
        if staged.state is not RosterState.IMPORTED:
            raise Conflict("roster_not_done")
        listed = {each.id for each in rosters.not_in_file(roster_id, actor)}
        chosen = listed & set(people)
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
            values = {name: getattr(row, name) for name in MembershipTerms.__slots__}
            terms[row.id] = MembershipTerms(**values | {"ends_on": ends_on})
            audit.note(
                tx,
                "membership_ended",
                now,
                library_id=actor.library_id,
                actor_id=actor.person_id,
                subject_id=row.person_id,
                roster=roster_id,
                team_id=row.team_id,
                team=team,
                role=row.role,
            )
        memberships.change_many(tx, terms)
        return len({row.person_id for row, _team in standing})
