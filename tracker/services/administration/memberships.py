"""What somebody is in a team. It is ended, not deleted; a day that was wrong is corrected.

Who comes to read whose record by it waits, and the person is told (records/readers).
"""

import datetime as dt
from dataclasses import replace

from tracker.db import transaction
from tracker.models import Membership
from tracker.policy.permissions import Actor
from tracker.queries.administration.people import MembershipDetails
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, memberships, readers
from tracker.records.accounts import disabling
from tracker.records.reviews import round_snapshots
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Conflict


def add(actor: Actor, person_id: int, terms: MembershipTerms, now: dt.datetime) -> int:
    """Returns the membership's id.

    Raises Invalid: team_unknown, team_closed, role_profile_needed, role_profile_unknown,
    role_profile_retired, membership_overlaps, dates_not_in_order, day_far, hours_out_of_range,
    line_*; Conflict("account_is_earlier").
    """
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        disabling.refuse_earlier(tx, person)
        with readers.watched(tx, actor, now, person.id):
            membership = Membership(person_id=person.id)
            memberships.write(tx, person.library_id, membership, terms)
            tx.add(membership)
            tx.flush()
        memberships.note(tx, "membership_added", actor, membership, now)
        return membership.id


def correct(
    actor: Actor, membership_id: int, terms: MembershipTerms, now: dt.datetime, *, still: str = ""
) -> None:
    """Put a membership right that was written down wrong. Raises as `add` does.

    `still` is the digest of the terms that it must still have, "" for any. Raises
    Conflict("membership_changed").
    """
    with transaction() as tx:
        membership = memberships.locked(tx, actor, membership_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        if still and still != terms_of(membership).digest:
            raise Conflict("membership_changed")
        with readers.watched(tx, actor, now, membership.person_id):
            memberships.write(tx, actor.library_id, membership, terms)
        memberships.note(tx, "membership_corrected", actor, membership, now)


def end(actor: Actor, membership_id: int, ends_on: dt.date, now: dt.datetime) -> None:
    """`ends_on` is the last day. Raises Invalid: dates_not_in_order, day_far,
    membership_overlaps."""
    with transaction() as tx:
        membership = memberships.locked(tx, actor, membership_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        clean_period(membership.starts_on, ends_on)
        with readers.watched(tx, actor, now, membership.person_id):
            membership.ends_on = ends_on
            memberships.refuse_overlap(tx, membership)
        memberships.note(tx, "membership_ended", actor, membership, now)


def move(
    actor: Actor, membership_id: int, last_day: dt.date, terms: MembershipTerms, now: dt.datetime
) -> int:
    """End a membership, and begin another the day after: no day between, and none in both.
    Returns the new one's id; `starts_on` of the terms is not asked. Raises as `end` and `add`
    do."""
    with transaction() as tx:
        membership = memberships.locked(tx, actor, membership_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        clean_period(membership.starts_on, last_day)
        new = Membership(person_id=membership.person_id)
        begins = replace(terms, starts_on=last_day + dt.timedelta(days=1))
        with readers.watched(tx, actor, now, membership.person_id):
            membership.ends_on = last_day
            memberships.refuse_overlap(tx, membership)
            tx.flush()
            memberships.write(tx, actor.library_id, new, begins)
            tx.add(new)
            tx.flush()
        memberships.note(tx, "membership_ended", actor, membership, now)
        memberships.note(tx, "membership_added", actor, new, now)
        return new.id


def bring_back(actor: Actor, person_id: int, terms: MembershipTerms, now: dt.datetime) -> int:
    """Somebody who had left works here again: their account is enabled with all that is in it, and
    a new membership begins. Returns its id. Raises as `add` does."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        disabling.enable(tx, actor, person, now)
        membership = Membership(person_id=person.id)
        with readers.watched(tx, actor, now, person.id):
            memberships.write(tx, person.library_id, membership, terms)
            tx.add(membership)
            tx.flush()
        memberships.note(tx, "membership_added", actor, membership, now)
        return membership.id


def terms_of(membership: Membership | MembershipDetails) -> MembershipTerms:
    return MembershipTerms(*(getattr(membership, name) for name in MembershipTerms.__slots__))
