"""The gaps of a team: endorsed levels against each person's own target, for who may see
everybody by name.

The endorsed voice alone: nothing here reads a rating.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from tracker.db import session
from tracker.models import Person
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Missing
from tracker.rules.names import folded
from tracker.rules.pagination import TablePage, table_page
from tracker.teams.comparison.queries import GapComparison, compare
from tracker.teams.gaps.queries_matrix import (
    ChildRow,
    DomainColumn,
    GapChoice,
    GapMatrix,
    PersonRow,
)
from tracker.teams.gaps.queries_reasons import reasons_of, sent_by
from tracker.teams.gaps.rules import (
    Alike,
    ReviewProgress,
    StatementReason,
    by_need,
    could_teach,
    why_unknown,
)
from tracker.teams.team.queries_learners import TeamLearner

NOBODY: TablePage[PersonRow] = TablePage((), 0, 1, 1)


class PeopleAsked(NamedTuple):
    """Of a page with people by name: the domain by its key that they are sorted by (else that with
    most need), whom to find, and which page of them; None for all, A to Z. `by_team`: none of
    them, but what holds each team below back."""

    domain: str = ""
    find: str = ""
    page: int | None = None
    by_team: bool = False


TEAMS_SHOWN = 50
"""A page shows no more of the teams below; its workbook has all."""


@dataclass(frozen=True, slots=True)
class StrandNeed:
    """Traits and tasks are not ranked against each other: of one strand the domains with most need
    first, and the statements that hold most people back."""

    title: Wording
    columns: tuple[DomainColumn, ...]
    reasons: tuple[StatementReason, ...]


@dataclass(frozen=True, slots=True)
class GapPage:
    """`cut`: the people asked for. `selected`: the domain that they are sorted by; `needed`: the
    highest rank that somebody below target needs there, 0 where nobody is; `teachers`: who could
    teach it. `exceptions`: how many are agreed for them.
    `reasons`: the statements that hold people back, most people first.
    `progress`: how far the reviews of what is not known yet are, for now. `not_sent`: how many of
    `all`, also of those whose records are not open to the reader yet, have sent nothing in the open
    round, or ever where none is open. `is_known`: whether a level or a gap is
    known of anybody."""

    people: int
    columns: tuple[DomainColumn, ...] = ()
    compared: GapComparison | None = None
    selected: DomainColumn | None = None
    cut: TablePage[PersonRow] = NOBODY
    needed: int = 0
    teachers: tuple[TeamLearner, ...] = ()
    children: tuple[ChildRow, ...] = ()
    all: int = 0
    not_sent: int = 0
    exceptions: int = 0
    reasons: tuple[StatementReason, ...] = ()
    progress: Mapping[ReviewProgress, int] | None = None
    is_known: bool = False

    @property
    def strands(self) -> list[StrandNeed]:
        ranked = _ranked(self.columns)
        titles = {column.domain.strand_key: column.domain.strand for column in self.columns}
        return [
            StrandNeed(
                title,
                tuple(column for column in ranked if column.domain.strand_key == key),
                tuple(reason for reason in self.reasons if reason.domain.strand_key == key),
            )
            for key, title in titles.items()
        ]

    @property
    def most(self) -> DomainColumn | None:
        """The domain with most need of all."""
        return _selected(self.columns, "")

    @property
    def named(self) -> set[int]:
        """Of whom the page or a file of it says something by name."""
        changes = self.compared.changes.values() if self.compared is not None else ()
        crossed = {one for of in changes for one in of.reached + of.fell}
        return {row.person_id for row in self.cut.rows} | crossed

    @property
    def teams(self) -> list[ChildRow]:
        """The teams below, where they are many those with most people below target."""
        most = sorted(self.children, key=lambda child: -sum(below for below, _known in child.gaps))
        shown = set(most[:TEAMS_SHOWN])
        return [child for child in self.children if child in shown]

    def heats(self, draw: Callable[[tuple[int, int]], str]) -> dict[tuple[int, int], str]:
        """What the cells of the teams below say, each drawn once."""
        return {pair: draw(pair) for pair in {pair for child in self.teams for pair in child.gaps}}

    @property
    def selected_reasons(self) -> list[StatementReason]:
        """Those of the selected domain."""
        return [of for of in self.reasons if self.selected and of.domain == self.selected.domain]

    @property
    def unknown(self) -> int:
        return sum(column.summary.not_yet_known for column in self.columns)

    @property
    def cells(self) -> int:
        return self.people * len(self.columns)


def page(chosen: GapChoice, asked: PeopleAsked) -> GapPage:
    """At most seven queries, whatever the size. Raises Missing where the reader may not see
    everybody by name: then there is `told`; Uncounted."""
    scope, people = chosen.scope, chosen.people
    if not chosen.is_by_name:
        raise Missing
    if not people:
        return GapPage(people=0)
    of = GapMatrix(chosen, people)
    columns = of.columns()
    selected = _selected(columns, asked.domain)
    by_id = {one.person_id: one for one in people}
    needed, teachers = could_teach(of.groups, selected.domain.id) if selected else (0, ())

    def held(people: Sequence[Alike]) -> tuple[StatementReason, ...]:
        first = {one.domain.strand_key: one for one in reversed(reasons_of(of, people))}
        return tuple(sorted(first.values(), key=lambda one: of.ids.index(one.domain.id)))

    progress, not_sent = None, 0
    if of.figures.basis is not None:
        everybody = {one.person_id for one in chosen.everybody}
        period = scope.open_round(chosen.of.framework_id)
        sent = sent_by(
            everybody,
            [period.id] if period else [],
            of.figures.standings,
            of.figures.basis,
            scope.reader,
        )
        progress = why_unknown(of.groups, sent.progress)
        not_sent = len(everybody - sent.senders)
    return GapPage(
        people=len(people),
        columns=columns,
        compared=compare(of),
        selected=selected,
        cut=_cut(of, selected, asked),
        needed=needed,
        teachers=tuple(by_id[person_id] for person_id in teachers),
        reasons=reasons_of(of, of.groups),
        progress=progress,
        children=of.children(held if asked.by_team else lambda _people: ()) if chosen.below else (),
        exceptions=of.figures.exceptions,
        all=len(chosen.everybody),
        is_known=any(
            cell.known_rank is not None or cell.blocked for row, _who in of.groups for cell in row
        ),
        not_sent=not_sent,
    )


def contacts_of(person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Email and staff ID, for who may administer them. One query."""
    rows = session().execute(
        select(Person.id, Person.email, Person.staff_id).where(Person.id.in_(person_ids))
    )
    return {row.id: (row.email, row.staff_id or "") for row in rows}


def _ranked(columns: Sequence[DomainColumn]) -> list[DomainColumn]:
    """The domains with most need first."""
    of = {column.domain.id: column for column in columns}
    return [of[need.domain_id] for need in by_need(column.summary for column in columns)]


def _selected(columns: Sequence[DomainColumn], key: str) -> DomainColumn | None:
    """The domain of that key, or the one with most need."""
    ranked = _ranked(columns)
    return next((column for column in ranked if column.domain.key == key), next(iter(ranked), None))


def _cut(of: GapMatrix, selected: DomainColumn | None, asked: PeopleAsked) -> TablePage[PersonRow]:
    if asked.by_team:
        return NOBODY
    if asked.page is None or selected is None:
        return TablePage(of.rows(of.everybody), len(of.everybody), 1, 1)
    find = folded(asked.find)
    people = [one for one in of.by_need(selected.domain.id) if find in folded(one.name)]
    cut = table_page(people, asked.page)
    return TablePage(of.rows(cut.rows), cut.count, cut.page, cut.pages)
