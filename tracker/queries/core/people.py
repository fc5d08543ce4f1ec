"""People of a library, for its administrator: who they are and where they belong. Nothing of what
they rated."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, not_, select, true

from tracker.db import session
from tracker.models import (
    Framework,
    Invitation,
    Library,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Team,
)
from tracker.models.joins import link_works
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.rules.names import folded
from tracker.rules.pagination import PAGE, nearest_page, pages_of
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One page of a list. `places`: by person, in which teams they are now, with the role. `count`
    is how many there are on all pages, `total` how many without any filter."""

    lines: Sequence[Person]
    places: dict[int, list[Row[int, int, str, Role]]]
    count: int
    total: int
    page: int
    pages: int


HAS_PASSWORD = Person.password_hash.is_not(None)
STATES: dict[str, ColumnElement[bool]] = {
    "": Person.disabled_at.is_(None),
    "active": and_(Person.disabled_at.is_(None), HAS_PASSWORD),
    "invited": and_(Person.disabled_at.is_(None), ~HAS_PASSWORD),
    "disabled": Person.disabled_at.is_not(None),
    "administrator": Person.administrator.is_(True),
}
"""Whom a list can be of; "": everybody who is not disabled."""


def listed(
    actor: Actor,
    today: dt.date,
    *,
    search: str = "",
    state: str = "",
    role: str = "",
    team_id: int | None = None,
    sort: str = "name",
    descending: bool = False,
    page: int = 1,
) -> PeopleList:
    """The people of the actor's library. Three queries.

    `search` finds parts of names and addresses, whatever the case and accents; `role` and `team_id`
    are of one and the same membership, and a team takes in those below it; `state` is one of
    STATES; `sort` is "name", or one of the others of `_sorts`.
    """
    here = people_of(actor.library_id)
    where = [here, STATES[state]]
    if wanted := folded(search):
        name_and_address = Person.sort_name + " " + Person.email
        where.append(name_and_address.contains(wanted, autoescape=True))
    if role or team_id is not None:
        fits = [true() if not role else Membership.role == role]
        fits += [] if team_id is None else [Team.path.contains(f"/{team_id}/")]
        where.append(exists(_places(actor, today).where(Membership.person_id == Person.id, *fits)))
    counts = select(func.count(), func.count().filter(*where[1:])).where(here)
    total, count = session().execute(counts.select_from(Person)).one()
    shown = nearest_page(page, count)
    by = _sorts(actor, today).get(sort, [Person.sort_name])
    order = (key.desc() if descending else key for key in by)
    lines = (
        session()
        .scalars(
            select(Person)
            .where(*where)
            .order_by(*order, Person.sort_name, Person.id)
            .limit(PAGE)
            .offset((shown - 1) * PAGE)
        )
        .all()
    )
    places = defaultdict[int, list[Row[int, int, str, Role]]](list)
    of_these = _places(actor, today).where(Membership.person_id.in_([row.id for row in lines]))
    for place in session().execute(of_these.order_by(Team.path, Membership.role)):
        places[place.person_id].append(place)
    return PeopleList(
        lines=lines, places=places, count=count, total=total, page=shown, pages=pages_of(count)
    )


def _sorts(actor: Actor, today: dt.date) -> dict[str, list[ColumnElement[Any]]]:
    """By what people can be sorted, of equals by name: their first team, those without one last;
    their state; when they were added."""
    team = (
        _places(actor, today)
        .with_only_columns(Team.sort_name)
        .where(Membership.person_id == Person.id)
        .order_by(Team.path, Membership.role)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    state = case((STATES["active"], "active"), (STATES["disabled"], "disabled"), else_="invited")
    return {
        "team": [team.is_(None), team],
        "state": [state, not_(Person.administrator)],
        "added": [Person.id.expression],
    }


def _places(actor: Actor, today: dt.date) -> Select[int, int, str, Role]:
    """Whose current memberships are in which open teams of the library."""
    return (
        select(Membership.person_id, Team.id, Team.name, Membership.role)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Team.library_id == actor.library_id,
            Team.closed_on.is_(None),
            current_on(Membership, today),
        )
    )


def libraries() -> list[tuple[int, str]]:
    """Ids and time zones of all. One query."""
    return list(session().execute(select(Library.id, Library.time_zone).order_by(Library.id)))


def name_in(library_id: int, person_id: int) -> str | None:
    """Their name, or None where nobody of that library has this number. One query."""
    query = select(Person.name).where(people_of(library_id), Person.id == person_id)
    return session().scalar(query)


def named_like(library_id: int, folded_text: str) -> list[int]:
    """Who has that in their name, letters compared as `folded` does. One query."""
    fits = Person.sort_name.contains(folded_text, autoescape=True)
    return list(session().scalars(select(Person.id).where(people_of(library_id), fits)))


@dataclass(frozen=True, slots=True)
class MembershipDetails:
    """A membership with all that it says. `version`: of the job profile's framework."""

    id: int
    team_id: int
    team: str
    role: Role
    role_profile_id: int | None
    role_profile: str | None
    version: str | None
    job: str
    weekly_hours: float | None
    starts_on: dt.date
    ends_on: dt.date | None
    person_id: int
    person: str

    def phase(self, today: dt.date) -> str:
        """One of before, now, and over."""
        if self.starts_on > today:
            return "before"
        return "over" if self.ends_on is not None and self.ends_on < today else "now"


def person(person_id: int) -> Person:
    """The door has asked whose they are."""
    return session().get_one(Person, person_id)


def link_ends_at(person_id: int, now: dt.datetime) -> dt.datetime | None:
    """When the one-time link that was handed out stops working; None where there is none."""
    ends = select(func.max(Invitation.ends_at)).where(
        Invitation.person_id == person_id, link_works(now)
    )
    return session().scalar(ends)


def memberships(person_id: int) -> tuple[MembershipDetails, ...]:
    return belongings(Membership.person_id == person_id)


def membership(membership_id: int) -> MembershipDetails:
    return belongings(Membership.id == membership_id)[0]


def members(team_id: int, today: dt.date) -> tuple[MembershipDetails, ...]:
    """Who belongs to this team now or is to, by role and name."""
    current = [
        row for row in belongings(Membership.team_id == team_id) if row.phase(today) != "over"
    ]
    order = {"supervisor": 0, "coordinator": 1, "learner": 2}
    return tuple(sorted(current, key=lambda row: (order[row.role], folded(row.person), row.id)))


def belongings(where: ColumnElement[bool]) -> tuple[MembershipDetails, ...]:
    rows = session().execute(
        select(
            Membership.id,
            Membership.team_id,
            Team.name.label("team"),
            Membership.role,
            Membership.role_profile_id,
            RoleProfile.name.label("role_profile"),
            Framework.version,
            Membership.job,
            Membership.weekly_hours,
            Membership.starts_on,
            Membership.ends_on,
            Membership.person_id,
            Person.name.label("person"),
        )
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .outerjoin(Framework, Framework.id == PersonVersion.framework_id)
        .where(where)
        .order_by(Membership.starts_on.desc(), Membership.id.desc())
    )
    return tuple(MembershipDetails(**row) for row in rows.mappings())
