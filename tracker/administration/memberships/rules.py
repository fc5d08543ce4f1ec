"""One change of memberships for several people at once."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role


class BulkChange(StrEnum):
    TEAM = "team"
    ROLE_PROFILE = "role_profile"
    END = "end"


class BulkObstacle(StrEnum):
    """Why somebody can't be changed with the others."""

    NONE = "none"
    SEVERAL = "several"
    STARTS_LATER = "starts_later"
    OVER_BEFORE = "over_before"


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """`on`: the last day where memberships end, else the first day of what follows them. `to_id`:
    the team or job profile; None where they end."""

    change: BulkChange
    role: Role
    on: dt.date
    to_id: int | None = None

    def follows(self, terms: MembershipTerms) -> MembershipTerms | None:
        """What follows a membership that says this; None where it only ends."""
        if self.change is BulkChange.END or self.to_id is None:
            return None
        terms = replace(terms, starts_on=self.on)
        if self.change is BulkChange.TEAM:
            return replace(terms, team_id=self.to_id)
        return replace(terms, role_profile_id=self.to_id)

    def is_said_by(self, terms: MembershipTerms) -> bool:
        if self.change is BulkChange.END:
            return terms.ends_on == self.on
        is_team = self.change is BulkChange.TEAM
        return (terms.team_id if is_team else terms.role_profile_id) == self.to_id

    def obstacle(self, memberships: list[MembershipTerms]) -> BulkObstacle | None:
        """`memberships`: those that somebody has now in the role."""
        if not memberships:
            return BulkObstacle.NONE
        if len(memberships) > 1:
            return BulkObstacle.SEVERAL
        (only,) = memberships
        if self.change is BulkChange.END:
            return BulkObstacle.STARTS_LATER if only.starts_on > self.on else None
        if only.starts_on >= self.on:
            return BulkObstacle.STARTS_LATER
        is_over = only.ends_on is not None and only.ends_on < self.on
        return BulkObstacle.OVER_BEFORE if is_over else None
