"""A team's gaps as tables of a file: what the page shows, and nothing that it hides. Each has one
head, and a cell for each thing that is said: a level, a state, a number."""

from flask_babel import gettext as _

from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.comparison.rules import GapChange
from tracker.teams.gaps.pages import cell_mark
from tracker.teams.gaps.pages_filters import DrillList
from tracker.teams.gaps.queries import GapPage
from tracker.web.ui.csv import Table


def domains(page: GapPage, compared: ComparedWords | None) -> Table:
    """A line for each, in the order of the framework."""
    head = [
        _("Section"),
        _("Domain"),
        _("At target"),
        _("Below target"),
        _("Not known yet"),
        _("Too few statements to score"),
        _("No target"),
        _("People"),
    ]
    lines: Table = [[*head, *([*compared.heads, _("In words")] if compared else [])]]
    for place, column in enumerate(page.columns):
        of = column.summary
        line: list[str | int] = [
            column.domain.strand,
            column.domain.title,
            of.at_target,
            of.gaps,
            of.not_yet_known,
            of.not_assessed,
            of.no_target,
            page.people,
        ]
        change = page.compared.changes.get(column.domain.id) if page.compared else None
        lines.append([*line, *(_compared(change, compared.rows[place]) if compared else [])])
    return lines


def _compared(of: GapChange | None, words: list[str | int]) -> list[str | int]:
    """Only of who was known both times; the difference as a number too, which sorts."""
    return (
        ["", "", "", "", words[3]]
        if of is None
        else [of.both, *words[1:3], of.difference, words[3]]
    )


def teams(page: GapPage, own: str) -> Table:
    """A line for each team below and domain. `own`: what the people of the team itself are
    called."""
    lines: Table = [
        [
            own if child.is_own else child.team.name,
            child.people,
            column.domain.strand,
            column.domain.title,
            below,
            known,
        ]
        for child in page.children
        for column, (below, known) in zip(page.columns, child.gaps, strict=True)
    ]
    head = [_("Team"), _("People"), _("Section"), _("Domain"), _("Below target"), _("Reviewed")]
    return [[*head], *lines]


def statements(page: GapPage) -> Table:
    """The statements that hold people back, most people first."""
    head = [
        _("Section"),
        _("Domain"),
        _("Level"),
        _("Statement"),
        _("Haven’t reached the target because of it"),
        _("Below target in the domain"),
    ]
    lines: Table = [
        [
            reason.domain.strand,
            reason.domain.title,
            reason.level,
            reason.title,
            len(reason.people),
            reason.below,
        ]
        for reason in page.reasons
    ]
    return [[*head], *lines]


def drilled(asked: DrillList) -> Table:
    """The people behind a domain, each with everything that holds them back."""
    domain = asked.drill.domain
    head = [
        _("Name"),
        _("Team"),
        _("Job profile"),
        _("Domain"),
        _("Level"),
        _("Target"),
        _("State"),
        _("Not reached because of"),
    ]
    lines: Table = [[*head]]
    for one in asked.people:
        row, cell = one.row, cell_mark(domain, one.cell)
        of_row: list[str | int] = [row.name, "; ".join(row.teams), row.role_profile]
        of_cell = [domain.title, cell.known_level, cell.target, cell.words]
        lines.append([*of_row, *of_cell, "; ".join(one.reasons)])
    return lines
