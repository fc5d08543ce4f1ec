"""What a membership says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

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
    weekly_hours: int | None = None

    @property
    def digest(self) -> str:
        """Tells whether a membership still says this: 16 hexadecimal digits."""
        return sha256(
            repr(tuple(getattr(self, name) for name in self.__slots__)).encode()
        ).hexdigest()[:16]

    def stored(self) -> dict[str, str | int | None]:
        """As JSON keeps it; `read_terms` is the way back."""
        days = {"starts_on": self.starts_on.isoformat(), "ends_on": None}
        if self.ends_on is not None:
            days["ends_on"] = self.ends_on.isoformat()
        return asdict(self) | {"role": self.role.value} | days


def read_terms(stored: Mapping[str, Any]) -> MembershipTerms:
    ends_on = stored["ends_on"]
    return MembershipTerms(
        **{
            **stored,
            "role": Role(stored["role"]),
            "starts_on": dt.date.fromisoformat(stored["starts_on"]),
            "ends_on": None if ends_on is None else dt.date.fromisoformat(ends_on),
        }
    )
