"""The matrix of a gaps page: cells, and counts by domain. For readers who may see everybody in it
by name; others get `releases`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.queries.teams.gap_figures import figures, kept_figures
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.team_learners import TeamLearner, within
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import SamePeople
from tracker.rules.teams.gaps import DomainSummary, GapCell, GapRow


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
    """The cells of everybody on the page's scope, as of its time, and of those of them who were
    there at the end of the round to compare with. Domains of two versions are the same by key.
    Raises Uncounted."""

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
        self.then = self._rows_at(chosen.compare, chosen.below) if chosen.compare else None

    def _rows_at(self, at: PastRound, below: bool) -> Mapping[int, GapRow]:
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
            person_id: tuple(
                cell._replace(domain_id=ids[keys[cell.domain_id]])
                for cell in row
                if keys[cell.domain_id] in ids
            )
            for person_id, row in then.rows(self.everybody).items()
        }

    def rows(self) -> tuple[PersonRow, ...]:
        return tuple(
            PersonRow(
                one.person_id,
                one.name,
                one.role_profile,
                None if one.is_usual else one.framework_slug,
                self.now[one.person_id],
            )
            for one in self.everybody
        )

    def columns(self) -> tuple[DomainColumn, ...]:
        now = gaps.summarise(self.groups, self.ids)
        same: Mapping[int, SamePeople] = {}
        before: list[tuple[int, int] | None] = [None] * len(now)
        if self.then is not None:
            same = gap_reasons.same_people(self.now, self.then, self.ids)
            then = gaps.summarise(gaps.alike(self.then.items()), self.ids)
            before = [(each.gaps, each.known) for each in then]
        return tuple(
            DomainColumn(domain, summary, then, same.get(domain.id))
            for domain, summary, then in zip(self.domains, now, before, strict=True)
        )

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
                groups = self.figures.groups(people)
                counts = gaps.below_of_known(groups, self.ids)
                found.append(ChildRow(child, not below, len(people), counts))
        return tuple(found)


def _child(team: str, path: str) -> str:
    """Of the teams right below a team the one that a path leads through; itself for its own."""
    return path[: path.find("/", len(team)) + 1] or team
