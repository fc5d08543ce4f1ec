"""How far the import of a roster is."""

import datetime as dt
from enum import StrEnum

KEPT_FOR = dt.timedelta(days=7)
"""From when it was uploaded: then the file goes."""


JOB = "roster"
"""The kind of work in the background that brings in a large one."""


class RosterState(StrEnum):
    CHECKED = "checked"
    IMPORTED = "imported"
    REPLACED = "replaced"
    """Who uploaded it uploaded another before bringing it in. Its rows are gone."""
