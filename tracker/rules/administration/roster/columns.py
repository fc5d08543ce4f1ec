"""The columns of a roster, and what a library calls them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from tracker.rules.delimited import plain


class RosterColumn(StrEnum):
    STAFF_ID = "staff_id"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    TEAM = "team"
    ROLE = "role"
    ROLE_PROFILE = "role_profile"
    JOB = "job"
    WEEKLY_HOURS = "weekly_hours"
    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    SUPERVISOR = "supervisor"


MEANT = (RosterColumn.TEAM, RosterColumn.ROLE, RosterColumn.ROLE_PROFILE)
"""Their values are words of the library: what each means is said once for all rows."""
EXPORTED = tuple(
    column
    for column in RosterColumn
    if column not in (RosterColumn.FIRST_NAME, RosterColumn.LAST_NAME, RosterColumn.SUPERVISOR)
)
"""Supervisors have rows of their own."""

HEADINGS: Mapping[RosterColumn, tuple[str, ...]] = {
    RosterColumn.STAFF_ID: (
        "Staff ID",
        "Staff number",
        "Employee ID",
        "Employee no.",
        "Employee number",
        "Personnel number",
        "ID",
    ),
    RosterColumn.NAME: ("Name", "Full name", "Employee name", "Employee", "Person"),
    RosterColumn.FIRST_NAME: ("First name", "Given name", "Forename"),
    RosterColumn.LAST_NAME: ("Last name", "Family name", "Surname"),
    RosterColumn.EMAIL: ("Email", "E-mail", "Email address", "E-mail address", "Work email"),
    RosterColumn.TEAM: ("Team", "Branch", "Department", "Location", "Unit"),
    RosterColumn.ROLE: ("Role",),
    RosterColumn.ROLE_PROFILE: ("Job profile", "Job class", "Classification", "Grade"),
    RosterColumn.JOB: ("Job title", "Title", "Position", "Job"),
    RosterColumn.WEEKLY_HOURS: ("Hours a week", "Weekly hours", "Hours"),
    RosterColumn.STARTS_ON: ("First day", "Start date", "Starts on", "Member from", "Hire date"),
    RosterColumn.ENDS_ON: ("Last day", "End date", "Ends on", "Member until"),
    RosterColumn.SUPERVISOR: ("Supervisor", "Manager", "Reports to", "Supervisor email"),
}
"""What a column may be called in English, whatever the reader's language is."""

Columns = dict[RosterColumn, int]
"""Where each column stands, from 0."""


def guessed(headings: Sequence[str], called: Mapping[str, RosterColumn | None]) -> Columns:
    """By what a heading was last time (`called`, by its plain words; None: not imported), or by its
    usual names. Of two for one column the first counts."""
    usual = {plain(name): column for column, names in HEADINGS.items() for name in names}
    found: Columns = {}
    for place, heading in enumerate(headings):
        words = plain(heading)
        column = called[words] if words in called else usual.get(words)
        if column is not None and column not in found:
            found[column] = place
    return found


def lacking(columns: Columns) -> str:
    """The code of what the columns cannot do without; "" where nothing is missing."""
    if RosterColumn.EMAIL not in columns and RosterColumn.STAFF_ID not in columns:
        return "roster_no_person"
    is_named = RosterColumn.NAME in columns or RosterColumn.LAST_NAME in columns
    return "" if is_named else "roster_no_name"
