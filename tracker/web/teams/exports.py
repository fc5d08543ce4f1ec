"""A team's gaps as a CSV file: what the page shows, and nothing that it hides."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from tracker.queries.profiles.levels import DomainShape
from tracker.queries.teams.gap_matrix import DomainColumn, PersonRow
from tracker.queries.teams.gap_scope import PastRound
from tracker.queries.teams.gaps import GapPage
from tracker.web.teams.gap_matrix import CellMark, grid
from tracker.web.ui.csv import Table


def table(page: GapPage, compare: str, at: PastRound | None = None) -> Table:
    """The matrix where the page has one, else the counts by domain. `compare`: the name of the
    round compared with; `at`: as of the end of which round all this is."""
    lines = _matrix(page, compare) if page.rows else _counts(page, compare)
    if page.exceptions:
        lines.append([_("Don’t apply here"), page.exceptions])
    if at is not None:
        lines.append([_("As of"), at.ends_on.isoformat()])
        if at.reconstructed:
            lines[-1].append(_("reconstructed"))
    return lines


def people(
    domains: Sequence[DomainShape], rows: Iterable[PersonRow], *, with_head: bool = True
) -> Table:
    """A line for each."""
    head: Table = [[_("Name"), _("Job profile"), *(domain.title for domain in domains)]]
    lines: Table = [[row.name, row.note, *map(_words, row.marks)] for row in grid(domains, rows)]
    return [*head, *lines] if with_head else lines


def _matrix(page: GapPage, compare: str) -> Table:
    lines = people([column.domain for column in page.columns], page.rows)
    lines.append([_("Gaps"), "", *map(_now, page.columns)])
    if compare:
        lines.append([_("Below target, %(round)s", round=compare), "", *map(_before, page.columns)])
    return lines


def _counts(page: GapPage, compare: str) -> Table:
    head = [
        _("Domain"),
        _("At target"),
        _("Below target"),
        _("Not known yet"),
        _("Not assessed"),
        _("No target"),
        _("People"),
    ]
    lines: Table = [[*head, _("Below target, %(round)s", round=compare)] if compare else head]
    for column in page.columns:
        of = column.summary
        told = [of.at_target, of.gaps] if column.told else [_hidden(), _hidden()]
        line = [
            column.domain.title,
            *told,
            of.not_yet_known,
            of.not_assessed if column.told else _hidden(),
            of.no_target,
            page.people,
        ]
        lines.append([*line, _before(column)] if compare else line)
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
    if not column.told:
        return _hidden()
    return str(_("%(gaps)s of %(known)s", gaps=column.summary.gaps, known=column.summary.known))


def _before(column: DomainColumn) -> str:
    if column.before is None:
        return _hidden()
    return str(_("%(gaps)s of %(known)s", gaps=column.before[0], known=column.before[1]))


def _hidden() -> str:
    return str(_("not shown"))
