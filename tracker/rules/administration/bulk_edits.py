"""One change of memberships for several people at once."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

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


def obstacle(edit: BulkEdit, periods: list[tuple[dt.date, dt.date | None]]) -> BulkObstacle | None:
    """`periods`: those of somebody's current memberships in the role."""
    if not periods:
        return BulkObstacle.NONE
    if len(periods) > 1:
        return BulkObstacle.SEVERAL
    starts_on, ends_on = periods[0]
    if edit.change is BulkChange.END:
        return BulkObstacle.STARTS_LATER if starts_on > edit.on else None
    if starts_on >= edit.on:
        return BulkObstacle.STARTS_LATER
    return BulkObstacle.OVER_BEFORE if ends_on is not None and ends_on < edit.on else None
