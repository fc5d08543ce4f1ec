"""The matrix of a gaps page, as things are now or as they were kept at the end of a round: domains,
cells, which statements are not met, and agreed exceptions. For readers who may see everybody in it
by name; others get `told`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from tracker.db import session
from tracker.models import SnapshotPerson
from tracker.record.sheet.rules import higher_of
from tracker.record.standings.queries import (
    StandingBasis,
    StandingScope,
    basis as measured_by,
    of_people as standings_of_people,
)
from tracker.record.standings.rules import (
    KeptJob,
    KeptVersion,
    ShortStanding,
    ids as statement_ids,
    version_of,
)
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import Reader
from tracker.teams.gaps.queries_scope import GapScope, PastRound, TeamName, facts_of, people_of
from tracker.teams.gaps.rules import (
    NEED,
    Alike,
    DomainSummary,
    GapCell,
    GapRow,
    StatementReason,
    alike,
    below_of_known,
    cell_of,
    summarise,
    veiled,
)
from tracker.teams.team.queries_learners import TeamLearner, TeamPlace, all_by_name, within


@dataclass(frozen=True)
class GapChoice:
    """What the reader asks for of a scope. `of`: how somebody learns the framework now, or its
    round. `below`: with the teams below. `compare`: with the end of a round, `by_targets_then` or
    by those of the page; `with_self`: with self-ratings."""

    scope: GapScope
    of: TeamPlace | PastRound
    compare: PastRound | None = None
    by_targets_then: bool = False
    with_self: bool = False
    role_profile_id: int | None = None
    below: bool = False

    @cached_property
    def people(self) -> list[TeamLearner]:
        """Who is on the page, by name, each by the jobs that it is about: nobody whose record is
        not open to the reader yet."""
        closed = self.scope.reader.closed
        return [
            one for one in self.everybody if not (one.person_id in closed and one.place.by_name)
        ]

    @cached_property
    def everybody(self) -> list[TeamLearner]:
        """With those whose records are not open: of these nothing is told but that they sent."""
        framework_id = self.of.framework_id
        learners = [one for one in self.scope.people if one.place.framework_id == framework_id]
        return within(learners, self.scope.team.path, self.below, self.role_profile_id)

    @cached_property
    def is_by_name(self) -> bool:
        """Whether the reader may see all these people by name. Else what there is of them is read
        by `told` and nothing else."""
        return all_by_name(self.people)


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
    """A team below, or (`is_own`) the people of the team itself; for each domain (gaps, known).
    `reasons`: of each section the one that holds most people back, where that is asked for."""

    team: TeamName
    is_own: bool
    people: int
    gaps: tuple[tuple[int, int], ...]
    reasons: tuple[StatementReason, ...] = ()


class KeptPerson(NamedTuple):
    """Somebody as a round kept them: with which job profiles, and how they stood."""

    jobs: frozenset[int]
    standing: ShortStanding


def kept_version(at: PastRound) -> KeptVersion:
    """One query."""
    return version_of(facts_of(at), at.framework_id)


def kept_people(at: PastRound, ids: Collection[int]) -> dict[int, KeptPerson]:
    """Those of them who were in a round that is kept. One query."""
    of = SnapshotPerson
    rows = session().execute(
        people_of(at, of.jobs, of.revealed, of.reviewed, of.not_met, of.excepted).where(
            of.person_id.in_(ids)
        )
    )
    return {
        person_id: KeptPerson(
            frozenset(KeptJob(*job).role_profile_id for job in jobs), ShortStanding(None, *standing)
        )
        for person_id, jobs, *standing in rows
    }


class GapFigures(NamedTuple):
    """`row_of`: somebody's, by the jobs that they are asked for in. `exceptions`: how many
    statements are left out. `not_met`: by person their statements. `standings`: of both sides;
    `basis`: what they stand on, for now."""

    domains: tuple[DomainShape, ...]
    row_of: Callable[[TeamLearner], GapRow]
    exceptions: int
    not_met: Mapping[int, Sequence[int]]
    standings: Mapping[int, ShortStanding]
    basis: StandingBasis | None


def _figures_now(
    scope: GapScope, framework_id: int, people: Sequence[TeamLearner], ids: Sequence[int]
) -> GapFigures:
    place = StandingScope(framework_id, scope.library_id)
    jobs = {job.role_profile_id for place in {one.place for one in people} for job in place.jobs}
    basis = measured_by(place, jobs)
    standings = standings_of_people(ids, place, basis.digest, scope.today)
    return _figures(basis.domains, basis.targets, standings, scope.reader, basis)


def _figures_then(at: PastRound, ids: Collection[int], reader: Reader) -> GapFigures:
    """At the end of a round."""
    version = kept_version(at)
    standings = {person_id: kept.standing for person_id, kept in kept_people(at, ids).items()}
    return _figures(version.domains, version.targets, standings, reader, None)


def _figures(
    domains: tuple[DomainShape, ...],
    targets: Mapping[int, Mapping[int, int]],
    standings: Mapping[int, ShortStanding],
    reader: Reader,
    basis: StandingBasis | None,
) -> GapFigures:
    levels = [domain.ranks for domain in domains]
    is_hidden = reader.hidden_domains()
    hidden_of = {person_id for person_id, _statement in reader.hidden.pairs} | reader.closed

    # Thousands of people stand in far fewer ways: a row is made once for all who are alike.
    @cache
    def row(reviewed: str, jobs: frozenset[int]) -> GapRow:
        measured = higher_of(targets[job] for job in jobs)
        return tuple(
            cell_of(domain.id, word, ranks, measured.get(domain.id))
            for domain, ranks, word in zip(domains, levels, reviewed.split(), strict=True)
        )

    jobs_of = cache(lambda place: place.role_profile_ids)

    def row_of(one: TeamLearner) -> GapRow:
        whole = row(standings[one.person_id].reviewed, jobs_of(one.place))
        return _veiled(one.person_id, whole, is_hidden) if one.person_id in hidden_of else whole

    excepted = ((key, statement_ids(of.excepted)) for key, of in standings.items())
    return GapFigures(
        domains=domains,
        row_of=row_of,
        exceptions=sum(
            not reader.is_hidden(key, one) for key, statements in excepted for one in statements
        ),
        not_met={key: statement_ids(of.not_met) for key, of in standings.items() if of.not_met},
        standings=standings,
        basis=basis,
    )


def _veiled(person_id: int, row: GapRow, is_hidden: Callable[[int, int], bool]) -> GapRow:
    return tuple(veiled(cell) if is_hidden(person_id, cell.domain_id) else cell for cell in row)


class GapMatrix:
    """The cells of these people of a scope, as of its time. Two queries for now, and one more for
    who is stale; two for a round; and one more where something is hidden. Raises Uncounted."""

    def __init__(self, chosen: GapChoice, everybody: Sequence[TeamLearner]) -> None:
        self.chosen = chosen
        self.scope = scope = chosen.scope
        self.everybody = everybody
        ids = [one.person_id for one in everybody]
        self.figures = (
            _figures_then(scope.round, ids, scope.reader)
            if scope.round is not None
            else _figures_now(scope, chosen.of.framework_id, everybody, ids)
        )
        self.domains = self.figures.domains
        self.ids = [domain.id for domain in self.domains]
        self.now = {one.person_id: self.figures.row_of(one) for one in everybody}
        self.groups = alike(self.now.items())

    def by_need(self, domain_id: int) -> list[TeamLearner]:
        """Everybody, by how they are in that domain and then A to Z."""
        at = self.ids.index(domain_id)
        places = {id(row): NEED.index(row[at].state) for row, _people in self.groups}
        return sorted(self.everybody, key=lambda one: places[id(self.now[one.person_id])])

    def rows(self, people: Iterable[TeamLearner]) -> tuple[PersonRow, ...]:
        return tuple(
            PersonRow(
                person_id=one.person_id,
                name=one.name,
                role_profile=one.place.role_profile,
                teams=self.scope.teams_of(one),
                framework=None if one.place.is_usual else one.place.framework_slug,
                cells=self.now[one.person_id],
            )
            for one in people
        )

    def columns(self) -> tuple[DomainColumn, ...]:
        summaries = summarise(self.groups, self.ids)
        return tuple(map(DomainColumn, self.domains, summaries))

    def children(
        self, reasons_of: Callable[[Sequence[Alike]], tuple[StatementReason, ...]]
    ) -> tuple[ChildRow, ...]:
        """The teams below one by one, and who is in none of them."""
        team = self.scope.team
        of_place: defaultdict[TeamPlace, list[TeamLearner]] = defaultdict(list)
        for one in self.everybody if self.scope.children else ():
            of_place[one.place].append(one)
        of_team: defaultdict[str, list[Alike]] = defaultdict(list)
        for place, people in of_place.items():
            for path in {child_path(team.path, job.path) for job in place.jobs}:
                inside = place.within(path, path != team.path, self.chosen.role_profile_id)
                if inside is not None:
                    here = (one._replace(place=inside) for one in people)
                    of_team[path] += self._groups(people if inside is place else here)
        return tuple(
            ChildRow(
                team=child,
                is_own=child is team,
                people=sum(len(group.people) for group in of_team[child.path]),
                gaps=below_of_known(of_team[child.path], self.ids),
                reasons=reasons_of(of_team[child.path]),
            )
            for child in (*self.scope.children, team)
            if child.path in of_team
        )

    def _groups(self, people: Iterable[TeamLearner]) -> list[Alike]:
        return alike((one.person_id, self.figures.row_of(one)) for one in people)


def child_path(team: str, path: str) -> str:
    """Of the teams right below a team the one that a path leads through; itself for its own."""
    return path[: path.find("/", len(team)) + 1] or team
