"""What a gap matrix is made of, as things are now or as they were kept at the end of a round: the
domains, everybody's cells, which statements are not met, and agreed exceptions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from tracker.db import session
from tracker.models import RoundSnapshot, SnapshotPerson, Statement
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import targets
from tracker.queries.profiles import level_shapes
from tracker.queries.record import standings
from tracker.queries.record.standings import StandingPlace
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.team_learners import TeamLearner
from tracker.rules.profiles.targets import higher_of
from tracker.rules.record.standings import ShortStanding, against
from tracker.rules.record.standings import ids as statement_ids
from tracker.rules.record.versions import DomainShape, LevelShape
from tracker.rules.teams import gaps, round_snapshots
from tracker.rules.teams.gaps import Alike, GapCell, GapRow, GapStatement


@dataclass(frozen=True, slots=True)
class GapFigures:
    """`row_of`: somebody's, by the jobs that they are asked for in; None for who wasn't there.
    `exceptions`: how many statements are left out, by person. `not_met`: their statements. `said`:
    of both sides, for now."""

    domains: tuple[DomainShape, ...]
    row_of: Callable[[TeamLearner], GapRow | None]
    exceptions: Mapping[int, int]
    not_met: Mapping[int, Sequence[int]]
    said: Mapping[int, ShortStanding]

    def groups(self, people: Iterable[TeamLearner]) -> list[Alike]:
        return gaps.alike((one.person_id, self.row_of(one)) for one in people)

    def rows(self, people: Iterable[TeamLearner]) -> dict[int, GapRow]:
        found = ((one.person_id, self.row_of(one)) for one in people)
        return {person_id: row for person_id, row in found if row is not None}


def figures(scope: GapScope, framework_id: int, people: Sequence[TeamLearner]) -> GapFigures:
    """Of these people of the scope, as of its time. Four queries for now, and one more for who is
    stale; two for a round; and one more where something is hidden. Raises Uncounted."""
    ids = [one.person_id for one in people]
    if scope.round is not None:
        return kept_figures(scope.round, ids, scope.blind)
    domains = level_shapes.shape(framework_id, scope.library_id)
    said = standings.of_people(ids, StandingPlace(framework_id, scope.library_id), scope.today)
    ranks: defaultdict[int, dict[int, int]] = defaultdict(dict)
    held = {job.role_profile_id for place in {one.place for one in people} for job in place.jobs}
    for (profile_id, domain_id), rank in targets(held, framework_id).items():
        ranks[profile_id][domain_id] = rank
    levels = [tuple(level.rank for level in domain.levels) for domain in domains]
    is_hidden = scope.blind.hidden_domains()
    blind = {person_id for person_id, _domain in scope.blind.pairs} | scope.blind.closed

    @cache
    def row(reviewed: str, jobs: frozenset[int]) -> GapRow:
        measured = higher_of(ranks[job] for job in jobs)
        found = []
        for domain, word, its_levels in zip(domains, reviewed.split(), levels, strict=True):
            target = measured.get(domain.id)
            of = against(word, its_levels, target)
            cell = GapCell(domain.id, of.held_rank, target, of.state, of.known_rank, of.blocked)
            found.append(cell)
        return tuple(found)

    jobs_of = cache(lambda place: place.role_profile_ids)

    def row_of(one: TeamLearner) -> GapRow:
        found = row(said[one.person_id].reviewed, jobs_of(one.place))
        return _veiled(one.person_id, found, is_hidden) if one.person_id in blind else found

    excepted = {each: said[each].excepted for each in ids if said[each].excepted}
    return GapFigures(
        domains,
        row_of,
        {
            person_id: sum(not scope.blind.hide(person_id, each) for each in statement_ids(written))
            for person_id, written in excepted.items()
        },
        {each: statement_ids(said[each].not_met) for each in ids if said[each].not_met},
        said,
    )


def _veiled(person_id: int, row: GapRow, is_hidden: Callable[[int, int], bool]) -> GapRow:
    return tuple(
        round_snapshots.veiled(cell) if is_hidden(person_id, cell.domain_id) else cell
        for cell in row
    )


def kept_figures(at: PastRound, person_ids: Collection[int], blind: BlindSpots) -> GapFigures:
    """Those of them who were there."""
    domains = kept_domains(kept_framework(at))
    levels = [tuple(level.rank for level in domain.levels) for domain in domains]
    rows = session().execute(
        select(SnapshotPerson.person_id, SnapshotPerson.cells, SnapshotPerson.exceptions).where(
            SnapshotPerson.snapshot_id == at.snapshot_id,
            SnapshotPerson.framework_id == at.framework_id,
            SnapshotPerson.person_id.in_(person_ids),
        )
    )
    is_hidden = blind.hidden_domains()
    there: dict[int, round_snapshots.Kept] = {}
    left_out: dict[int, int] = {}
    not_met: dict[int, list[int]] = {}
    for person_id, kept, excepted in rows:
        there[person_id] = kept
        left_out[person_id] = sum(not blind.hide(person_id, each) for each in excepted)
        not_met[person_id] = [
            each for domain in domains for each in kept[str(domain.id)]["not_met"]
        ]

    def row_of(one: TeamLearner) -> GapRow | None:
        if one.person_id not in there:
            return None
        of, jobs = there[one.person_id], one.role_profile_ids
        row = (
            round_snapshots.read_cell(each.id, ranks, of[str(each.id)], jobs)
            for each, ranks in zip(domains, levels, strict=True)
        )
        return _veiled(one.person_id, tuple(row), is_hidden)

    return GapFigures(domains, row_of, left_out, not_met, {})


def kept_framework(at: PastRound) -> dict[str, Any]:
    """What was kept of it. One query."""
    facts = (
        session()
        .scalars(select(RoundSnapshot.facts).where(RoundSnapshot.id == at.snapshot_id))
        .one()
    )
    found: dict[str, Any] = facts["frameworks"][str(at.framework_id)]
    return found


def kept_domains(framework: Mapping[str, Any]) -> tuple[DomainShape, ...]:
    """As the library used them at the end of the round."""
    return tuple(
        DomainShape(**{**each, "levels": tuple(LevelShape(**level) for level in each["levels"])})
        for each in framework["domains"]
    )


def statements_of(domain_ids: Collection[int]) -> dict[int, GapStatement]:
    """By id. One query."""
    rows = session().execute(
        select(
            Statement.id, Statement.domain_id, Statement.rank, Statement.position, Statement.title
        ).where(Statement.domain_id.in_(domain_ids))
    )
    return {row[0]: GapStatement(*row[1:]) for row in rows}
