"""The list of people that the page of a round shows, as a CSV file: on all its pages."""

import datetime as dt

from flask_babel import gettext as _

from tracker.rules.calendar import day_in
from tracker.teams.rounds.pages import STATE_NAMES, RoundList
from tracker.teams.rounds.queries import RoundLearner
from tracker.teams.rounds.rules import RoundState
from tracker.web.ui.csv import Table, TableColumn, table as csv_table


def table(listed: RoundList, today: dt.date, time_zone: str) -> Table:
    """A line for each, and under them what was asked for. Who may not see levels by name is told
    nothing of open reviews."""
    page = listed.page
    of_reviews: list[TableColumn[RoundLearner]] = [
        (_("Statements in open reviews"), _statements),
        (_("Sent on"), lambda one: _day(time_zone, one.since)),
        (_("Overdue"), lambda one: _yes(one.is_overdue)),
    ]
    columns: list[TableColumn[RoundLearner]] = [
        (_("Name"), lambda one: one.name),
        (_("Team"), lambda one: one.branch or page.team.name),
        (_("State"), lambda one: str(STATE_NAMES[one.state])),
        (_("Ready to talk"), lambda one: _yes(one.is_ready)),
        *([] if page.without_levels else of_reviews),
        (_("Supervisor"), lambda one: ", ".join(by.name for by in one.supervisors)),
        (_("Away until"), lambda one: one.away_until.isoformat() if one.away_until else ""),
        (_("Last reminder"), lambda one: _day(time_zone, one.reminded_at)),
    ]
    lines = csv_table(listed.rows, columns)
    lines.append([_("Round"), page.round.name, *page.frameworks])
    lines.append([_("Team"), page.team.name])
    lines += [
        [field.label.text, listed.form.label(field.name)]
        for field in listed.form
        if field.name in listed.kept and field.name != "q"
    ]
    if "q" in listed.kept:
        lines.append([_("Name"), listed.kept["q"]])
    lines.append([_("As of"), (page.round.ends_on if page.is_over else today).isoformat()])
    if page.is_over and page.round.reconstructed:
        lines[-1].append(_("reconstructed"))
    return lines


def _statements(one: RoundLearner) -> str | int:
    """Where that is told."""
    is_told = one.since is not None or one.state is RoundState.NOT_SENT
    return one.statements if is_told else ""


def _day(time_zone: str, moment: dt.datetime | None) -> str:
    return day_in(time_zone, moment).isoformat() if moment is not None else ""


def _yes(holds: bool) -> str:
    return _("yes") if holds else ""
