"""The gaps of a team: endorsed levels against each person's own target, suppressed for who may see
no names.

The endorsed voice alone: nothing here reads a rating.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tracker.queries.reviews.submission_counts import who_sent
from tracker.queries.teams.gap_figures import GapFigures, kept_not_met, not_met
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
from tracker.rules.teams import gaps
from tracker.rules.teams.gaps import GapCell
from tracker.rules.teams.suppression import LEAST, can_be_told
from tracker.rules.teams.team_suppression import TeamSlice


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
class GapPage:
    """`rows` only where the reader may see every name and they are few enough. `too_few`: the
    people are so few that nothing is told of them. `without_names`: some are there whom the reader
    may not see by name. `exceptions`: how many are agreed for those whom the reader does see by
    name. `joins_teams`: with the teams below."""

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

    @property
    def is_for_a_file(self) -> bool:
        """Its reader may see everybody by name, and the page has no room for that."""
        return bool(self.people) and not self.without_names and not self.rows

    @property
    def unknown(self) -> int:
        return sum(column.summary.not_yet_known for column in self.columns)

    @property
    def cells(self) -> int:
        return self.people * len(self.columns)


def page(scope: GapScope, chosen: MatrixFilters) -> GapPage:
    """At most ten statements, whatever the size."""
    everybody = [one for one in scope.people if one.framework_id == chosen.framework_id]
    people = people_chosen(scope, chosen)
    hidden = [one for one in people if not one.by_name]
    if not people or 0 < len(hidden) < LEAST:
        return GapPage(people=len(people), without_names=bool(hidden), too_few=bool(hidden))
    of = GapMatrix(scope, chosen, everybody if hidden else people)
    columns = of.columns(people, TeamSlice(scope.team.path, chosen.below, chosen.role_profile_id))
    named = not hidden and gaps.shows_names(len(people))
    return GapPage(
        people=len(people),
        without_names=bool(hidden),
        too_few=False,
        columns=columns,
        rows=of.rows(people) if named else (),
        biggest=_biggest(scope, chosen, of.figures, people, columns),
        children=of.children(chosen)
        if chosen.below and not (hidden and chosen.role_profile_id)
        else (),
        exceptions=sum(
            len(of.figures.exceptions.get(one.person_id, ())) for one in people if one.by_name
        ),
        joins_teams=chosen.below,
        not_sent=0 if scope.round else _not_sent(scope, chosen, people),
    )


def _not_sent(scope: GapScope, chosen: MatrixFilters, people: Sequence[TeamLearner]) -> int:
    """In the open round, or ever where none is open. One query."""
    now = scope.open_round(chosen.framework_id)
    ids = [one.person_id for one in people]
    return len(people) - len(who_sent(ids, chosen.framework_id, [now.id] if now else []))


def _biggest(
    scope: GapScope,
    chosen: MatrixFilters,
    figures: GapFigures,
    people: Sequence[TeamLearner],
    columns: Sequence[DomainColumn],
) -> tuple[BiggestOfStrand, ...]:
    """Of the domains that may be told, for each strand that has some."""
    told = {column.domain.id: column for column in columns if column.told}
    strands = {column.domain.strand_key: column.domain.strand for column in told.values()}
    biggest = [
        each
        for strand in strands
        for each in gaps.biggest_gaps(
            column.summary for column in told.values() if column.domain.strand_key == strand
        )
    ]
    wanted = {each.domain_id for each in biggest}
    mine = [cell for cell in figures.cells(people).values() if cell.domain_id in wanted]
    if figures.not_met is None:
        ids = [one.person_id for one in people]
        facts, titles = not_met(ids, wanted, chosen.framework_id, scope.library_id, scope.blind)
    else:
        facts, titles = kept_not_met(figures.not_met, wanted)
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
