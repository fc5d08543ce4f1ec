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
        """Disabled, never signed in, in no team: a later file enables them again."""
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
    is_retired: bool


@dataclass(frozen=True, slots=True)
class RosterGround:
    """`elsewhere`: those addresses of the file that another library's people have."""

    actor_id: int
    today: dt.date
    people: tuple[KnownPerson, ...]
    teams: tuple[KnownTeam, ...]
    profiles: tuple[KnownProfile, ...]
    elsewhere: frozenset[str] = frozenset()

    def digest(self) -> str:
        parts = (
            self.actor_id,
            self.today,
            self.people,
            self.teams,
            self.profiles,
            sorted(self.elsewhere),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()
