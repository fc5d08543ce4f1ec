"""What a roster is compared with: the people, teams and job profiles that are here."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class KnownMembership:
    """`framework`: the slug of the one that a learner learns in, else ""."""

    id: int
    team_id: int
    role: Role
    role_profile_id: int | None
    framework: str
    job: str
    weekly_hours: int | None
    starts_on: dt.date
    ends_on: dt.date | None

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def meets(self, starts_on: dt.date, ends_on: dt.date | None) -> bool:
        """Whether they share a day."""
        return (ends_on is None or self.starts_on <= ends_on) and (
            self.ends_on is None or starts_on <= self.ends_on
        )


@dataclass(frozen=True, slots=True)
class KnownPerson:
    id: int
    name: str
    email: str
    staff_id: str
    is_disabled: bool
    has_password: bool
    memberships: tuple[KnownMembership, ...] = ()

    @property
    def is_taken_out(self) -> bool:
        """Disabled, never signed in, in no team: as the undo of an import leaves somebody."""
        return self.is_disabled and not self.has_password and not self.memberships


@dataclass(frozen=True, slots=True)
class KnownTeam:
    id: int
    parent_id: int | None
    name: str
    path: str
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class KnownProfile:
    id: int
    name: str
    framework: str
    framework_id: int
    is_retired: bool


@dataclass(frozen=True, slots=True)
class RosterGround:
    """`elsewhere`: those addresses of the file that another library's people have. `ratings_in`:
    (person, framework, version) of those who rated, where the library has job profiles in several
    versions of a framework."""

    actor_id: int
    today: dt.date
    people: tuple[KnownPerson, ...]
    teams: tuple[KnownTeam, ...]
    profiles: tuple[KnownProfile, ...]
    elsewhere: frozenset[str] = frozenset()
    ratings_in: frozenset[tuple[int, str, int]] = frozenset()

    def digest(self) -> str:
        parts = (
            self.actor_id,
            self.today,
            self.people,
            self.teams,
            self.profiles,
            sorted(self.elsewhere),
            sorted(self.ratings_in),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def leaves_ratings(self, person_id: int, profile: KnownProfile) -> bool:
        """Whether the ratings of that person are in other versions than the job profile's."""
        theirs = {
            version
            for whose, framework, version in self.ratings_in
            if (whose, framework) == (person_id, profile.framework)
        }
        return bool(theirs) and profile.framework_id not in theirs
