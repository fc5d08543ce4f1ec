"""What somebody is in a team. It is ended, not deleted; a day that was wrong is corrected.

Who comes to read whose record by it waits, and the person is told (accounts/readers/records).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.readers import records as readers_records
from tracker.administration.memberships import (
    queries as memberships_queries,
    records as memberships_records,
)
from tracker.administration.memberships.rules import BulkChange, BulkEdit
from tracker.db import transaction
from tracker.models import Membership, Person
from tracker.policy.permissions import Actor, people_of
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.teams.rounds import records as teams_rounds_records

ONE_DAY = dt.timedelta(days=1)


def add(
    actor: Actor, person_id: int, terms: MembershipTerms, now: dt.datetime, *, is_back: bool = False
) -> int:
    """Returns the membership's id. `is_back`: they had left and work here again, so their account
    is enabled with all that is in it.

    Raises Invalid: team_unknown, team_closed, role_profile_needed, role_profile_unknown,
    role_profile_retired, membership_overlaps, dates_not_in_order, day_far, hours_out_of_range,
    line_*; Conflict("account_is_earlier").
    """
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        account_records.refuse_earlier(tx, person)
        if is_back:
            account_records.enable(tx, actor, person, now)
        with readers_records.watched(tx, actor, now, person.id):
            return memberships_records.begin(tx, actor, person.id, terms, now).id


def correct(
    actor: Actor, membership_id: int, terms: MembershipTerms, now: dt.datetime, *, still: str = ""
) -> None:
    """Put a membership right that was written down wrong. Raises as `add` does.

    `still` is the digest of the terms that it must still have, "" for any. Raises
    Conflict("membership_changed").
    """
    with transaction() as tx:
        membership = _locked(tx, actor, membership_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        if still and still != MembershipTerms.of(membership).digest:
            raise Conflict("membership_changed")
        with readers_records.watched(tx, actor, now, membership.person_id):
            memberships_records.write(tx, actor.library_id, membership, terms)
        memberships_records.note(tx, "membership_corrected", actor, membership, now)


def end(actor: Actor, membership_id: int, ends_on: dt.date, now: dt.datetime) -> None:
    """`ends_on` is the last day. Raises Invalid: dates_not_in_order, day_far,
    membership_overlaps."""
    with transaction() as tx:
        membership = _locked(tx, actor, membership_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        with readers_records.watched(tx, actor, now, membership.person_id):
            memberships_records.end(tx, actor, membership, ends_on, now)


def move(
    actor: Actor, membership_id: int, last_day: dt.date, terms: MembershipTerms, now: dt.datetime
) -> int:
    """End a membership, and begin another the day after: no day between, and none in both.
    Returns the new one's id; `starts_on` of the terms is not asked. Raises as `end` and `add`
    do."""
    with transaction() as tx:
        membership = _locked(tx, actor, membership_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        with readers_records.watched(tx, actor, now, membership.person_id):
            memberships_records.end(tx, actor, membership, last_day, now)
            terms = replace(terms, starts_on=last_day + ONE_DAY)
            return memberships_records.begin(tx, actor, membership.person_id, terms, now).id


def edit_all(
    actor: Actor, person_ids: Collection[int], edit: BulkEdit, seen: str, now: dt.datetime
) -> int:
    """One change for several people: each is changed, or nobody is. A new team or job profile ends
    the membership on the day before, and another follows it. `seen` is the digest of the plan that
    was shown. Returns how many changed.

    Raises Conflict: bulk_changed, bulk_not_all, bulk_overlaps; Invalid as `add` does.
    """
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        tx.execute(held(select(Person.id).where(people_of(library.id), Person.id.in_(person_ids))))
        teams_rounds_records.keep_due(tx, library.id, now)
        plan = memberships_queries.planned(actor, person_ids, edit, actor.today(now))
        if memberships_queries.digest(plan) != seen:
            raise Conflict("bulk_changed")
        if any(planned.obstacle for planned in plan):
            raise Conflict("bulk_not_all")
        changing = [planned for planned in plan if not planned.is_same]
        with readers_records.watched(tx, actor, now):
            for planned in changing:
                _edit(tx, actor, planned, edit, now)
        return len(changing)


def _edit(
    tx: Session,
    actor: Actor,
    planned: memberships_queries.PlannedEdit,
    edit: BulkEdit,
    now: dt.datetime,
) -> None:
    if planned.membership is None:
        raise Conflict("bulk_not_all")
    membership = _locked(tx, actor, planned.membership.id)
    terms = edit.follows(MembershipTerms.of(membership))
    last = edit.on if edit.change is BulkChange.END else edit.on - ONE_DAY
    try:
        memberships_records.end(tx, actor, membership, last, now)
        if terms is not None:
            memberships_records.begin(tx, actor, planned.person_id, terms, now)
    except Invalid as refusal:
        if refusal.code != "membership_overlaps":
            raise
        raise Conflict("bulk_overlaps", name=planned.name, **refusal.facts) from refusal


def _locked(tx: Session, actor: Actor, membership_id: int) -> Membership:
    """One of the actor's library, with its person. Raises Missing."""
    library = administration_records.of_library(tx, actor)
    which = (Membership.id == membership_id, people_of(library.id))
    is_theirs = Membership.person_id == Person.id
    tx.execute(held(select(Person.id).join(Membership, is_theirs).where(*which), of=Person))
    membership = tx.scalar(
        held(select(Membership).join(Person, is_theirs).where(*which), of=Membership)
    )
    if membership is None:
        raise Missing
    return membership
