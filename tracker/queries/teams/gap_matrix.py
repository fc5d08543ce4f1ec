"""The matrix of a gaps page: cells, and counts by domain. For readers who may see everybody in it
by name; others get `releases`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from tracker.queries.teams.gap_figures import figures
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.team_learners import TeamLearner, TeamPlace, within
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import folded
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import gaps
from tracker.rules.teams.gaps import DomainSummary, GapCell, GapRow


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
    by = chosen.framework_id, chosen.below, chosen.role_profile_id, with_closed
    if by not in scope.chosen:
        closed = frozenset[int]() if with_closed else scope.blind.closed
        of = [
            one
            for one in scope.people
            if one.place.framework_id == chosen.framework_id
            and not (one.person_id in closed and one.by_name)
        ]
        scope.chosen[by] = within(of, scope.team.path, chosen.below, chosen.role_profile_id)
    return scope.chosen[by]


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
        self.groups = self.figures.groups(everybody)

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

        @cache
        def places(place: TeamPlace) -> list[tuple[str, TeamPlace]]:
            paths = {_child(team.path, job.path) for job in place.jobs}
            found = [
                (path, place.within(path, path != team.path, chosen.role_profile_id))
                for path in paths
            ]
            return [(path, inside) for path, inside in found if inside is not None]

        there: defaultdict[str, list[tuple[int, GapRow | None]]] = defaultdict(list)
        for one in self.everybody if self.scope.children else ():
            for path, place in places(one.place):
                of = one if place is one.place else one._replace(place=place)
                row = self.now.get(one.person_id) if of is one else self.figures.row_of(of)
                there[path].append((one.person_id, row))
        return tuple(
            ChildRow(
                child,
                child is team,
                len(there[child.path]),
                gaps.below_of_known(gaps.alike(there[child.path]), self.ids),
            )
            for child in (*self.scope.children, team)
            if child.path in there
        )


def _child(team: str, path: str) -> str:
    """Of the teams right below a team the one that a path leads through; itself for its own."""
    return path[: path.find("/", len(team)) + 1] or team
