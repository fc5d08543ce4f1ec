"""The gaps of a team: endorsed levels against each person's own target, for who may see
everybody by name.

The endorsed voice alone: nothing here reads a rating.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.queries.teams import gap_drill, gap_drill_reviews
from tracker.queries.teams.gap_drill import StatementReason
from tracker.queries.teams.gap_matrix import (
    ChildRow,
    DomainColumn,
    GapMatrix,
    MatrixFilters,
    PersonRow,
    people_chosen,
)
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.team_learners import TeamLearner
from tracker.rules.errors import Missing
from tracker.rules.frameworks.wording import Wording
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import ReviewProgress
from tracker.rules.teams.gaps import Alike

REASONS = 5
"""So many statements of each strand are named beside a matrix."""


@dataclass(frozen=True, slots=True)
class Biggest:
    """`teachers`: names of those who could."""

    column: DomainColumn
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BiggestOfStrand:
    """Traits and tasks are not ranked against each other."""

    strand: Wording
    domains: tuple[Biggest, ...]


@dataclass(frozen=True, slots=True)
class ReasonsOfStrand:
    strand: Wording
    statements: tuple[StatementReason, ...]


@dataclass(frozen=True, slots=True)
class GapPage:
    """`rows` only where the people are few enough. `exceptions`: how many are agreed for them.
    `joins_teams`: with the teams below. `reasons`: the statements that hold most people back.
    `progress`: how far the reviews of what is not known yet are, for now. `not_sent`: of `all`,
    also those whose records are not open to the reader yet."""

    people: int
    columns: tuple[DomainColumn, ...] = ()
    rows: tuple[PersonRow, ...] = ()
    biggest: tuple[BiggestOfStrand, ...] = ()
    children: tuple[ChildRow, ...] = ()
    all: int = 0
    not_sent: int = 0
    exceptions: int = 0
    joins_teams: bool = False
    reasons: tuple[ReasonsOfStrand, ...] = ()
    progress: Mapping[ReviewProgress, int] | None = None

    @property
    def is_for_a_file(self) -> bool:
        """Its reader may see everybody by name, and the page has no room for that."""
        return bool(self.people) and not self.rows

    @property
    def heats(self) -> set[tuple[int, int]]:
        """What the cells of the teams below say, each once."""
        return {pair for child in self.children for pair in child.gaps}

    @property
    def unknown(self) -> int:
        return sum(column.summary.not_yet_known for column in self.columns)

    @property
    def without_target(self) -> int:
        return sum(column.summary.no_target for column in self.columns)

    @property
    def not_assessed(self) -> int:
        return sum(column.summary.not_assessed for column in self.columns)

    @property
    def cells(self) -> int:
        return self.people * len(self.columns)


def page(scope: GapScope, chosen: MatrixFilters) -> GapPage:
    """At most eleven queries, whatever the size. Raises Missing where the reader may not see
    everybody by name: then there are `releases`; Uncounted."""
    people = people_chosen(scope, chosen)
    if not all(one.by_name for one in people):
        raise Missing
    if not people:
        return GapPage(people=0)
    of = GapMatrix(scope, chosen, people)
    columns = of.columns()
    return GapPage(
        people=len(people),
        columns=columns,
        rows=of.rows() if gaps.shows_names(len(people)) else (),
        biggest=_biggest(people, columns, of.groups),
        reasons=_reasons(scope, of),
        progress=None if scope.round else _progress(scope, chosen, people, of.groups),
        children=of.children(chosen) if chosen.below else (),
        exceptions=sum(of.figures.exceptions.values()),
        joins_teams=chosen.below,
        all=len(people_chosen(scope, chosen, with_closed=True)),
        not_sent=0 if scope.round else len(gap_drill.not_sent(scope, chosen)),
    )


def _reasons(scope: GapScope, of: GapMatrix) -> tuple[ReasonsOfStrand, ...]:
    """The first of each strand, over all its domains. One query."""
    facts = gap_drill.facts_of(scope, of.figures, of.ids)
    found = gap_drill.reasons_of(of.domains, of.groups, *facts)
    strands = {domain.strand_key: domain.strand for domain in of.domains}
    reasons = [
        ReasonsOfStrand(
            title, tuple(each for each in found if each.domain.strand_key == key)[:REASONS]
        )
        for key, title in strands.items()
    ]
    return tuple(each for each in reasons if each.statements)


def _progress(
    scope: GapScope, chosen: MatrixFilters, people: Sequence[TeamLearner], groups: Sequence[Alike]
) -> Mapping[ReviewProgress, int]:
    """One query."""
    sent = gap_drill_reviews.progress_of_unreviewed(
        [one.person_id for one in people],
        chosen.framework_id,
        scope.library_id,
        scope.today,
        scope.blind,
    )
    return gap_reasons.why_unknown(groups, sent)


def _biggest(
    people: Sequence[TeamLearner], columns: Sequence[DomainColumn], groups: Sequence[Alike]
) -> tuple[BiggestOfStrand, ...]:
    """For each strand that has some, with who could teach it."""
    teachers = gaps.could_teach(groups)
    names = {one.person_id: one.name for one in people}
    found = []
    for strand in dict.fromkeys((each.domain.strand_key, each.domain.strand) for each in columns):
        of = {each.domain.id: each for each in columns if each.domain.strand_key == strand[0]}
        biggest = tuple(
            Biggest(
                of[each.domain_id],
                tuple(names[person_id] for person_id in teachers.get(each.domain_id, ())),
            )
            for each in gaps.biggest_gaps(each.summary for each in of.values())
        )
        if biggest:
            found.append(BiggestOfStrand(strand[1], biggest))
    return tuple(found)
