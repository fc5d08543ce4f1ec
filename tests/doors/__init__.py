"""Every endpoint, and what each kind of person gets at it.

Each noun has a file here with a list `DOORS`; a new file joins DOORS below. An endpoint that is in no list fails
tests/test_doors.py. `expect` is the status for each of ACTORS, in their order; the record asked for is Ana's (or her
team Central's). For a POST send something invalid, so that who passes the door gets 422 and nothing changes.
"""

from tests.doors import (
    accounts,
    admin,
    assess,
    corrections,
    evidence,
    frameworks,
    home,
    notices,
    profiles,
    reviews,
    routing,
    teams,
)
from tests.doors.door import ACTORS, Door

DOORS: list[Door] = [
    *accounts.DOORS,
    *admin.DOORS,
    *assess.DOORS,
    *corrections.DOORS,
    *evidence.DOORS,
    *frameworks.DOORS,
    *home.DOORS,
    *notices.DOORS,
    *profiles.DOORS,
    *reviews.DOORS,
    *routing.DOORS,
    *teams.DOORS,
]

__all__ = ["ACTORS", "DOORS", "Door"]
