"""What the pages of an import say, and the files that they hand out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, request
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.administration.people import queries as people_queries
from tracker.administration.people.forms import ROLES
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.roster import queries as roster_queries
from tracker.administration.roster.forms import ImportForm, MappingForm
from tracker.administration.roster.rules import NEW, NOT_HERE, READY, RosterState, RosterVerdict
from tracker.administration.roster.rules_columns import of_places, suggested
from tracker.administration.roster.rules_files import RosterColumn, lacking, values_of
from tracker.administration.roster.rules_problems import PROBLEMS
from tracker.administration.teams import queries as teams_queries
from tracker.models import RosterImport
from tracker.policy.permissions import Actor
from tracker.rules.delimited import plain
from tracker.rules.roles import Role
from tracker.web.http import session
from tracker.web.i18n.languages import catalogue
from tracker.web.ui.csv import Table, csv_file
from tracker.web.ui.filters import page_number
from tracker.web.ui.people import namesakes_said
from tracker.web.ui.templating.dates import day

COLUMNS: Mapping[str, Any] = {
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
    RosterColumn.STATUS: _l("Status"),
}

NOT_EXPORTED = (
    *(RosterColumn.FIRST_NAME, RosterColumn.LAST_NAME),
    *(RosterColumn.SUPERVISOR, RosterColumn.STATUS),
)
"""Supervisors have rows of their own."""
TITLES = {
    RosterState.CHECKED: _l("Import people: check the rows"),
    RosterState.REPLACED: _l("Import people: another file was uploaded"),
    RosterState.IMPORTED: _l("Import people: done"),
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

LACKING = {
    "roster_no_person": _l(
        "No column holds an email address or a staff ID. Choose one under Columns."
    ),
    "roster_no_name": _l("No column holds names. Choose one under Columns."),
}
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
    "circle": _l(
        "%(name)s doesn’t become their supervisor: in this file they supervise each other in a "
        "circle"
    ),
}
SAMPLED = 50
"""So many rows are looked through for samples."""
PROBLEMS_MAX = 100
"""So many kinds of problems are listed; the file of what is to be fixed has all."""
VALUES_MAX = 150
"""More values of one column than this are not listed: those without a meaning go first."""


class ValueChoice(NamedTuple):
    """A value of the file, in how many rows it is, and what it means here. `is_open`: something is
    typed, and means nothing yet."""

    name: str
    typed: str
    rows: int
    meant: str
    is_open: bool


class ValueGroup(NamedTuple):
    """The values of one column, with what they can mean; `open`: how many mean nothing yet."""

    column: RosterColumn
    heading: str
    choices: list[tuple[str, str]]
    values: list[ValueChoice]
    open: int


class ProblemGroup(NamedTuple):
    """What is wrong in the same way with the rows of these people. `anchor`: where it is answered
    for all of them."""

    column: RosterColumn
    value: str
    wrong: str
    remedy: str
    anchor: str
    people: list[str]


def check_page(roster: RosterImport) -> dict[str, Any]:
    """What the page of a roster is given."""
    counts, groups = roster_queries.counts(roster.id), _value_groups(session.actor(), roster)
    is_checked, tab = roster.state is RosterState.CHECKED, _tab_asked(roster, counts)
    at_work = roster_queries.at_work(session.now(), roster.library_id)
    others = [busy for busy in at_work if busy.id != roster.id and is_checked]
    rows = None if tab == "fix" else roster_queries.rows(roster.id, TABS[tab][1], page_number())
    sheet = _("%(file)s, sheet “%(sheet)s”", file=roster.file_name, sheet=roster.sheet)
    ready = sum(counts[verdict] for verdict in READY)
    lacking_code = lacking(roster.columns)
    return {
        "roster": roster,
        "page_title": str(TITLES[roster.state]),
        "lead": sheet if roster.sheet else roster.file_name,
        "is_checked": is_checked,
        "step": 2 if is_checked else 4,
        "own": next((busy for busy in at_work if busy.id == roster.id), None),
        "other": next(iter(others), None),
        "lacks": LACKING[lacking_code] if lacking_code else "",
        "counts": counts,
        "ready": ready,
        "stats": _stats(counts, ready, is_checked),
        "tab": tab,
        "tabs": [
            (
                name,
                label if is_checked or name != "ready" else _("Imported"),
                sum(counts[verdict] for verdict in verdicts),
            )
            for name, (label, verdicts) in TABS.items()
        ],
        "rows": rows,
        "namesakes": {
            row.number: namesakes_said(row.title, row.person_id)
            for row in (rows.rows if rows else ())
            if row.verdict is not RosterVerdict.UNCHANGED
        },
        "columns": COLUMNS,
        "chosen": of_places(roster.columns),
        "used": ", ".join(str(COLUMNS[column]) for column in of_places(roster.columns).values()),
        "never_stored": [
            roster.headings[place] or _("Column %(number)s", number=place + 1)
            for place in roster.never_stored
        ],
        "samples": _samples(roster),
        "groups": groups,
        "problems": _problem_groups(roster, groups) if tab == "fix" else [],
        "form": ImportForm(formdata=None, seen=roster.plan_digest),
        "mapping": MappingForm(formdata=None, makes_teams=roster.makes_teams),
    }


def _stats(
    counts: dict[RosterVerdict, int], ready: int, is_checked: bool
) -> list[tuple[str, int | str, str]]:
    """A label, a figure, and what is said to it."""
    new, changed, unchanged, to_fix = (counts[verdict] for verdict in RosterVerdict)
    total = ngettext("%(num)d row", "%(num)d rows", sum(counts.values()))
    out = _("They stay out until they are fixed.") if is_checked else _("They were left out.")
    what = _("%(new)s new, %(changed)s changed", new=new, changed=changed)
    return [
        (_("In the file"), total, _("Nothing is imported yet.") if is_checked else ""),
        (_("Ready") if is_checked else _("Imported"), ready, what),
        (_("To fix"), to_fix, out if to_fix else _("Every row can be read.")),
        (_("Unchanged"), unchanged, _("Already here with the same details.")),
    ]


def _samples(roster: RosterImport) -> list[list[str]]:
    """Of each column three values that differ."""
    cells = [cells for _number, cells in roster_queries.cells(roster.id)[:SAMPLED]]
    return [
        list(dict.fromkeys(row[place] for row in cells if row[place]))[:3]
        for place in range(len(roster.headings))
    ]


def _problem_groups(roster: RosterImport, groups: list[ValueGroup]) -> list[ProblemGroup]:
    """Of all rows that are to be fixed, what most have in common first."""
    anchors = {
        (group.column, value.typed): value.name for group in groups for value in group.values
    }
    people: dict[tuple[str, str, str, str], list[str]] = {}
    for row in roster_queries.rows_to_fix(roster.id):
        who = _("row %(number)s, %(name)s", number=row.number, name=row.title or _("nobody named"))
        for problem in row.problems:
            key = (problem["column"], problem["value"], *what_is_wrong(problem))
            people.setdefault(key, []).append(who)
    listed = [
        ProblemGroup(
            column=RosterColumn(column),
            value=value,
            wrong=wrong,
            remedy=remedy,
            anchor=anchors.get((RosterColumn(column), value), ""),
            people=named,
        )
        for (column, value, wrong, remedy), named in people.items()
    ]
    return sorted(listed, key=lambda group: -len(group.people))[:PROBLEMS_MAX]


def _tab_asked(roster: RosterImport, counts: dict[RosterVerdict, int]) -> str:
    """What the address asks for; else what is to be fixed, if anything is, or what is ready."""
    asked = request.args.get("show", "")
    if asked in TABS:
        return asked
    if counts[RosterVerdict.TO_FIX] and roster.state is RosterState.CHECKED:
        return "fix"
    return "ready" if any(counts[verdict] for verdict in READY) else "unchanged"


def _value_groups(actor: Actor, roster: RosterImport) -> list[ValueGroup]:
    """Of teams, roles and job profiles: each value with what it means, those that mean nothing yet
    first."""
    groups = []
    for column, values in values_of(roster_queries.cells(roster.id), roster.columns).items():
        choices, meant = _choices(actor, column), roster.meanings.get(column, {})
        by_name = {plain(label.lstrip("– ")): key for key, label in choices}
        listed = []
        for number, (words, (typed, count)) in enumerate(values.items()):
            means = meant.get(words) or (by_name.get(words, "") if words else "")
            is_open, name = bool(typed and not means), f"meaning-{column}-{number}"
            if is_open and column is not RosterColumn.ROLE:
                means = suggested(typed, by_name, column)
            listed.append(
                ValueChoice(name=name, typed=typed, rows=count, meant=means, is_open=is_open)
            )
        listed.sort(key=lambda value: (not value.is_open, value.typed.casefold()))
        heading, shown = roster.headings[roster.columns[column]], listed[:VALUES_MAX]
        still_open = sum(value.is_open for value in shown)
        groups.append(
            ValueGroup(
                column=column, heading=heading, choices=choices, values=shown, open=still_open
            )
        )
    for number, (name, people) in enumerate(roster_queries.namesakes(roster).items()):
        group = ValueGroup(
            RosterColumn.SUPERVISOR,
            str(COLUMNS[RosterColumn.SUPERVISOR]),
            [(NOT_HERE, _("Nobody: leave it out")), *people],
            [ValueChoice(f"meaning-{RosterColumn.SUPERVISOR}-{number}", name, 0, "", is_open=True)],
            open=1,
        )
        groups.append(group)
    return groups


def _choices(actor: Actor, column: RosterColumn) -> list[tuple[str, str]]:
    if column is RosterColumn.ROLE:
        return [(role.value, str(label)) for role, label in ROLES.items()]
    if column is RosterColumn.TEAM:
        special = [(NEW, _("Make a team with this name")), (NOT_HERE, _("Leave it out"))]
        known = teams_queries.choices(actor)
    else:
        special = [(NOT_HERE, _("None: they rate nothing"))]
        known = role_profiles_queries.choices(actor)
    return [*special, *((str(key), label) for key, label in known)]


def what_is_wrong(problem: Mapping[str, Any]) -> tuple[str, str]:
    """And what to do."""
    wrong, remedy = map(catalogue().ugettext, PROBLEMS[problem["code"]])
    return wrong % problem["facts"], remedy % problem["facts"]


def what_changes(change: Mapping[str, Any]) -> str:
    facts = dict(change["facts"])
    if "role" in facts:
        facts["role"] = ROLES[facts["role"]]
    days = {"day", "value"} if change["code"] == "ends_on" else {"day"}
    for name in days & facts.keys():
        facts[name] = day(dt.date.fromisoformat(facts[name]))
    return str(CHANGES[change["code"]]) % facts


def everybody_file(actor: Actor) -> Response:
    """A row for each membership that is not over, and one for who has none, as an import reads
    them."""
    columns = [column for column in COLUMNS if column not in NOT_EXPORTED]
    rows: Table = [[str(COLUMNS[column]) for column in columns]]
    for exported in people_queries.exported(actor, session.today()):
        cells = [exported[column] for column in columns]
        rows.append(
            [str(ROLES[cell] if isinstance(cell, Role) else cell) if cell else "" for cell in cells]
        )
    return csv_file(rows, f"people {session.today()}")


def to_fix_file(roster: RosterImport) -> Response:
    """The rows as they stand in the file, with a column that says what is wrong."""
    rows: Table = [[*roster.headings, _("What is wrong")]]
    for row in roster_queries.rows_to_fix(roster.id):
        wrong = (
            f"{COLUMNS[problem['column']]}: {' '.join(what_is_wrong(problem))}"
            for problem in row.problems
        )
        rows.append([*row.cells, " ".join(wrong)])
    return csv_file(rows, f"people to fix {session.today()}")
