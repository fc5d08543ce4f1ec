"""People by domain as a page or a file shows them, and each distinct cell once: a page of 50 people
has some 600 cells of about 40 kinds.

What a figure of gaps has to say for itself once it has left its page: on paper, in a file, in a
document.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import request, url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.frameworks.versions.pages import rule_words
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.profiles.profile.pages_words import level_words
from tracker.record.versions.rules import DomainShape
from tracker.rules.calendar import day_in
from tracker.rules.core.wording import Wording
from tracker.rules.pagination import TablePage
from tracker.teams.gaps.pages_filters import DrillList, GapFilters, PeopleFilters
from tracker.teams.gaps.queries import GapPage, PeopleAsked
from tracker.teams.gaps.queries_matrix import DomainColumn, GapChoice, PersonRow
from tracker.teams.gaps.queries_scope import GapScope
from tracker.teams.gaps.rules import DomainSummary, GapCell, ReviewProgress
from tracker.web.http import session
from tracker.web.i18n.content_language import mark, plain
from tracker.web.ui.csv import Table
from tracker.web.ui.filters import page_number
from tracker.web.ui.templating.dates import as_of, full_day, number

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
    return CellMark(
        state=state,
        rank=rank,
        aim=aim,
        ranks=len(domain.levels),
        level=level,
        target=domain.level_name(aim),
    )


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
    return GapPeople(
        form=form,
        columns=columns,
        rows=rows,
        cut=page.cut,
        kinds=kinds_of(rows),
        kept=form.chosen(),
    )


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


def last_day(as_of: dt.datetime) -> dt.date:
    """Figures are as of the first moment after it."""
    return day_in(session.actor().time_zone, as_of - dt.timedelta(seconds=1))


def as_of_words(scope: GapScope) -> str:
    return as_of(scope.round.ends_on, scope.round.reconstructed) if scope.round else ""


def measure(chosen: GapChoice) -> str:
    """By which job people are measured (record/sheet/rules)."""
    if chosen.below:
        return _("Each person counts once. With two jobs here, the higher target applies.")
    return _(
        "People are measured by their job profile in this team. With two jobs, the higher "
        "target applies."
    )


def measured_elsewhere(chosen: GapChoice, shown: Collection[int]) -> str:
    """Who of those shown is measured on their own pages by jobs that this page leaves out; nothing
    where there is nobody, or of a round that is over."""
    if chosen.scope.round:
        return ""
    names = [
        one.name
        for one in chosen.people
        if one.person_id in shown and one.place.by_name and one.place.has_jobs_elsewhere
    ]
    if not names:
        return ""
    return ngettext(
        "%(names)s has another job that isn’t counted here. Their profile counts it too, so it "
        "can show another target.",
        "%(names)s have other jobs that aren’t counted here. Their profiles count them too, so "
        "they can show other targets.",
        len(names),
        names=", ".join(names),
    )


def versions(chosen: GapChoice) -> str:
    """Which versions of the framework are compared; nothing where it is one."""
    then = chosen.compare
    if then is None or then.framework_id == chosen.of.framework_id:
        return ""
    at = chosen.scope.round
    at_end = at and _("at the end of %(round)s", round=at.name)
    return _(
        "Two versions of the framework are compared: %(now)s %(moment)s, and %(then)s at the end "
        "of %(round)s. What a new version asks again isn’t known until it’s reviewed again.",
        now=mark(chosen.of.framework, chosen.of.lang),
        moment=at_end or _("now"),
        then=mark(then.framework, then.lang),
        round=then.name,
    )


def in_file(rows: Table) -> Table:
    """The same for a file: its words stand in no language of their own."""
    return [[label, plain(str(words))] for label, words in rows]


def facts(chosen: GapChoice, filters: GapFilters, page: GapPage, compared: Table | None) -> Table:
    """Of a matrix: what a comparison says, every choice, the rule, whose ratings, and the day, as
    labels with their words."""
    both, nothing = versions(chosen), _("Nothing")
    domains = [column.domain for column in page.columns]
    of_versions: Table = [[_("Versions"), both]] if both else []
    return [
        *(compared or []),
        *_chosen(chosen, filters),
        [_("Compare with"), _words(filters, "compare", nothing) if compared else nothing],
        *of_versions,
        *stands_on(chosen.scope, _ratings(with_self=chosen.with_self), measure(chosen), domains),
    ]


def facts_of_list(asked: DrillList) -> Table:
    """Of what is behind one domain. Whom the address asks for by a statement or by name are not
    those of *Show*."""
    statement = None if asked.person else asked.statement
    show = _words(asked.filters, "show", "")
    if asked.person is not None:
        show = _("Only %(name)s.", name=asked.person.row.name)
    elif statement is not None:
        show = _("Not reached because of one statement")
    narrowed: Table = [[_("Show"), show]]
    if statement is not None:
        narrowed.append([_("Statement"), mark(statement.title, asked.chosen.of.lang)])
    return [
        *_chosen(asked.chosen, asked.filters),
        [_("Domain"), mark(asked.drill.domain.title, asked.chosen.of.lang)],
        *narrowed,
        *stands_on(asked.chosen.scope, _ratings(), measure(asked.chosen), [asked.drill.domain]),
    ]


def people(count: int, below: bool) -> str:
    """Of which teams, and how many."""
    if below:
        return ngettext(
            "with the teams below: %(num)d person", "with the teams below: %(num)d people", count
        )
    return ngettext("this team alone: %(num)d person", "this team alone: %(num)d people", count)


def _chosen(chosen: GapChoice, filters: GapFilters) -> Table:
    scope = chosen.scope
    moment = _("Now") if scope.round is None else f"{scope.round.name}. {as_of_words(scope)}"
    return [
        [_("Team"), scope.team.name],
        [_("Framework"), mark(chosen.of.framework, chosen.of.lang)],
        [_("Round"), moment],
        [_("People"), people(len(chosen.people), chosen.below)],
        *_left_out(scope),
        [_("Job profile"), _words(filters, "profile", _("All"))],
    ]


def _left_out(scope: GapScope) -> Table:
    """Whose record is not open to the reader yet, where they are counted by name."""
    count = len(scope.ids_here & scope.reader.closed)
    if not count:
        return []
    words = ngettext(
        "%(num)d person, whose record isn’t open to you yet",
        "%(num)d people, whose records aren’t open to you yet",
        count,
    )
    return [[_("Left out"), words]]


def _ratings(*, with_self: bool = False) -> str:
    if with_self:
        return _("Reviewed ratings, compared with self-ratings.")
    return _("Reviewed ratings. Self-ratings are not in these figures.")


def stands_on(
    scope: GapScope, ratings: str, measured: str, domains: Iterable[DomainShape]
) -> Table:
    version = scope.rule_version
    rules: Table = [
        [_("Rule"), _("%(rule)s, version %(version)s", rule=rule_words(rule), version=version)]
        for rule in {domain.rule for domain in domains}
    ]
    return [
        [_("Ratings"), ratings],
        [_("Target"), measured],
        *rules,
        [_("Made on"), full_day(session.now())],
    ]


def _words(filters: GapFilters, name: str, otherwise: str) -> str:
    """Of what was chosen; a filter with one choice is none."""
    if name not in filters:
        return otherwise
    return str(filters.label(name))
