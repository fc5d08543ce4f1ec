"""What an administrator asks another to confirm."""

import datetime as dt
from enum import StrEnum

LASTS = dt.timedelta(days=14)
"""How long a request waits."""
INDEPENDENT_AFTER = dt.timedelta(days=30)
"""Whose account somebody made, or gave a link or administration to, counts as independent of them
after so long: until then a yes of theirs could be somebody's own."""


class RequestOutcome(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
