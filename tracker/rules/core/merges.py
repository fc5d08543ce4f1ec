"""Two accounts of one person that are to become one."""

import datetime as dt
from enum import StrEnum

LASTS = dt.timedelta(days=14)
"""How long it waits to be confirmed in both sign-ins."""


class MergeOutcome(StrEnum):
    MERGED = "merged"
    DECLINED = "declined"
    CALLED_OFF = "called_off"
