"""Every endpoint, and what each kind of person gets at it.

Each noun has a file here with a list `DOORS`; a new file joins DOORS below. An endpoint that is in
no list fails tests/test_doors.py. `expect` is the status for each of ACTORS, in their order; the
record asked for is Ana's (or her team Central's). For a POST send something invalid, so that who
passes the door gets 422 and nothing changes.
"""

from tests.doors import (
    accounts,
    administration,
    assessment,
    dashboard,
    drafts,
    endorsements,
    evidence,
    frameworks,
    handovers,
    notifications,
    profiles,
    reviews,
    teams,
)
from tests.doors.door import ACTORS, Door

DOORS: list[Door] = [
    *accounts.DOORS,
    *administration.DOORS,
    *assessment.DOORS,
    *endorsements.DOORS,
    *evidence.DOORS,
    *frameworks.DOORS,
    *dashboard.DOORS,
    *drafts.DOORS,
    *notifications.DOORS,
    *profiles.DOORS,
    *reviews.DOORS,
    *handovers.DOORS,
    *teams.DOORS,
]

__all__ = ["ACTORS", "DOORS", "Door"]
