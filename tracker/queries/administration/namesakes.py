"""People of a library whose names are equal, or look alike."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Membership, Person, Team
from tracker.policy.permissions import current_on, people_of
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
        self._people = {person_id: rest for person_id, *rest in session().execute(query)}
        self._by_key: dict[str, set[int]] = defaultdict(set)
        for person_id, (name, _email) in self._people.items():
            for key in look_alike_keys(name):
                self._by_key[key].add(person_id)

    def like(self, name: str, *, person_id: int | None = None, email: str = "") -> list[int]:
        """Ids of the others with that name, by address. `person_id`, or `email`, says whose the
        name is."""
        found = {other for key in look_alike_keys(name) for other in self._by_key.get(key, ())}
        others = {each for each in found if each != person_id and self.email(each) != email}
        return sorted(others, key=self.email)

    def email(self, person_id: int) -> str:
        return str(self._people[person_id][1])

    def details(self, name: str, ids: Iterable[int], today: dt.date) -> list[Namesake]:
        """Who has that name too. One query, and none where nobody has."""
        wanted = list(ids)
        teams: dict[int, list[str]] = defaultdict(list)
        if wanted:
            query = (
                select(Membership.person_id, Team.name)
                .join(Team, Team.id == Membership.team_id)
                .where(Membership.person_id.in_(wanted), current_on(Membership, today))
                .order_by(Team.name)
                .distinct()
            )
            for person_id, team in session().execute(query):
                teams[person_id].append(team)
        return [
            Namesake(
                other, email, tuple(teams[person_id]), is_called_so=folded(other) == folded(name)
            )
            for person_id in wanted
            for other, email in (self._people[person_id],)
        ]


def of_address(email: str, today: dt.date) -> list[Namesake]:
    """Of the person who has it, in their library."""
    query = select(Person.id, Person.library_id, Person.name).where(
        Person.email == email.strip().casefold()
    )
    found = session().execute(query).one_or_none()
    if found is None:
        return []
    person_id, library_id, name = found
    names = LibraryNames(library_id)
    return names.details(name, names.like(name, person_id=person_id), today)
