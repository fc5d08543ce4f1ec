"""Who changes by one edit of several people, and who can't."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from tracker.db import session
from tracker.models import Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.administration import people
from tracker.queries.administration.people import MembershipDetails
from tracker.rules import names
from tracker.rules.administration.bulk_edits import BulkChange, BulkEdit, BulkObstacle, obstacle


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """`membership`: the one that changes; None where there is none or more than one. `is_same`: it
    says already what is asked for, and stays."""

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
        ((person_id, name) for person_id, name in rows),
        key=lambda row: (names.folded(row[1]), row[0]),
    )


def planned(
    actor: Actor, person_ids: Collection[int], edit: BulkEdit, today: dt.date
) -> list[PlannedEdit]:
    """By name. Two queries."""
    theirs: dict[int, list[MembershipDetails]] = defaultdict(list)
    for each in people.in_role(actor, person_ids, edit.role, today):
        theirs[each.person_id].append(each)
    found = []
    for person_id, name in chosen(actor, person_ids):
        rows = theirs[person_id]
        only = rows[0] if len(rows) == 1 else None
        is_same = only is not None and _says(only, edit)
        hinders = obstacle(edit, [(each.starts_on, each.ends_on) for each in rows])
        found.append(PlannedEdit(person_id, name, only, None if is_same else hinders, is_same))
    return found


def digest(plan: list[PlannedEdit]) -> str:
    """Tells whether a plan is still what was shown: 16 hexadecimal digits."""
    return sha256(repr(plan).encode()).hexdigest()[:16]


def _says(membership: MembershipDetails, edit: BulkEdit) -> bool:
    if edit.change is BulkChange.END:
        return membership.ends_on == edit.on
    has = membership.team_id if edit.change is BulkChange.TEAM else membership.role_profile_id
    return has == edit.to_id
