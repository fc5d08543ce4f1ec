"""Work in the background: its states, how much one person may ask for, and how long it is kept."""

import datetime as dt
from enum import StrEnum

KEPT_FOR = dt.timedelta(days=7)
"""From when it was asked for: then a job goes, and with it what it made."""
CLAIM_LASTS = dt.timedelta(minutes=2)
"""Since the last step. A worker that is silent for longer is taken for dead, so a step takes
seconds."""
TRIES_MAX = 3
"""How often one step is begun before its job is given up."""
OPEN_MAX = 3
KEPT_MAX = 20
"""How many jobs of one person wait or run at a time, and how many are kept in all."""
AT_ONCE = 250
"""A file about more people than this is made in the background."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


OPEN = (JobState.WAITING, JobState.RUNNING)


class ClaimLost(Exception):  # noqa: N818  (not a fault: somebody else goes on, or nobody has to)
    """The job was canceled, has to be done anew, or is another worker's by now."""


def wait_after(tries: int) -> dt.timedelta:
    """How long a step that failed waits for its next try."""
    return dt.timedelta(seconds=30 * tries * tries)
