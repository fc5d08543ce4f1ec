"""What the rows of a roster are compared with: the people, teams and job profiles of a library."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, or_, select, union_all

from tracker.db import session
from tracker.models import AddressChange, Membership, Person, RoleProfile, Team
from tracker.models.joins import can_be_taken_back
from tracker.models.record.versions import is_given_out
from tracker.policy.permissions import Actor, people_of
from tracker.queries.administration.accounts import merges
from tracker.rules.administration.roster.ground import (
    KnownMembership,
    KnownPerson,
    KnownProfile,
    KnownTeam,
    RosterGround,
)

AT_ONCE = 500
"""Addresses in one query."""


def ground(actor: Actor, today: dt.date, emails: Sequence[str]) -> RosterGround:
    """Everybody of the library with all memberships, its teams and job profiles. Four queries,
    and one for each AT_ONCE addresses."""
    memberships: dict[int, list[KnownMembership]] = defaultdict(list)
    for person_id, *values in session().execute(
        select(
            Membership.person_id,
            Membership.id,
            Membership.team_id,
            Membership.role,
            Membership.role_profile_id,
            func.coalesce(RoleProfile.slug, ""),
            Membership.job,
            Membership.weekly_hours,
            Membership.starts_on,
            Membership.ends_on,
        )
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(Team.library_id == actor.library_id)
        .order_by(Membership.id)
    ):
        memberships[person_id].append(KnownMembership(*values))
    people = session().execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            func.coalesce(Person.staff_id, ""),
            Person.disabled_at.is_not(None),
            Person.password_hash.is_not(None),
        )
        .where(people_of(actor.library_id), Person.id.not_in(merges.earlier()))
        .order_by(Person.id)
    )
    teams = session().execute(
        select(Team.id, Team.parent_id, Team.name, Team.path, Team.closed_on)
        .where(Team.library_id == actor.library_id)
        .order_by(Team.id)
    )
    profiles = session().execute(
        select(RoleProfile.id, RoleProfile.name, RoleProfile.slug, ~is_given_out())
        .where(RoleProfile.library_id == actor.library_id)
        .order_by(RoleProfile.id)
    )
    return RosterGround(
        actor.person_id,
        today,
        tuple(KnownPerson(*row, tuple(memberships[row[0]])) for row in people),
        tuple(KnownTeam(*row) for row in teams),
        tuple(KnownProfile(*row) for row in profiles),
        _elsewhere(actor, emails, today),
    )


def _elsewhere(actor: Actor, emails: Sequence[str], today: dt.date) -> frozenset[str]:
    """Those that nobody can have here: of another library's people, of accounts that go on in
    another one, and those that somebody can restore."""
    midnight = dt.datetime.combine(today, dt.time(), dt.UTC)
    found: set[str] = set()
    for begins in range(0, len(emails), AT_ONCE):
        some = emails[begins : begins + AT_ONCE]
        theirs = select(Person.email).where(
            Person.email.in_(some),
            or_(Person.library_id != actor.library_id, Person.id.in_(merges.earlier())),
        )
        kept = select(AddressChange.former_email).where(
            AddressChange.former_email.in_(some), can_be_taken_back(midnight)
        )
        found.update(session().scalars(union_all(theirs, kept)))
    return frozenset(found)
