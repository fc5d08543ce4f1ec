"""Who changes by one edit of several people, and who can't."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import and_, select

from tracker.administration.memberships.rules import BulkEdit, BulkObstacle
from tracker.db import session
from tracker.models import Membership, Person
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.queries.core import people as core_people_queries
from tracker.queries.core.people import MembershipDetails
from tracker.rules import names as names_rules
from tracker.rules.core.memberships import MembershipTerms


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """`membership`: the one that changes, or None where there is none or more than one. `is_same`:
    it is already as asked for, and stays."""

    person_id: int
    name: str
    membership: MembershipDetails | None
    obstacle: BulkObstacle | None
    is_same: bool


def chosen(actor: Actor, person_ids: Collection[int]) -> list[tuple[int, str]]:
    """Those of the actor's library, by name."""
    rows = session().execute(
        select(Person.id, Person.name).where(people_of(actor.library_id), Person.id.in_(person_ids))
    )
    return sorted(
        ((row.id, row.name) for row in rows), key=lambda row: (names_rules.folded(row[1]), row)
    )


def planned(
    actor: Actor, person_ids: Collection[int], edit: BulkEdit, today: dt.date
) -> list[PlannedEdit]:
    """By name. Two queries."""
    memberships = defaultdict[int, list[MembershipDetails]](list)
    of_these = and_(
        people_of(actor.library_id),
        Person.id.in_(person_ids),
        Membership.role == edit.role,
        current_on(Membership, today),
    )
    for membership in core_people_queries.belongings(of_these):
        memberships[membership.person_id].append(membership)
    plan = []
    for person_id, name in chosen(actor, person_ids):
        terms = [MembershipTerms.of(membership) for membership in memberships[person_id]]
        only = memberships[person_id][0] if len(terms) == 1 else None
        is_same = only is not None and edit.is_said_by(terms[0])
        obstacle = None if is_same else edit.obstacle(terms)
        plan.append(
            PlannedEdit(
                person_id=person_id, name=name, membership=only, obstacle=obstacle, is_same=is_same
            )
        )
    return plan


def digest(plan: list[PlannedEdit]) -> str:
    """Tells whether a plan is still what was shown: 16 hexadecimal digits."""
    return sha256(repr(plan).encode()).hexdigest()[:16]
