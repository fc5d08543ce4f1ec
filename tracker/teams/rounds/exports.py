"""The list of people that the page of a round shows, as a CSV file: on all its pages."""

import datetime as dt

from flask_babel import gettext as _

from tracker.rules.calendar import day_in
from tracker.teams.rounds.pages import STATE_NAMES, RoundList
from tracker.teams.rounds.queries import RoundPage
from tracker.teams.rounds.queries_people import RoundLearner
from tracker.teams.rounds.rules import RoundState
from tracker.web.ui.csv import Table


def table(found: RoundList, today: dt.date, time_zone: str) -> Table:
    """A line for each, and under them what was asked for. Who may not see levels by name is told
    nothing of open reviews."""
    page = found.page
    of_reviews = [_("Statements in open reviews"), _("Sent on"), _("Overdue")]
    head = [
        _("Name"),
        _("Team"),
        _("State"),
        _("Ready to talk"),
        *([] if page.without_levels else of_reviews),
        _("Supervisor"),
        _("Away until"),
        _("Last reminder"),
    ]
    lines: Table = [head, *(_line(page, one, time_zone) for one in found.rows)]
    lines.append([_("Round"), page.round.name, *page.frameworks])
    lines.append([_("Team"), page.team.name])
    lines += [
        [field.label.text, found.form.label(field.name)]
        for field in found.form
        if field.name in found.kept and field.name != "q"
    ]
    if "q" in found.kept:
        lines.append([_("Name"), found.kept["q"]])
    lines.append([_("As of"), (page.round.ends_on if page.is_over else today).isoformat()])
    if page.is_over and page.round.reconstructed:
        lines[-1].append(_("reconstructed"))
    return lines


def _line(page: RoundPage, one: RoundLearner, time_zone: str) -> list[str | int]:
    is_told = one.since is not None or one.state is RoundState.NOT_SENT
    of_reviews: list[str | int] = [
        one.statements if is_told else "",
        _day(time_zone, one.since),
        _yes(one.is_overdue),
    ]
    return [
        one.name,
        one.branch or page.team.name,
        str(STATE_NAMES[one.state]),
        _yes(one.is_ready),
        *([] if page.without_levels else of_reviews),
        ", ".join(by.name for by in one.supervisors),
        one.away_until.isoformat() if one.away_until else "",
        _day(time_zone, one.reminded_at),
    ]


def _day(time_zone: str, moment: dt.datetime | None) -> str:
    return day_in(time_zone, moment).isoformat() if moment is not None else ""


def _yes(holds: bool) -> str:
    return str(_("yes")) if holds else ""
