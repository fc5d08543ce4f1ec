"""People of a library: what a roster holds of them, whose names look alike, and legal holds."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import aliased

from tracker.administration.roster import queries as roster_queries
from tracker.administration.roster.rules_words import team_names
from tracker.db import session
from tracker.models import LegalHold, Membership, Person, RoleProfile, Team
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.rules.names import folded, look_alike_keys


@dataclass(frozen=True, slots=True)
class Namesake:
    """Another person of the library. `is_called_so`: the name is the same but for case and accents;
    else it only looks so. `teams`: where they belong now."""

    name: str
    email: str
    teams: tuple[str, ...]
    is_called_so: bool


class LibraryNames:
    """All names of a library, read once. Disabled people are among them: their names stand beside
    what they reviewed."""

    def __init__(self, library_id: int) -> None:
        query = select(Person.id, Person.name, Person.email).where(people_of(library_id))
        self._people = {row.id: row for row in session().execute(query)}
        self._by_key: dict[str, set[int]] = defaultdict(set)
        for person_id, row in self._people.items():
            for key in look_alike_keys(row.name):
                self._by_key[key].add(person_id)

    def like(self, name: str, *, person_id: int | None = None, email: str = "") -> list[int]:
        """Ids of the others with that name, by address. `person_id`, or `email`, says whose the
        name is."""
        alike = {other for key in look_alike_keys(name) for other in self._by_key.get(key, ())}
        others = {other for other in alike if other != person_id and self.email(other) != email}
        return sorted(others, key=self.email)

    def email(self, person_id: int) -> str:
        return str(self._people[person_id].email)

    def details(self, name: str, ids: Sequence[int], today: dt.date) -> list[Namesake]:
        """Who has that name too. One query, and none where nobody has."""
        teams: dict[int, list[str]] = defaultdict(list)
        if ids:
            query = (
                select(Membership.person_id, Team.name)
                .join(Team, Team.id == Membership.team_id)
                .where(Membership.person_id.in_(ids), current_on(Membership, today))
                .order_by(Team.name)
                .distinct()
            )
            for person_id, team in session().execute(query):
                teams[person_id].append(team)
        return [
            Namesake(row.name, row.email, tuple(teams[row.id]), folded(row.name) == folded(name))
            for row in (self._people[person_id] for person_id in ids)
        ]


def of_address(email: str, today: dt.date) -> list[Namesake]:
    """Of the person who has it, in their library."""
    query = select(Person).where(Person.email == email.strip().casefold())
    person = session().scalar(query)
    if person is None:
        return []
    names = LibraryNames(person.library_id)
    return names.details(person.name, names.like(person.name, person_id=person.id), today)


def legal_holds(person_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those on somebody, the newest first; without `ended_at` it is open. One query."""
    setter, ender = aliased(Person), aliased(Person)
    query = (
        select(
            LegalHold.why,
            setter.name.label("set_by"),
            LegalHold.began_at,
            ender.name.label("ended_by"),
            LegalHold.ended_at,
        )
        .join(setter, setter.id == LegalHold.set_by_id)
        .outerjoin(ender, ender.id == LegalHold.ended_by_id)
        .where(LegalHold.person_id == person_id)
        .order_by(LegalHold.began_at.desc(), LegalHold.id.desc())
    )
    return session().execute(query).all()


def exported(actor: Actor, today: dt.date) -> Iterable[dict[str, Any]]:
    """Everybody who is not disabled, by name, with what they are in teams and will be, and the name
    of the team as a roster says it. Two queries."""
    names = team_names(roster_queries.teams(actor))
    is_not_over = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    rows = session().execute(
        select(
            func.coalesce(Person.staff_id, "").label("staff_id"),
            Person.name,
            Person.email,
            Membership.team_id,
            Membership.role,
            func.coalesce(RoleProfile.name, "").label("role_profile"),
            func.coalesce(Membership.job, "").label("job"),
            Membership.weekly_hours,
            Membership.starts_on,
            Membership.ends_on,
        )
        .outerjoin(Membership, and_(Membership.person_id == Person.id, is_not_over))
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(people_of(actor.library_id), Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    return ({**row._mapping, "team": names.get(row.team_id, "")} for row in rows)
