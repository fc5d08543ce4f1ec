"""The matrix of a gaps page: cells, and counts by domain. For readers who may see everybody in it
by name; others get `releases`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.queries.teams.gap_figures import Cells, figures, kept_figures
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.team_learners import TeamLearner, within
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import SamePeople
from tracker.rules.teams.gaps import DomainSummary, GapCell


@dataclass(frozen=True, slots=True)
class MatrixFilters:
    """What the reader asks for of a scope. `below`: with the teams below. `framework`: its title
    and version."""

    framework_id: int
    slug: str
    lang: str
    compare: PastRound | None = None
    role_profile_id: int | None = None
    below: bool = False
    framework: Wording = ""


@dataclass(frozen=True, slots=True)
class DomainColumn:
    """One domain over the people shown. `before`: (gaps, known) in the round to compare with.
    `same`: those who are known both times."""

    domain: DomainShape
    summary: DomainSummary
    before: tuple[int, int] | None
    same: SamePeople | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`framework`: the slug, where the pages of the person begin with another framework."""

    person_id: int
    name: str
    role_profile: str
    framework: str | None
    cells: tuple[GapCell, ...]


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A team below, or (`is_own`) the people of the team itself; for each domain (gaps, known)."""

    team: TeamName
    is_own: bool
    people: int
    gaps: tuple[tuple[int, int], ...]


def people_chosen(
    scope: GapScope, chosen: MatrixFilters, *, with_closed: bool = False
) -> list[TeamLearner]:
    """Who is on the page, by name, each by the jobs that it is about. Whose record is not open to
    the reader yet is among them `with_closed` only: of these nothing is told but that they
    sent."""
    of = [
        one
        for one in scope.people
        if one.framework_id == chosen.framework_id
        and (with_closed or not (one.by_name and one.person_id in scope.blind.closed))
    ]
    return within(of, scope.team.path, chosen.below, chosen.role_profile_id)


class GapMatrix:
    """The cells of everybody on the page's scope, as of its time, and of those of them who were
    there at the end of the round to compare with. Domains of two versions are the same by key."""

    def __init__(
        self, scope: GapScope, chosen: MatrixFilters, everybody: Sequence[TeamLearner]
    ) -> None:
        self.scope = scope
        self.everybody = everybody
        self.figures = figures(scope, chosen.framework_id, everybody)
        self.domains = self.figures.domains
        self.now = self.figures.cells(everybody)
        self.then = self._cells_at(chosen.compare, chosen.below) if chosen.compare else None

    def _cells_at(self, at: PastRound, below: bool) -> Cells:
        here = self.scope.team.path
        then = kept_figures(
            at,
            [one.person_id for one in self.everybody],
            self.scope.blind,
            lambda path: path.startswith(here) if below else path == here,
        )
        keys = {domain.id: domain.key for domain in then.domains}
        ids = {domain.key: domain.id for domain in self.domains}
        return {
            (person_id, ids[keys[domain_id]]): replace(cell, domain_id=ids[keys[domain_id]])
            for (person_id, domain_id), cell in then.cells(self.everybody).items()
            if keys[domain_id] in ids
        }

    def rows(self, people: Sequence[TeamLearner]) -> tuple[PersonRow, ...]:
        cells = self.figures.cells(people)
        return tuple(
            PersonRow(
                one.person_id,
                one.name,
                one.role_profile,
                None if one.is_usual else one.framework_slug,
                tuple(cells[one.person_id, domain.id] for domain in self.domains),
            )
            for one in people
        )

    def columns(self, people: Sequence[TeamLearner]) -> tuple[DomainColumn, ...]:
        cells = self.figures.cells(people)
        now = self._summaries(cells, people)
        same: Mapping[int, SamePeople] = {}
        before: list[tuple[int, int] | None] = [None] * len(now)
        if self.then is not None:
            same = gap_reasons.same_people(cells.values(), self.then)
            before = [(each.gaps, each.known) for each in self._summaries(self.then, people)]
        return tuple(
            DomainColumn(domain, summary, then, same.get(domain.id))
            for domain, summary, then in zip(self.domains, now, before, strict=True)
        )

    def children(self, chosen: MatrixFilters) -> tuple[ChildRow, ...]:
        """The teams below one by one, and who is in none of them."""
        if not self.scope.children:
            return ()
        found = []
        team = self.scope.team
        for child, below in [*((child, True) for child in self.scope.children), (team, False)]:
            people = within(self.everybody, child.path, below, chosen.role_profile_id)
            if people:
                summaries = self._summaries(self.figures.cells(people), people)
                counts = tuple((each.gaps, each.known) for each in summaries)
                found.append(ChildRow(child, not below, len(people), counts))
        return tuple(found)

    def _summaries(self, cells: Cells, people: Sequence[TeamLearner]) -> tuple[DomainSummary, ...]:
        ids = [domain.id for domain in self.domains]
        return gaps.summarise(
            (
                cells[one.person_id, domain_id]
                for one in people
                for domain_id in ids
                if (one.person_id, domain_id) in cells
            ),
            ids,
        )
