"""A team's gaps as tables of a file: what the page shows, and nothing that it hides. Each has one
head, and a cell for each thing that is said: a level, a state, a number."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from tracker.queries.teams.gap_matrix import PersonRow
from tracker.queries.teams.gaps import Contact, GapPage
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams.comparison import GapChange
from tracker.web.teams.gaps.comparison import ComparedWords
from tracker.web.teams.gaps.drill_list import DrillList
from tracker.web.teams.gaps.matrix import cell_mark, grid
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


def people(
    of: Sequence[DomainShape],
    rows: Iterable[PersonRow],
    contacts: Mapping[int, Contact] | None,
    *,
    with_head: bool = True,
) -> Table:
    """A line for each. `contacts`: none where the reader may not see them."""
    head: list[str | int] = [_("Name")]
    if contacts is not None:
        head += [_("Email"), _("Staff ID")]
    head += [_("Team"), _("Job profile")]
    for domain in of:
        head += [
            _("%(domain)s level", domain=domain.title),
            _("%(domain)s target", domain=domain.title),
            _("%(domain)s state", domain=domain.title),
        ]
    lines: Table = [head] if with_head else []
    for row in grid(of, rows):
        line: list[str | int] = [row.name]
        if contacts is not None:
            line += contacts[row.person_id]
        line += ["; ".join(row.teams), row.note]
        for each in row.marks:
            line += [each.known_level, each.target, each.words]
        lines.append(line)
    return lines


def statements(page: GapPage) -> Table:
    """Those that hold people back, most people first."""
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
            each.domain.strand,
            each.domain.title,
            each.level,
            each.title,
            len(each.people),
            each.below,
        ]
        for each in page.reasons
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
        its = cell_mark(domain, one.cell)
        lines.append(
            [
                one.name,
                "; ".join(one.teams),
                one.role_profile,
                domain.title,
                its.known_level,
                its.target,
                its.words,
                "; ".join(one.reasons),
            ]
        )
    return lines
