"""How far the import of a roster is, and how long it can be undone."""

import datetime as dt
from enum import StrEnum

UNDO_FOR = dt.timedelta(hours=24)
KEPT_FOR = dt.timedelta(days=7)
"""From when it was uploaded: then the file goes, and with it what it changed."""


class RosterState(StrEnum):
    CHECKED = "checked"
    IMPORTED = "imported"
    UNDONE = "undone"
