"""People of a library, for its administrator: who they are and where they belong. Nothing of what
they rated."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from tracker.db import session
from tracker.models import (
    Framework,
    Invitation,
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
from tracker.rules.pagination import table_page
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class MembershipSummary:
    """A current membership in few words."""

    team_id: int
    team: str
    path: str
    role: Role


@dataclass(frozen=True, slots=True)
class PersonSummary:
    id: int
    name: str
    email: str
    administrator: bool
    disabled_at: dt.datetime | None
    has_password: bool
    created_at: dt.datetime
    places: tuple[MembershipSummary, ...]

    @property
    def state(self) -> str:
        if self.disabled_at is not None:
            return "disabled"
        return "active" if self.has_password else "invited"

    def is_in(self, state: str) -> bool:
        """`state` is one of the three, or "administrator", or empty: everybody who is not
        disabled."""
        if state == "administrator":
            return self.administrator
        return self.state == state if state else self.state != "disabled"


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One page of a list. `count` is how many there are on all pages, `total` how many without any
    filter."""

    lines: list[PersonSummary]
    count: int
    total: int
    page: int
    pages: int


SORTS: dict[str, Callable[[PersonSummary], Any]] = {
    "name": lambda line: folded(line.name),
    "team": lambda line: [not line.places, *(folded(place.team) for place in line.places[:1])],
    "state": lambda line: (line.state, not line.administrator),
    "added": lambda line: line.id,
}
"""All that people can be sorted by; of equals, by name."""


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
    """The people of the actor's library. Two queries.

    `search` finds parts of names and addresses, whatever the case and accents; `role` and `team_id`
    are of one and the same membership, and a team takes in those below it; `state` is as
    `Line.is_in` has it; `sort` is one of SORTS. They are sorted here, because the two databases
    order and fold letters differently.
    """
    everybody = _lines(actor, today)
    wanted = folded(search)

    def fits(place: MembershipSummary) -> bool:
        return (not role or place.role == role) and (
            team_id is None or f"/{team_id}/" in place.path
        )

    lines = [
        line
        for line in everybody
        if line.is_in(state)
        and ((not role and team_id is None) or any(map(fits, line.places)))
        and wanted in folded(f"{line.name} {line.email}")
    ]
    lines.sort(key=SORTS[sort], reverse=descending)
    cut = table_page(lines, page)
    return PeopleList([*cut.rows], cut.count, len(everybody), cut.page, cut.pages)


def name_in(library_id: int, person_id: int) -> str | None:
    """Their name, or None where nobody of that library has this number. One query."""
    query = select(Person.name).where(people_of(library_id), Person.id == person_id)
    return session().scalar(query)


def named_like(library_id: int, folded_text: str) -> list[int]:
    """Who has that in their name, letters compared as `folded` does. One query."""
    rows = session().execute(select(Person.id, Person.name).where(people_of(library_id)))
    return [person_id for person_id, name in rows if folded_text in folded(name)]


def _lines(actor: Actor, today: dt.date) -> list[PersonSummary]:
    places: dict[int, list[MembershipSummary]] = defaultdict(list)
    for person_id, team_id, team, path, role in session().execute(
        select(Membership.person_id, Team.id, Team.name, Team.path, Membership.role)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Team.library_id == actor.library_id,
            Team.closed_on.is_(None),
            current_on(Membership, today),
        )
        .order_by(Team.path, Membership.role)
    ):
        places[person_id].append(MembershipSummary(team_id, team, path, role))
    rows = session().execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            Person.administrator,
            Person.disabled_at,
            Person.password_hash.is_not(None).label("has_password"),
            Person.created_at,
        ).where(people_of(actor.library_id))
    )
    lines = [PersonSummary(*row, places=tuple(places[row.id])) for row in rows]
    return sorted(lines, key=lambda line: (folded(line.name), line.id))


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
    weekly_hours: int | None
    starts_on: dt.date
    ends_on: dt.date | None
    person_id: int
    person: str

    def phase(self, today: dt.date) -> str:
        """before, now or over."""
        if self.starts_on > today:
            return "before"
        return "over" if self.ends_on is not None and self.ends_on < today else "now"


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """`link_ends_at` is when the one-time link that was handed out stops working; None where there
    is none."""

    id: int
    name: str
    email: str
    administrator: bool
    disabled_at: dt.datetime | None
    has_password: bool
    created_at: dt.datetime
    link_ends_at: dt.datetime | None
    staff_id: str
    memberships: tuple[MembershipDetails, ...]


def detail(person_id: int, now: dt.datetime) -> PersonDetails:
    """One person. Two queries; the door has asked whose they are."""
    link = (
        select(func.max(Invitation.ends_at))
        .where(Invitation.person_id == Person.id, link_works(now))
        .correlate(Person)
        .scalar_subquery()
    )
    query = select(
        Person.id,
        Person.name,
        Person.email,
        Person.administrator,
        Person.disabled_at,
        Person.password_hash.is_not(None),
        Person.created_at,
        link,
        func.coalesce(Person.staff_id, ""),
    ).where(Person.id == person_id)
    row = session().execute(query).one()
    return PersonDetails(*row, memberships=_belongings(Membership.person_id == person_id))


def membership(membership_id: int) -> MembershipDetails:
    return _belongings(Membership.id == membership_id)[0]


def in_role(
    actor: Actor, person_ids: Collection[int], role: Role, today: dt.date
) -> tuple[MembershipDetails, ...]:
    """The current memberships of these people in that role. One query."""
    return _belongings(
        and_(
            people_of(actor.library_id),
            Person.id.in_(person_ids),
            Membership.role == role,
            current_on(Membership, today),
        )
    )


def members(team_id: int, today: dt.date) -> tuple[MembershipDetails, ...]:
    """Who belongs to this team now or is to, by role and name."""
    found = [
        row for row in _belongings(Membership.team_id == team_id) if row.phase(today) != "over"
    ]
    order = {"supervisor": 0, "coordinator": 1, "learner": 2}
    return tuple(sorted(found, key=lambda row: (order[row.role], folded(row.person), row.id)))


def _belongings(where: ColumnElement[bool]) -> tuple[MembershipDetails, ...]:
    rows: Iterable[tuple[Any, ...]] = session().execute(
        select(
            Membership.id,
            Team.id,
            Team.name,
            Membership.role,
            RoleProfile.id,
            RoleProfile.name,
            Framework.version,
            Membership.job,
            Membership.weekly_hours,
            Membership.starts_on,
            Membership.ends_on,
            Person.id,
            Person.name,
        )
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .outerjoin(Framework, Framework.id == PersonVersion.framework_id)
        .where(where)
        .order_by(Membership.starts_on.desc(), Membership.id.desc())
    )
    return tuple(MembershipDetails(*row) for row in rows)
