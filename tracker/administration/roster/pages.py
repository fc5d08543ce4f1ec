"""What the pages of an import say, and the files that they hand out."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Response, request
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.administration.people import queries as people_queries
from tracker.administration.people.forms import ROLES
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.roster import queries as roster_queries
from tracker.administration.roster.forms import AnswersForm, ColumnsForm, ImportForm
from tracker.administration.roster.rules import (
    FULL_WEEK,
    LABEL,
    NEW,
    NOT_HERE,
    READY,
    RosterState,
    RosterVerdict,
)
from tracker.administration.roster.rules_columns import asked, of_places, suggested
from tracker.administration.roster.rules_files import RosterColumn, lacking, values_of
from tracker.administration.roster.rules_problems import PROBLEMS
from tracker.administration.teams import queries as teams_queries
from tracker.models import RosterImport, RosterRow
from tracker.policy.permissions import Actor
from tracker.rules.delimited import plain
from tracker.rules.roles import Role
from tracker.web.http import session
from tracker.web.i18n.languages import catalogue
from tracker.web.ui import fields
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
    RosterColumn.SUBTEAM: _l("Team in its branch"),
    RosterColumn.ROLE: _l("Role"),
    RosterColumn.ROLE_PROFILE: _l("Job profile"),
    RosterColumn.JOB: _l("Job title"),
    RosterColumn.WEEKLY_HOURS: _l("Hours a week"),
    RosterColumn.FTE: _l("Full-time equivalent"),
    RosterColumn.STARTS_ON: _l("First day"),
    RosterColumn.ENDS_ON: _l("Last day"),
    RosterColumn.SUPERVISOR: _l("Supervisor"),
    RosterColumn.POSITION: _l("Position number"),
    RosterColumn.STATUS: _l("Status"),
}

NOT_EXPORTED = (
    *(RosterColumn.FIRST_NAME, RosterColumn.LAST_NAME, RosterColumn.SUBTEAM, RosterColumn.FTE),
    *(RosterColumn.SUPERVISOR, RosterColumn.POSITION, RosterColumn.STATUS),
)
"""Supervisors have rows of their own."""
TITLES = {
    RosterState.REPLACED: _l("Import people: another file was uploaded"),
    RosterState.IMPORTED: _l("Import people: done"),
}

VERDICTS: Mapping[str, Any] = {
    RosterVerdict.NEW: _l("new"),
    RosterVerdict.MOVED: _l("moved"),
    RosterVerdict.CHANGED: _l("changed"),
    RosterVerdict.UNCHANGED: _l("unchanged"),
    RosterVerdict.TO_FIX: _l("to fix"),
    RosterVerdict.LEFT_OUT: _l("left out"),
}

LACKING = {
    "roster_no_person": _l(
        "No column holds an email address or a staff ID. Choose one of the columns below."
    ),
    "roster_no_name": _l("No column holds names. Choose one of the columns below."),
}
LEFT: Mapping[str, tuple[Any, Any]] = {
    "roster_left": (_l("The file says that they left."), _l("Import who left too")),
    "roster_on_leave": (
        _l("The file says that they are on leave."),
        _l("Import who is on leave too"),
    ),
    "roster_vacant": (_l("A position that is vacant."), ""),
    "roster_total": (_l("A total."), ""),
    "roster_said_out": (_l("You left it out."), ""),
}
"""Why rows are left out, and the choice for all of them."""
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
    "circle": _l("%(name)s doesn’t become their supervisor: these list each other as supervisor"),
    "waits": _l("%(name)s becomes their supervisor once their own row is fixed"),
    "gone": _l("%(name)s doesn’t become their supervisor: their own row is left out"),
    **{code: why for code, (why, _choice) in LEFT.items()},
}
OF_MEANINGS = (
    *("roster_team_unknown", "roster_team_twice", "roster_role_unknown", "roster_no_profile"),
    *("roster_profile_twice", "roster_profile_needed"),
)
"""What is answered by saying what a value means."""
BY_VALUE = (
    *("email_not_valid", "line_long", "line_control", "characters_unseen", "scripts_mixed"),
    *("line_empty", "roster_no_day", "roster_hours", "roster_supervisor_unknown"),
    *("roster_supervisor_disabled", "roster_supervisor_twice", "roster_name_here"),
)
"""What is mended for all rows with a value; everything else row by row."""
ROWS_MENDED = 20
"""So many rows of one problem can be mended on the page."""
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
    """The values of one column, with what they can mean; `open`: how many mean nothing yet;
    `asks`: whether one of these has no suggestion."""

    column: RosterColumn
    heading: str
    choices: list[tuple[str, str]]
    values: list[ValueChoice]
    open: int
    asks: bool


class Mend(NamedTuple):
    """A field: its name, of which row ("" for all), and what stands in it."""

    name: str
    row: str
    value: str


class ProblemGroup(NamedTuple):
    """What is wrong in the same way with these rows. `choices`: of which one is right; else it is
    typed. `numbers`: of the rows."""

    column: RosterColumn
    value: str
    wrong: str
    remedy: str
    people: list[str]
    numbers: list[int]
    choices: list[tuple[str, str]]
    mends: list[Mend]


def columns_page(roster: RosterImport, form: ColumnsForm | None) -> dict[str, Any]:
    """Which columns are asked, which are clear, and which aren't used."""
    places, used = range(len(roster.headings)), of_places(roster.columns)
    unsure = asked(
        roster.headings, roster.columns, roster_queries.called_by(session.actor().library_id)
    )
    full = roster.meanings.get(RosterColumn.FTE, {}).get("1", f"{FULL_WEEK:g}")
    code = lacking(roster.columns)
    rest = [place for place in places if place not in unsure and place not in roster.never_stored]
    return {
        "roster": roster,
        "form": form or ColumnsForm(formdata=None, full_week=Decimal(full)),
        "lacks": LACKING[code] if code else "",
        "unsure": unsure,
        "clear": [place for place in rest if place in used],
        "unused": [place for place in rest if place not in used],
        "chosen": used | unsure,
        "samples": _samples(roster),
        "columns": COLUMNS,
        "count": sum(roster_queries.counts(roster.id).values()),
        "is_by_share": RosterColumn.FTE in roster.columns,
    }


def check_page(roster: RosterImport) -> dict[str, Any]:
    """What the page of a roster is given."""
    actor, counts = session.actor(), roster_queries.counts(roster.id)
    is_checked = roster.state is RosterState.CHECKED
    tab = request.args.get("show", "")
    tab = tab if tab in {*RosterVerdict} and counts[RosterVerdict(tab)] else ""
    at_work = roster_queries.at_work(session.now(), roster.library_id)
    others = [busy for busy in at_work if busy.id != roster.id and is_checked]
    rows = roster_queries.rows(roster.id, [RosterVerdict(tab)], page_number()) if tab else None
    sheet = _("%(file)s, sheet “%(sheet)s”", file=roster.file_name, sheet=roster.sheet)
    ready, total = sum(counts[verdict] for verdict in READY), sum(counts.values())
    title = ngettext(
        "%(ready)d of %(num)d row is ready",
        "%(ready)d of %(num)d rows are ready",
        total,
        ready=ready,
    )
    groups = _value_groups(actor, roster) if is_checked else []
    problems = _problem_groups(roster, groups) if is_checked else []
    makes = AnswersForm(
        formdata=None,
        makes_teams=roster.makes_teams,
        above=int(roster.meanings.get("above", {}).get("", 0)) or None,
    )
    makes.above.choices = fields.choices(teams_queries.choices(actor))
    return {
        "roster": roster,
        "page_title": title if is_checked else str(TITLES[roster.state]),
        "lead": sheet if roster.sheet else roster.file_name,
        "is_checked": is_checked,
        "own": next((busy for busy in at_work if busy.id == roster.id), None),
        "other": next(iter(others), None),
        "lacks": lacking(roster.columns),
        "counts": counts,
        "ready": ready,
        "tab": tab,
        "verdicts": VERDICTS,
        "rows": rows,
        "namesakes": {
            row.number: namesakes_said(row.title, row.person_id)
            for row in (rows.rows if rows and tab in READY else ())
        },
        "columns": COLUMNS,
        "groups": groups,
        "problems": problems,
        "is_open": sum(group.open for group in groups) + len(problems),
        "left": _left_out(roster, counts),
        "circles": [row.title for row in roster_queries.rows_with(roster.id, "circle")],
        "absent": len(roster_queries.not_in_file(roster.id, actor)) if is_checked else 0,
        "form": ImportForm(formdata=None, seen=roster.plan_digest),
        "answers": makes,
    }


def _left_out(
    roster: RosterImport, counts: dict[RosterVerdict, int]
) -> list[tuple[str, int, str, str]]:
    """By code why, how many rows, and the choice for them; also those that were let in."""
    reasons = Counter[str]()
    if counts[RosterVerdict.LEFT_OUT]:
        for row in roster_queries.all_rows(roster.id, RosterVerdict.LEFT_OUT):
            reasons[row.changes[0]["code"]] += 1
    let_in = roster.meanings.get(RosterColumn.STATUS, {})
    return [
        (code, reasons[code], str(why), str(choice))
        for code, (why, choice) in LEFT.items()
        if reasons[code] or code in let_in
    ]


def _samples(roster: RosterImport) -> list[list[str]]:
    """Of each column three values that differ."""
    cells = [cells for _number, cells in roster_queries.cells(roster.id)[:SAMPLED]]
    return [
        list(dict.fromkeys(row[place] for row in cells if row[place]))[:3]
        for place in range(len(roster.headings))
    ]


def _problem_groups(roster: RosterImport, groups: list[ValueGroup]) -> list[ProblemGroup]:
    """Of all rows that are to be fixed, but for what a value of a group means; what most have in
    common first."""
    answered = {(group.column, value.typed) for group in groups for value in group.values}
    rows: dict[tuple[str, str, str], list[tuple[RosterRow, dict[str, Any]]]] = {}
    for row in roster_queries.all_rows(roster.id, RosterVerdict.TO_FIX):
        for problem in row.problems:
            key = (problem["column"], problem["value"], problem["code"])
            if key[:2] not in answered or problem["code"] not in OF_MEANINGS:
                rows.setdefault(key, []).append((row, problem))
    twice = roster_queries.namesakes(roster)
    listed = []
    for (of, value, code), having in rows.items():
        column = RosterColumn(of)
        of_people = code == "roster_name_here"
        said = roster.meanings.get("person" if of_people else column, {})
        choices = [(NOT_HERE, _("Nobody: leave it out")), *twice.get(value, ())]
        if of_people:
            choices = [
                *(
                    (str(key), _("%(email)s, the same person", email=email))
                    for key, email in having[0][1]["facts"]["people"]
                ),
                (NEW, _("Somebody new")),
            ]
        name = f"said:{'person' if of_people else column}:{plain(value)}"
        mends = [Mend(name, "", said.get(plain(value), ""))]
        if code not in BY_VALUE:
            mends = [
                Mend(f"row:{row.number}:{column}", row_said(row), "")
                for row, _problem in having[:ROWS_MENDED]
            ]
        wrong, remedy = what_is_wrong(having[0][1])
        group = ProblemGroup(
            column=column,
            value=value,
            wrong=wrong,
            remedy=remedy,
            people=[row_said(row) for row, _problem in having[:3]],
            numbers=[row.number for row, _problem in having],
            choices=choices if of_people or code == "roster_supervisor_twice" else [],
            mends=mends,
        )
        listed.append(group)
    return sorted(listed, key=lambda group: -len(group.numbers))[:PROBLEMS_MAX]


def row_said(row: RosterRow) -> str:
    return _("row %(number)s, %(name)s", number=row.number, name=row.title or _("no name"))


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
        still_open = [value for value in shown if value.is_open]
        group = ValueGroup(
            column=column,
            heading=heading,
            choices=choices,
            values=shown,
            open=len(still_open),
            asks=not all(value.meant for value in still_open),
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
        if (offered := roster_queries.labels_offered(actor, session.today())) is not None:
            special += [(f"{LABEL}{label}", label) for label in sorted(offered.role_labels)]
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
    """The rows as they stand in the file, with a column that says what is wrong; and those that
    lack nothing but a supervisor of these."""
    rows: Table = [[*roster.headings, _("What is wrong")]]
    to_fix = roster_queries.all_rows(roster.id, RosterVerdict.TO_FIX)
    for row in (*to_fix, *roster_queries.rows_with(roster.id, "waits")):
        wrong = [
            f"{COLUMNS[problem['column']]}: {' '.join(what_is_wrong(problem))}"
            for problem in row.problems
        ]
        waits = [what_changes(change) for change in row.changes if change["code"] == "waits"]
        rows.append([*row.cells, " ".join(wrong + waits)])
    return csv_file(rows, f"people to fix {session.today()}")
