"""When somebody who comes to read a person's record may begin to, and who decides where the person
objects."""

import datetime as dt
from enum import StrEnum

WAIT = dt.timedelta(days=7)
"""From the notice to the person until what was revealed before opens."""
NOT_NEW = dt.timedelta(days=30)
"""Who could read a record until at most so long ago comes back to it without a wait."""
INDEPENDENT_AFTER = dt.timedelta(days=30)
"""Somebody whose account another person made, or gave a link or administration to, counts as
independent of that person after so long. An account that is younger can't confirm roles of others:
that could be one person with two accounts."""
OBJECT_WITHIN = dt.timedelta(days=30)
"""From the notice on, whether it has opened or not."""
DECIDE_WITHIN = dt.timedelta(days=7)
"""An objection that no administrator decided for so long is the operator's to decide."""


class OpeningDecision(StrEnum):
    OPENED = "opened"
    KEPT_CLOSED = "kept_closed"
