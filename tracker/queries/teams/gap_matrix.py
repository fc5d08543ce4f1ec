"""The matrix of a gaps page: cells, and counts by domain. For readers who may see everybody in it
by name; others get `releases`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.queries.teams.gap_figures import figures
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.team_learners import TeamLearner, within
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import folded
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import gaps
from tracker.rules.teams.gaps import DomainSummary, GapCell


@dataclass(frozen=True, slots=True)
class MatrixFilters:
    """What the reader asks for of a scope. `below`: with the teams below. `framework`: its title
    and version. `compare`: with the end of a round, `by_targets_then` or by those of the page;
    `beside`: with self-ratings."""

    framework_id: int
    slug: str
    lang: str
    compare: PastRound | None = None
    by_targets_then: bool = False
    beside: bool = False
    role_profile_id: int | None = None
    below: bool = False
    framework: Wording = ""


@dataclass(frozen=True, slots=True)
class DomainColumn:
    """One domain over the people shown."""

    domain: DomainShape
    summary: DomainSummary


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`framework`: the slug, where the pages of the person begin with another framework."""

    person_id: int
    name: str
    role_profile: str
    teams: tuple[str, ...]
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
    """The cells of everybody on the page's scope, as of its time. Raises Uncounted."""

    def __init__(
        self, scope: GapScope, chosen: MatrixFilters, everybody: Sequence[TeamLearner]
    ) -> None:
        self.scope = scope
        self.everybody = everybody
        self.figures = figures(scope, chosen.framework_id, everybody)
        self.domains = self.figures.domains
        self.ids = [domain.id for domain in self.domains]
        self.now = self.figures.rows(everybody)
        self.groups = gaps.alike(self.now, self.now)

    def by_need(self, domain_id: int) -> list[TeamLearner]:
        """Everybody, by how they are in that domain and then A to Z."""
        at = self.ids.index(domain_id)
        return sorted(
            self.everybody,
            key=lambda one: (gaps.NEED.index(self.now[one.person_id][at].state), folded(one.name)),
        )

    def rows(self, people: Iterable[TeamLearner]) -> tuple[PersonRow, ...]:
        return tuple(
            PersonRow(
                one.person_id,
                one.name,
                one.role_profile,
                self.scope.teams_of(one),
                None if one.is_usual else one.framework_slug,
                self.now[one.person_id],
            )
            for one in people
        )

    def columns(self) -> tuple[DomainColumn, ...]:
        summaries = gaps.summarise(self.groups, self.ids)
        return tuple(map(DomainColumn, self.domains, summaries))

    def children(self, chosen: MatrixFilters) -> tuple[ChildRow, ...]:
        """The teams below one by one, and who is in none of them."""
        team = self.scope.team
        there: defaultdict[str, list[TeamLearner]] = defaultdict(list)
        for one in self.everybody if self.scope.children else ():
            for path in {_child(team.path, job.path) for job in one.jobs}:
                there[path].append(one)
        found = []
        for child, below in [*((child, True) for child in self.scope.children), (team, False)]:
            people = within(there[child.path], child.path, below, chosen.role_profile_id)
            if people:
                rows = self.figures.rows(people)
                summaries = gaps.summarise(gaps.alike(rows, rows), self.ids)
                counts = tuple((each.gaps, each.known) for each in summaries)
                found.append(ChildRow(child, not below, len(people), counts))
        return tuple(found)


def _child(team: str, path: str) -> str:
    """Of the teams right below a team the one that a path leads through; itself for its own."""
    return path[: path.find("/", len(team)) + 1] or team
