"""A team's gaps as a CSV file: what the page shows, and nothing that it hides."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.teams.gap_matrix import DomainColumn, PersonRow
from tracker.queries.teams.gap_scope import PastRound
from tracker.queries.teams.gaps import GapPage
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams.gaps import GapCell
from tracker.web.teams.gaps.comparison import ComparedWords
from tracker.web.teams.gaps.drill_list import DrillList
from tracker.web.teams.gaps.matrix import CellMark, grid
from tracker.web.ui.csv import Table

STATES = {
    TargetState.AT_TARGET: _l("At target"),
    TargetState.GAP: _l("Below target"),
    TargetState.NOT_YET_KNOWN: _l("Not known yet"),
    TargetState.NOT_ASSESSED: _l("Not assessed"),
    None: _l("No target"),
}


def table(page: GapPage, compared: ComparedWords | None, at: PastRound | None = None) -> Table:
    """The matrix where the page has one, else the counts by domain. `at`: as of the end of which
    round all this is."""
    lines = _matrix(page, compared) if page.rows else counts(page, compared)
    if page.exceptions:
        lines.append([_("Don’t apply here"), page.exceptions])
    if at is not None:
        lines.append([_("As of"), at.ends_on.isoformat()])
        if at.reconstructed:
            lines[-1].append(_("reconstructed"))
    return lines + (compared.names if compared is not None else [])


def reasons(page: GapPage) -> Table:
    """The statements that hold most people back, after an empty line; nothing where there are
    none."""
    lines: Table = [
        [each.title, each.domain.title, _of(len(each.people), each.below)]
        for strand in page.reasons
        for each in strand.statements
    ]
    head = [_("Statement"), _("Domain"), _("Haven’t reached the target because of it")]
    return [[], [*head], *lines] if lines else []


def people(
    domains: Sequence[DomainShape], rows: Iterable[PersonRow], *, with_head: bool = True
) -> Table:
    """A line for each."""
    head: Table = [[_("Name"), _("Job profile"), *(domain.title for domain in domains)]]
    lines: Table = [[row.name, row.note, *map(_words, row.marks)] for row in grid(domains, rows)]
    return [*head, *lines] if with_head else lines


def _matrix(page: GapPage, compared: ComparedWords | None) -> Table:
    lines = people([column.domain for column in page.columns], page.rows)
    return [*lines, *foot(page, compared)]


def foot(page: GapPage, compared: ComparedWords | None) -> Table:
    """The last lines of a matrix: what stands in each domain, and how the same people were."""
    lines: Table = [[_("Gaps"), "", *map(_now, page.columns)]]
    if compared is not None:
        lines += [
            [head, "", *words] for head, *words in zip(compared.heads, *compared.rows, strict=True)
        ]
    return lines


def reached(domain: DomainShape, cell: GapCell) -> str:
    """The level, in words."""
    if cell.known_rank is None:
        return str(_("not known yet"))
    return domain.level_name(cell.known_rank) or str(_("none reached"))


def drilled(asked: DrillList) -> Table:
    """The people, each with everything that holds them back."""
    domain = asked.drill.domain
    head = [
        _("Name"),
        _("Team"),
        _("Job profile"),
        _("Level"),
        _("Target"),
        _("State"),
        _("Not reached because of"),
    ]
    lines: Table = [list(head)]
    for one in asked.people:
        cell = one.cell
        lines.append(
            [
                one.name,
                "; ".join(one.teams),
                one.role_profile,
                reached(domain, cell),
                domain.level_name(cell.target_rank or 0),
                STATES[cell.state],
                "; ".join(one.reasons),
            ]
        )
    return [[str(cell) for cell in line] for line in lines]


def counts(page: GapPage, compared: ComparedWords | None) -> Table:
    """A line for each domain."""
    head = [
        _("Domain"),
        _("At target"),
        _("Below target"),
        _("Not known yet"),
        _("Not assessed"),
        _("No target"),
        _("People"),
    ]
    lines: Table = [[*head, *(compared.heads if compared else [])]]
    more: Table = compared.rows if compared else [[] for _column in page.columns]
    for column, words in zip(page.columns, more, strict=True):
        of = column.summary
        line: list[str | int] = [
            column.domain.title,
            of.at_target,
            of.gaps,
            of.not_yet_known,
            of.not_assessed,
            of.no_target,
            page.people,
        ]
        lines.append([*line, *words])
    return lines


def _words(mark: CellMark) -> str:
    level = mark.name or _("none reached")
    words = {
        "at_target": _("%(level)s, at target", level=level),
        "gap": _("%(level)s, below target", level=level),
        "not_yet_known": _("not known yet"),
        "not_assessed": _("not assessed"),
        "no_target": _("%(level)s, no target", level=level),
    }
    return str(words[mark.state])


def _now(column: DomainColumn) -> str:
    return _of(column.summary.gaps, column.summary.known)


def _of(some: int, of: int) -> str:
    return str(_("%(gaps)s of %(known)s", gaps=some, known=of))
