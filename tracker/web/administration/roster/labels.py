"""What is wrong with a row of a roster and what to do, and what it changes, in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.plan import RosterVerdict
from tracker.rules.administration.roster.problems import PROBLEMS
from tracker.web.administration.people_forms import ROLES
from tracker.web.http.errors import refusal_messages
from tracker.web.i18n.languages import catalogue
from tracker.web.ui.templating.dates import day

COLUMNS: Mapping[RosterColumn, Any] = {
    RosterColumn.STAFF_ID: _l("Staff ID"),
    RosterColumn.NAME: _l("Name"),
    RosterColumn.FIRST_NAME: _l("First name"),
    RosterColumn.LAST_NAME: _l("Last name"),
    RosterColumn.EMAIL: _l("Email"),
    RosterColumn.TEAM: _l("Team"),
    RosterColumn.ROLE: _l("Role"),
    RosterColumn.ROLE_PROFILE: _l("Job profile"),
    RosterColumn.JOB: _l("Job title"),
    RosterColumn.WEEKLY_HOURS: _l("Hours a week"),
    RosterColumn.STARTS_ON: _l("First day"),
    RosterColumn.ENDS_ON: _l("Last day"),
    RosterColumn.SUPERVISOR: _l("Supervisor"),
}

TABS: Mapping[str, tuple[Any, tuple[RosterVerdict, ...]]] = {
    "fix": (_l("To fix"), (RosterVerdict.TO_FIX,)),
    "ready": (_l("Ready"), (RosterVerdict.NEW, RosterVerdict.CHANGED)),
    "unchanged": (_l("Unchanged"), (RosterVerdict.UNCHANGED,)),
    "all": (_l("All"), tuple(RosterVerdict)),
}

VERDICTS: Mapping[str, tuple[Any, str]] = {
    RosterVerdict.NEW: (_l("New"), "ok"),
    RosterVerdict.CHANGED: (_l("Changed"), "brand"),
    RosterVerdict.UNCHANGED: (_l("Unchanged"), ""),
    RosterVerdict.TO_FIX: (_l("To fix"), "gap"),
}

refusal_messages(
    roster_empty=_l(
        "There are no rows in this file. The first row holds the headings, and each row below it "
        "a person."
    ),
    roster_large=_l(
        "This file is larger than %(most)s MB. Save only the sheet with the people, and send that."
    ),
    roster_long=_l("A file can have %(most)s rows. Split it, and import one part at a time."),
    roster_wide=_l(
        "The first row must hold the headings: between 2 and %(most)s columns. Delete the rows "
        "above them, and the columns that you don’t need."
    ),
    roster_cell_long=_l(
        "In row %(row)s a cell is longer than %(most)s characters. Shorten it, or delete the "
        "column."
    ),
    roster_not_text=_l(
        "This is neither a CSV file nor an XLSX workbook. In your spreadsheet choose “Save as” and "
        "one of the two."
    ),
    roster_old_workbook=_l(
        "This is a workbook with a password, or of an old kind (XLS). Save it as XLSX without a "
        "password, and send that."
    ),
    roster_unreadable=_l(
        "From line %(line)s on this file can’t be read: a quotation mark opens there and is not "
        "closed. Correct that line and send it again."
    ),
    roster_unreadable_workbook=_l(
        "This workbook can’t be read. Open it in your spreadsheet, save it as XLSX or CSV, and "
        "send that."
    ),
    roster_unpacked_large=_l(
        "Unpacked, this workbook is far too large. Copy the people into a new workbook, or save "
        "the sheet as CSV, and send that."
    ),
    roster_overtaken=_l(
        "Something changed here after you looked at this page, so nothing was imported. The rows "
        "were compared again: check them once more."
    ),
    roster_at_work=_l(
        "“%(file)s” is being imported in the background: %(name)s asked for it. Wait until that is "
        "done, then check the rows again: it may change what they do."
    ),
    roster_replaced=_l(
        "You uploaded another file after this one, so its rows are deleted. Nobody was imported "
        "from it."
    ),
    roster_is_done=_l("This file was imported already. Upload it again to change something."),
    roster_not_done=_l("Import this file first."),
    roster_nobody_chosen=_l("Choose at least one person."),
)

CHANGES: Mapping[str, Any] = {
    "added": _l("New person"),
    "back": _l("Account enabled again"),
    "joins": _l("%(role)s in %(team)s from %(day)s"),
    "moves": _l("Moves from %(from_team)s to %(team)s on %(day)s"),
    "role_profile": _l("Job profile in %(team)s: %(value)s"),
    "job": _l("Job title in %(team)s: %(value)s"),
    "weekly_hours": _l("Hours a week in %(team)s: %(value)s"),
    "ends_on": _l("Last day in %(team)s: %(value)s"),
    "name": _l("Name: %(value)s"),
    "email": _l("Email: %(value)s"),
    "staff_id": _l("Staff ID: %(value)s"),
    "supervisor": _l("%(name)s becomes a supervisor of %(team)s"),
}


def said_of(problem: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and what to do."""
    wrong, remedy = PROBLEMS[problem["code"]]
    translated = catalogue()
    return (
        str(translated.ugettext(wrong)) % problem["facts"],
        str(translated.ugettext(remedy)) % problem["facts"],
    )


def change(found: Mapping[str, Any]) -> str:
    facts = dict(found["facts"])
    if "role" in facts:
        facts["role"] = ROLES[facts["role"]]
    if "day" in facts:
        facts["day"] = day(dt.date.fromisoformat(facts["day"]))
    if found["code"] == "ends_on":
        facts["value"] = day(dt.date.fromisoformat(facts["value"]))
    return str(CHANGES[found["code"]]) % facts


def column(name: str | None) -> str:
    return str(COLUMNS[RosterColumn(name)]) if name else str(_("Row"))
