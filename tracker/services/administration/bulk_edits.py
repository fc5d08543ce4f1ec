"""One change of memberships for several people: each is changed, or nobody is."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Membership, Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.administration.bulk_edits import plans
from tracker.queries.administration.bulk_edits.plans import PlannedEdit
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, memberships, readers
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.administration.bulk_edits import BulkChange, BulkEdit
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Conflict, Invalid

ONE_DAY = dt.timedelta(days=1)
FOR_ONE = {"membership_overlaps": "bulk_overlaps"}
"""What keeps one person, who is named, from being changed with the others."""


def edit_all(
    actor: Actor, person_ids: Collection[int], edit: BulkEdit, seen: str, now: dt.datetime
) -> int:
    """A new team or job profile ends the membership on the day before, and another follows it.
    `seen` is the digest of the plan that was shown. Returns how many changed.

    Raises Conflict: bulk_changed, bulk_not_all, bulk_overlaps; Invalid as `memberships.add` does.
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        tx.execute(held(select(Person.id).where(people_of(library.id), Person.id.in_(person_ids))))
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        plan = plans.planned(actor, person_ids, edit, actor.today(now))
        if plans.digest(plan) != seen:
            raise Conflict("bulk_changed")
        if any(each.obstacle for each in plan):
            raise Conflict("bulk_not_all")
        changing = [each for each in plan if not each.is_same]
        with readers.watched(tx, actor, now):
            for each in changing:
                _edit(tx, actor, each, edit, now)
        return len(changing)


def _edit(tx: Session, actor: Actor, each: PlannedEdit, edit: BulkEdit, now: dt.datetime) -> None:
    if each.membership is None:
        raise Conflict("bulk_not_all")
    membership = memberships.locked(tx, actor, each.membership.id)
    terms = MembershipTerms(*(getattr(membership, name) for name in MembershipTerms.__slots__))
    last = edit.on if edit.change is BulkChange.END else edit.on - ONE_DAY
    clean_period(membership.starts_on, last)
    try:
        membership.ends_on = last
        memberships.refuse_overlap(tx, membership)
        memberships.note(tx, "membership_ended", actor, membership, now)
        if edit.change is not BulkChange.END and edit.to_id is not None:
            follows = Membership(person_id=each.person_id)
            terms = replace(terms, starts_on=edit.on)
            terms = (
                replace(terms, team_id=edit.to_id)
                if edit.change is BulkChange.TEAM
                else replace(terms, role_profile_id=edit.to_id)
            )
            memberships.write(tx, actor.library_id, follows, terms)
            tx.add(follows)
            tx.flush()
            memberships.note(tx, "membership_added", actor, follows, now)
    except Invalid as refusal:
        if refusal.code not in FOR_ONE:
            raise
        raise Conflict(FOR_ONE[refusal.code], name=each.name, **refusal.facts) from refusal
