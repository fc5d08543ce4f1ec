"""The matrix of a gaps page: cells, counts by domain, and which of the counts its reader may be
told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.queries.profiles.levels import DomainShape
from tracker.queries.teams.gap_figures import Cells, figures, kept_figures
from tracker.queries.teams.gap_scope import (
    GapScope,
    PastRound,
    TeamLearner,
    TeamName,
    counted,
    within,
)
from tracker.rules.frameworks.wording import Wording
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import SamePeople
from tracker.rules.teams.gaps import DomainSummary, GapCell
from tracker.rules.teams.team_suppression import DisclosedCounts, TeamSlice


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
    """One domain over the people shown. Where it is not told, the counts of `summary` but for *not
    yet known* and *no target* are nought, and `known` alone says how many people they would be
    about. `before`: (gaps, known) in the round to compare with, None where that may not be told.
    `same`: for who may see everybody by name, those who are known both times."""

    domain: DomainShape
    summary: DomainSummary
    told: bool
    known: int
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
    """A team below, or (`is_own`) the people of the team itself; for each domain (gaps, known) or
    None: not told."""

    team: TeamName
    is_own: bool
    people: int
    gaps: tuple[tuple[int, int] | None, ...]


def people_chosen(scope: GapScope, chosen: MatrixFilters) -> list[TeamLearner]:
    """Who is on the page, by name, each by the jobs that it is about."""
    of = [one for one in scope.people if one.framework_id == chosen.framework_id]
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
        self._told_now = self._settle(self.now)
        self._told_then = self._settle(self.then) if self.then is not None else {}

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

    def columns(self, people: Sequence[TeamLearner], cut: TeamSlice) -> tuple[DomainColumn, ...]:
        cells = self.figures.cells(people)
        now = self._summaries(cells, people)
        same: Mapping[int, SamePeople] = {}
        if self.then is not None and all(one.by_name for one in people):
            same = gap_reasons.same_people(cells.values(), self.then)
        then = self._summaries(self.then, people) if self.then is not None else None
        found = []
        for domain, summary in zip(self.domains, now, strict=True):
            told = self._told_now[domain.id].may_tell(cut)
            known = summary.known + summary.not_assessed
            before = None
            if then is not None and self._told_then[domain.id].may_tell(cut):
                before = (then[summary.position].gaps, then[summary.position].known)
            shown = summary if told else replace(summary, at_target=0, gaps=0, not_assessed=0)
            found.append(DomainColumn(domain, shown, told, known, before, same.get(domain.id)))
        return tuple(found)

    def children(self, chosen: MatrixFilters) -> tuple[ChildRow, ...]:
        """The teams below one by one, and who is in none of them."""
        if not self.scope.children:
            return ()
        found = []
        team = self.scope.team
        for child, below in [*((child, True) for child in self.scope.children), (team, False)]:
            people = within(self.everybody, child.path, below, chosen.role_profile_id)
            if people:
                cut = TeamSlice(child.path, below)
                summaries = self._summaries(self.figures.cells(people), people)
                told = [self._told_now[each.domain_id].may_tell(cut) for each in summaries]
                counts = [
                    (each.gaps, each.known) if is_told else None
                    for each, is_told in zip(summaries, told, strict=True)
                ]
                found.append(ChildRow(child, not below, len(people), tuple(counts)))
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

    def _settle(self, cells: Cells) -> dict[int, DisclosedCounts]:
        """By domain, what may be told at that time."""
        hidden = counted(self.everybody)
        return {
            domain.id: DisclosedCounts(
                self.scope.root,
                hidden,
                {
                    one.person_id: cells[one.person_id, domain.id].state
                    for one in hidden
                    if (one.person_id, domain.id) in cells
                },
            )
            for domain in self.domains
        }
