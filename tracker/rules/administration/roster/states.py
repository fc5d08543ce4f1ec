"""How far the import of a roster is, and how long it can be undone."""

import datetime as dt
from enum import StrEnum

UNDO_FOR = dt.timedelta(hours=24)
KEPT_FOR = dt.timedelta(days=7)
"""From when it was uploaded: then the file goes, and with it what it changed."""


JOB = "roster"
"""The kind of work in the background that brings in a large one."""


class RosterState(StrEnum):
    CHECKED = "checked"
    IMPORTED = "imported"
    UNDONE = "undone"
    REPLACED = "replaced"
    """Who uploaded it uploaded another before bringing it in. Its rows are gone."""
