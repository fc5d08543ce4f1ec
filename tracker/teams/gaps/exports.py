"""A team's gaps as tables of a file: what the page shows, and nothing that it hides. Each has one
head, and a cell for each thing that is said: a level, a state, a number."""

from flask_babel import gettext as _

from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.gaps.pages import cell_mark
from tracker.teams.gaps.pages_filters import DrillList
from tracker.teams.gaps.queries import GapPage
from tracker.teams.gaps.queries_matrix import DomainColumn
from tracker.web.ui.csv import Table, TableColumn, table


def domains(page: GapPage, compared: ComparedWords | None) -> Table:
    """A line for each, in the order of the framework."""
    columns: list[TableColumn[DomainColumn]] = [
        (_("Section"), lambda one: one.domain.strand),
        (_("Domain"), lambda one: one.domain.title),
        (_("At target or above"), lambda one: one.summary.at_target),
        (_("Below target"), lambda one: one.summary.gaps),
        (_("Not known yet"), lambda one: one.summary.not_yet_known),
        (_("Too few statements to judge"), lambda one: one.summary.not_assessed),
        (_("No target"), lambda one: one.summary.no_target),
        (_("People"), lambda one: page.people),
    ]
    lines = table(page.columns, columns)
    if compared is None or page.compared is None:
        return lines
    changes = [page.compared.changes.get(column.domain.id) for column in page.columns]
    words = [
        # Only of who was known both times; the difference as a number too, which sorts.
        ["", "", "", "", row[3]] if of is None else [of.both, *row[1:3], of.difference, row[3]]
        for of, row in zip(changes, compared.rows, strict=True)
    ]
    compared_columns: Table = [[*compared.heads, _("In words")], *words]
    return [[*line, *more] for line, more in zip(lines, compared_columns, strict=True)]


def teams(page: GapPage, own: str) -> Table:
    """A line for each team below and domain. `own`: what the people of the team itself are
    called."""
    return table(
        [
            (child, column.domain, pair)
            for child in page.children
            for column, pair in zip(page.columns, child.gaps, strict=True)
        ],
        [
            (_("Team"), lambda one: own if one[0].is_own else one[0].team.name),
            (_("People"), lambda one: one[0].people),
            (_("Section"), lambda one: one[1].strand),
            (_("Domain"), lambda one: one[1].title),
            (_("Below target"), lambda one: one[2][0]),
            (_("Reviewed"), lambda one: one[2][1]),
        ],
    )


def statements(page: GapPage) -> Table:
    """The statements that hold people back, most people first."""
    return table(
        page.reasons,
        [
            (_("Section"), lambda one: one.domain.strand),
            (_("Domain"), lambda one: one.domain.title),
            (_("Level"), lambda one: one.level),
            (_("Statement"), lambda one: one.title),
            (_("Haven’t reached the target because of it"), lambda one: len(one.people)),
            (_("Below target in the domain"), lambda one: one.below),
        ],
    )


def drilled(asked: DrillList) -> Table:
    """The people behind a domain, each with everything that holds them back."""
    domain = asked.drill.domain
    return table(
        [(one, cell_mark(domain, one.cell)) for one in asked.people],
        [
            (_("Name"), lambda one: one[0].row.name),
            (_("Team"), lambda one: "; ".join(one[0].row.teams)),
            (_("Job profile"), lambda one: one[0].row.role_profile),
            (_("Domain"), lambda one: domain.title),
            (_("Level"), lambda one: one[1].level),
            (_("Target"), lambda one: one[1].target),
            (_("State"), lambda one: one[1].words),
            (_("Not reached because of"), lambda one: "; ".join(one[0].reasons)),
        ],
    )
