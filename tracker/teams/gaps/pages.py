"""People by domain as a page or a file shows them, and each distinct cell once: a page of 50 people
has some 600 cells of about 40 kinds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import request, url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.frameworks.versions.rules_levels import TargetState
from tracker.profiles.profile.pages_words import level_words
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.rules.pagination import TablePage
from tracker.teams.gaps.pages_filters import PeopleFilters
from tracker.teams.gaps.queries import GapPage, PeopleAsked
from tracker.teams.gaps.queries_matrix import DomainColumn, PersonRow
from tracker.teams.gaps.queries_scope import GapScope
from tracker.teams.gaps.rules import DomainSummary, GapCell, ReviewProgress
from tracker.web.i18n.content_language import mark
from tracker.web.ui.filters import page_number
from tracker.web.ui.templating.dates import number

ABOVE, NO_TARGET = "above_target", "no_target"
STATES = {
    TargetState.AT_TARGET.value: ("✓", _l("At target")),
    ABOVE: ("▲", _l("Above target")),
    TargetState.GAP.value: ("▼", _l("Below target")),
    TargetState.NOT_YET_KNOWN.value: ("?", _l("Not known yet")),
    TargetState.NOT_ASSESSED.value: ("–", _l("Too few statements to judge")),
    NO_TARGET: ("○", _l("No target")),
}
"""Of each the sign and the words."""


class CellMark(NamedTuple):
    """What a cell shows: `level` in words, `target` by its name, and both as the `rank` and `aim`
    of so many `ranks`. Rank is None where nobody can say, 0 for no level yet; aim 0 for no
    target."""

    state: str
    rank: int | None
    aim: int
    ranks: int
    level: Wording
    target: Wording

    @property
    def sign(self) -> str:
        return STATES[self.state][0]

    @property
    def words(self) -> str:
        return str(STATES[self.state][1])

    @property
    def is_drawn(self) -> bool:
        """With its levels: where they aren't known either, what isn't known has a sign alone."""
        return self.rank is not None or self.state not in (
            TargetState.NOT_YET_KNOWN,
            TargetState.NOT_ASSESSED,
        )

    @property
    def drawing(self) -> str:
        """What the cells that look alike share."""
        return f"p-{self.ranks}-{'open' if self.rank is None else self.rank}-{self.aim}"

    @property
    def sentence(self) -> str:
        if not self.is_drawn:
            return self.words
        if not self.aim:
            return _("%(level)s; no target", level=self.level)
        if self.state == TargetState.AT_TARGET and (self.rank or 0) < self.aim:
            return _("At target; %(target)s has too few statements to count", target=self.target)
        return _(
            "%(state)s: %(level)s, target %(target)s",
            state=self.words,
            level=self.level,
            target=self.target,
        )


class MatrixRow(NamedTuple):
    """Somebody, with a mark for each cell that is shown of them."""

    of: PersonRow
    marks: tuple[CellMark, ...]

    @property
    def name(self) -> str:
        return self.of.name or _("Deleted account %(number)s", number=self.of.person_id)

    @property
    def job(self) -> str:
        """What stands before the slash of "Entry / Apprentice"."""
        return self.of.role_profile.partition(" / ")[0]


def grid(domains: Sequence[DomainShape], rows: Iterable[PersonRow]) -> list[MatrixRow]:
    """Their cells in the order of these domains."""
    shown = []
    for row in rows:
        cells = {cell.domain_id: cell for cell in row.cells}
        shown.append(MatrixRow(row, tuple(cell_mark(one, cells[one.id]) for one in domains)))
    return shown


def cell_mark(domain: DomainShape, cell: GapCell) -> CellMark:
    rank, aim = cell.known_rank, cell.target_rank or 0
    state = cell.state.value if cell.state else NO_TARGET
    if state == TargetState.AT_TARGET and rank is not None and rank > aim:
        state = ABOVE
    level = level_words(rank, domain, is_judged=cell.is_judged)
    return CellMark(state, rank, aim, len(domain.levels), level, domain.level_name(aim))


def uncounted(sums: DomainSummary) -> str:
    """Those of a domain who are neither at target nor below: "5 not known yet; 11 not scored"."""
    kinds = (
        (sums.not_yet_known, _("not known yet")),
        (sums.not_assessed, _("not scored")),
        (sums.no_target, _("no target")),
    )
    return "; ".join(f"{number(num)} {words}" for num, words in kinds if num)


def kinds_of(rows: Iterable[MatrixRow]) -> list[CellMark]:
    """Each once, as they come: the same page twice is the same to the byte."""
    return list(dict.fromkeys(mark for row in rows for mark in row.marks))


def legend(kinds: Iterable[CellMark]) -> list[tuple[str, str]]:
    """The signs that stand on the page, with their words."""
    states = {kind.state for kind in kinds}
    return [(sign, str(words)) for state, (sign, words) in STATES.items() if state in states]


PIP, CELL, WIDTH = 9, 26, 900
"""In pixels: one level, what else stands in a cell, and what a desk has for them."""


@dataclass(frozen=True, slots=True)
class GapPeople:
    """`columns`: the domain that people are sorted by, then those of the framework; `kinds`: of the
    cells. `kept`: what was asked for, as an address has it."""

    form: PeopleFilters
    columns: list[DomainColumn]
    rows: list[MatrixRow]
    cut: TablePage[PersonRow]
    kinds: list[CellMark]
    kept: dict[str, str]

    @property
    def legend(self) -> list[tuple[str, str]]:
        return legend(self.kinds)

    @property
    def drawings(self) -> list[CellMark]:
        """One of those that look alike."""
        drawn = {kind.drawing: kind for kind in reversed(self.kinds) if kind.is_drawn}
        return [kind for kind in self.kinds if drawn.get(kind.drawing) is kind]

    def marks(self, draw: Callable[[CellMark], str]) -> dict[CellMark, str]:
        """Each drawn once."""
        return {kind: draw(kind) for kind in self.kinds}

    @property
    def is_fitting(self) -> bool:
        """Whether its columns stand side by side on a desk: then the table doesn't scroll sideways,
        and keeps its head in sight while the page scrolls."""
        return sum(PIP * len(column.domain.levels) + CELL for column in self.columns) <= WIDTH


def people_asked(form: PeopleFilters) -> PeopleAsked:
    return PeopleAsked(request.args.get("domain", ""), form.find, page_number())


def people_listed(page: GapPage, form: PeopleFilters, lang: str) -> GapPeople:
    """The people of a page that has domains."""
    usual = sorted(page.columns, key=lambda column: column is not page.most)
    by_domain = [(of.key, mark(of.title, lang)) for of in (column.domain for column in usual)]
    key = form.offer("domain", by_domain)
    columns = sorted(page.columns, key=lambda column: column.domain.key != key)
    rows = grid([column.domain for column in columns], page.cut.rows)
    return GapPeople(form, columns, rows, page.cut, kinds_of(rows), form.chosen())


def nothing_known(
    scope: GapScope, page: GapPage, who_has_not_sent: str
) -> tuple[str, str, str, str]:
    """What to do next where nothing is known of anybody yet: a title, a text, and a link with its
    label."""
    if scope.round is not None:
        return (
            _("No level was known by the end of %(round)s", round=scope.round.name),
            _("Gaps show what was reviewed by then."),
            url_for("teams.gaps", team_id=scope.team.id),
            _("Show gaps now"),
        )
    href, label = url_for("teams.show", team_id=scope.team.id), _("Open the team")
    sums = [column.summary for column in page.columns]
    if sum(of.no_target for of in sums) == page.cells:
        title = _("No targets are set for these jobs")
        text = _("A gap is measured against a target. An administrator sets targets for each job.")
        return title, text, href, label
    if sum(of.no_target + of.not_assessed for of in sums) == page.cells:
        title = _("Too few statements to judge")
        return title, _("No level has enough statements here for a result."), href, label
    sent = ngettext(
        "%(sent)s of %(num)d person has sent ratings.",
        "%(sent)s of %(num)d people have sent ratings.",
        page.all,
        sent=page.all - page.not_sent,
    )
    if who_has_not_sent and page.not_sent:
        next_step = _(
            "Remind people to rate and send. Gaps show once enough statements of a level are "
            "reviewed."
        )
        href, label = who_has_not_sent, _("See who hasn’t sent")
    elif page.progress and page.progress[ReviewProgress.IN_REVIEW]:
        next_step = _("Gaps show once supervisors have reviewed enough statements of a level.")
    else:
        next_step = _(
            "Gaps show once enough statements of a level are reviewed. An administrator can open a "
            "round, so that everyone knows the dates."
        )
    return _("No level is known here yet"), f"{sent} {next_step}", href, label
