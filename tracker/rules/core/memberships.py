"""What a membership says."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from tracker.rules.roles import Role

HOURS_MAX = 80


@dataclass(frozen=True, slots=True)
class MembershipTerms:
    """What a membership says. `role_profile_id` is for learners, and needed there; other roles drop
    it."""

    team_id: int
    role: Role
    starts_on: dt.date
    ends_on: dt.date | None = None
    role_profile_id: int | None = None
    job: str = ""
    weekly_hours: float | None = None

    @classmethod
    def of(cls, membership: object) -> Self:
        return cls(*(getattr(membership, name) for name in cls.__slots__))

    @property
    def digest(self) -> str:
        """Tells whether a membership still says this: 16 hexadecimal digits."""
        return sha256(
            repr(tuple(getattr(self, name) for name in self.__slots__)).encode()
        ).hexdigest()[:16]
