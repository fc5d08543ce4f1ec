"""The gaps of a team: endorsed levels against each person's own target, suppressed for who may see
no names.

The endorsed voice alone: nothing here reads a rating.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tracker.queries.profiles.levels import DomainShape
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
from tracker.queries.teams.gap_scope import GapScope, TeamLearner
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import ReviewProgress
from tracker.rules.teams.gaps import DomainSummary, GapCell
from tracker.rules.teams.suppression import LEAST, can_be_told
from tracker.rules.teams.team_suppression import TeamSlice

REASONS = 5
"""So many statements of each strand are named beside a matrix."""


@dataclass(frozen=True, slots=True)
class Biggest:
    """`held_back_by`: the statement that most people with the gap do not meet. `teachers`: names of
    those who could."""

    column: DomainColumn
    held_back_by: Wording
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
    """`rows` only where the reader may see every name and they are few enough. `too_few`: the
    people are so few that nothing is told of them. `without_names`: some are there whom the reader
    may not see by name. `exceptions`: how many are agreed for those whom the reader does see by
    name. `joins_teams`: with the teams below. For who may see everybody by name: `reasons`, the
    statements that hold most people back; `progress`, how far the reviews of what is not known yet
    are, for now."""

    people: int
    without_names: bool
    too_few: bool
    columns: tuple[DomainColumn, ...] = ()
    rows: tuple[PersonRow, ...] = ()
    biggest: tuple[BiggestOfStrand, ...] = ()
    children: tuple[ChildRow, ...] = ()
    not_sent: int = 0
    exceptions: int = 0
    joins_teams: bool = False
    reasons: tuple[ReasonsOfStrand, ...] = ()
    progress: Mapping[ReviewProgress, int] | None = None

    @property
    def is_for_a_file(self) -> bool:
        """Its reader may see everybody by name, and the page has no room for that."""
        return bool(self.people) and not self.without_names and not self.rows

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
    """At most twelve queries, whatever the size."""
    everybody = [one for one in scope.people if one.framework_id == chosen.framework_id]
    people = people_chosen(scope, chosen)
    hidden = [one for one in people if not one.by_name]
    if not people or 0 < len(hidden) < LEAST:
        return GapPage(people=len(people), without_names=bool(hidden), too_few=bool(hidden))
    of = GapMatrix(scope, chosen, everybody if hidden else people)
    columns = of.columns(people, TeamSlice(scope.team.path, chosen.below, chosen.role_profile_id))
    named = not hidden and gaps.shows_names(len(people))
    biggest = _biggest(columns)
    told = [column.domain for column in columns if column.told]
    wanted = {domain.id for domain in told}
    if hidden:
        wanted = {each.domain_id for each in biggest}
    facts, titles = gap_drill.facts_of(scope, chosen, of.figures, people, wanted)
    mine = [cell for cell in of.figures.cells(people).values() if cell.domain_id in wanted]
    return GapPage(
        people=len(people),
        without_names=bool(hidden),
        too_few=False,
        columns=columns,
        rows=of.rows(people) if named else (),
        biggest=_with_reasons(people, columns, biggest, mine, facts, titles),
        reasons=() if hidden else _reasons(told, mine, facts, titles),
        progress=None if hidden or scope.round else _progress(scope, chosen, people, mine),
        children=of.children(chosen)
        if chosen.below and not (hidden and chosen.role_profile_id)
        else (),
        exceptions=sum(
            len(of.figures.exceptions.get(one.person_id, ())) for one in people if one.by_name
        ),
        joins_teams=chosen.below,
        not_sent=0 if scope.round else len(gap_drill.not_sent(scope, chosen)),
    )


def _reasons(
    told: Sequence[DomainShape],
    cells: Sequence[GapCell],
    facts: Sequence[gaps.NotMet],
    titles: dict[int, str],
) -> tuple[ReasonsOfStrand, ...]:
    """The first of each strand, over all its domains."""
    found = gap_drill.reasons_of(told, cells, facts, titles)
    strands = {domain.strand_key: domain.strand for domain in told}
    of = [
        ReasonsOfStrand(
            title, tuple(each for each in found if each.domain.strand_key == key)[:REASONS]
        )
        for key, title in strands.items()
    ]
    return tuple(each for each in of if each.statements)


def _progress(
    scope: GapScope, chosen: MatrixFilters, people: Sequence[TeamLearner], cells: Sequence[GapCell]
) -> Mapping[ReviewProgress, int]:
    """One query."""
    sent = gap_drill_reviews.progress_of_unreviewed(
        [one.person_id for one in people], chosen.framework_id, scope.library_id, scope.blind
    )
    return gap_reasons.why_unknown(cells, sent)


def _biggest(columns: Sequence[DomainColumn]) -> list[DomainSummary]:
    """Of the domains that may be told, strand by strand."""
    told = [column for column in columns if column.told]
    return [
        each
        for strand in dict.fromkeys(column.domain.strand_key for column in told)
        for each in gaps.biggest_gaps(
            column.summary for column in told if column.domain.strand_key == strand
        )
    ]


def _with_reasons(
    people: Sequence[TeamLearner],
    columns: Sequence[DomainColumn],
    biggest: Sequence[DomainSummary],
    mine: Sequence[GapCell],
    facts: Collection[gaps.NotMet],
    titles: Mapping[int, str],
) -> tuple[BiggestOfStrand, ...]:
    """For each strand that has some: what holds most back, and who could teach it."""
    told = {column.domain.id: column for column in columns if column.told}
    strands = {column.domain.strand_key: column.domain.strand for column in told.values()}
    held_back = gaps.held_back_by(mine, facts)
    teachers = gaps.could_teach(mine)
    names = {one.person_id: one.name for one in people if one.by_name}
    nameless = [cell for cell in mine if cell.person_id not in names]
    found = []
    for each in biggest:
        statement = ""
        for most in held_back.get(each.domain_id, ())[:1]:
            if _may_name(
                most.statement_id,
                [cell for cell in nameless if cell.domain_id == each.domain_id],
                facts,
            ):
                statement = titles[most.statement_id]
        able = tuple(
            names[person_id] for person_id in teachers.get(each.domain_id, ()) if person_id in names
        )
        found.append(Biggest(told[each.domain_id], statement, able))
    return tuple(
        BiggestOfStrand(title, domains)
        for key, title in strands.items()
        if (domains := tuple(each for each in found if each.column.domain.strand_key == key))
    )


def _may_name(
    statement_id: int, nameless: Sequence[GapCell], facts: Collection[gaps.NotMet]
) -> bool:
    """Whether it may be told that the statement holds most back: of those without a name neither
    nearly all, nor so few that one could guess who."""
    held = gaps.held_back_by(nameless, facts)
    count = sum(
        each.people for by in held.values() for each in by if each.statement_id == statement_id
    )
    known = sum(cell.state in (TargetState.GAP, TargetState.AT_TARGET) for cell in nameless)
    return can_be_told((count, known - count))
