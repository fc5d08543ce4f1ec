"""What a gap matrix is made of, as things are now or as they were kept at the end of a round: the
domains, everybody's cells, which statements are not met, and agreed exceptions."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from tracker.db import session
from tracker.models import RoundSnapshot, ScaleAnswer, SnapshotPerson, Statement
from tracker.models.joins import scale_answer
from tracker.models.record import later
from tracker.models.record.words import agreed_exceptions, left_out, standing
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY, PEOPLE, counts_now, targets
from tracker.queries.endorsements import exceptions
from tracker.queries.profiles import level_shapes, levels
from tracker.queries.profiles.levels import AT
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.team_learners import TeamLearner
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.profiles.targets import higher_of
from tracker.rules.record.versions import DomainShape, LevelShape
from tracker.rules.teams import gaps, round_snapshots
from tracker.rules.teams.gaps import GapCell, NotMet

Cells = Mapping[tuple[int, int], GapCell]
"""By person and domain."""


@dataclass(frozen=True, slots=True)
class GapFigures:
    """`cells_of`: somebody's, by the jobs that they are asked for in. `not_met`: where they were
    kept; None where they are to be read as they are. `exceptions`: by person, the statements."""

    domains: tuple[DomainShape, ...]
    cells_of: Callable[[TeamLearner], Sequence[GapCell]]
    exceptions: Mapping[int, Sequence[int]]
    not_met: Sequence[tuple[int, int]] | None = None

    def cells(self, people: Iterable[TeamLearner]) -> Cells:
        return {
            (one.person_id, cell.domain_id): cell for one in people for cell in self.cells_of(one)
        }


def figures(scope: GapScope, framework_id: int, people: Sequence[TeamLearner]) -> GapFigures:
    """Of these people of the scope, as of its time. Five queries for now; two for a round, and one
    more where something is hidden."""
    if scope.round is not None:
        return kept_figures(scope.round, [one.person_id for one in people], scope.blind)
    domains = level_shapes.shape(framework_id, scope.library_id)
    ids = [one.person_id for one in people]
    of = (ids, framework_id, scope.library_id, scope.today)
    shapes = level_shapes.shapes_for(domains, *of)
    counts = levels.endorsed_answers(*of, scope.blind)
    expected = targets({job for one in people for job in one.role_profile_ids}, framework_id)
    ranks: dict[int, dict[int, int]] = {}
    for (profile_id, domain_id), rank in expected.items():
        ranks.setdefault(profile_id, {})[domain_id] = rank

    def cells_of(one: TeamLearner) -> list[GapCell]:
        measured = higher_of(ranks.get(job, {}) for job in one.role_profile_ids)
        found = levels.standings(shapes[one.person_id], counts, one.person_id, measured)
        return [gaps.cell_of(one.person_id, domain_id, each) for domain_id, each in found.items()]

    return GapFigures(domains, cells_of, exceptions.of_people(*of, scope.blind))


def kept_figures(
    at: PastRound,
    person_ids: Collection[int],
    blind: BlindSpots,
    is_here: Callable[[str], bool] | None = None,
) -> GapFigures:
    """Those of them who were there. `is_here`: for people as they are now, which teams (by path) to
    measure them in; who had no job in them then is measured by all that they had."""
    framework = kept_framework(at)
    domains = kept_domains(framework)
    rows = session().execute(
        select(SnapshotPerson.person_id, SnapshotPerson.cells, SnapshotPerson.exceptions).where(
            SnapshotPerson.snapshot_id == at.snapshot_id,
            SnapshotPerson.framework_id == at.framework_id,
            SnapshotPerson.person_id.in_(person_ids),
        )
    )
    is_hidden = blind.hidden_domains()
    there: dict[int, round_snapshots.Kept] = {}
    left_out: dict[int, list[int]] = {}
    not_met: list[tuple[int, int]] = []
    for person_id, kept, excepted in rows:
        there[person_id] = kept
        left_out[person_id] = [each for each in excepted if not blind.hide(person_id, each)]
        for domain in domains:
            if not is_hidden(person_id, domain.id):
                not_met += [(person_id, each) for each in kept[str(domain.id)]["not_met"]]

    def asked(one: TeamLearner) -> Collection[int]:
        if is_here is None:
            return one.role_profile_ids
        had = framework.get("jobs", {}).get(str(one.person_id), [])
        jobs = [job for path, job, _name in had if is_here(path)] or [job for _, job, _ in had]
        return jobs if one.by_name else jobs[-1:]

    def cells_of(one: TeamLearner) -> list[GapCell]:
        jobs, found = asked(one), []
        for domain in domains if one.person_id in there else ():
            of = there[one.person_id][str(domain.id)]
            cell = round_snapshots.read_cell(one.person_id, domain.id, of, jobs)
            veils = is_hidden(one.person_id, domain.id)
            found.append(round_snapshots.veiled(cell) if veils else cell)
        return found

    return GapFigures(domains, cells_of, left_out, not_met)


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


def not_met(
    person_ids: Collection[int],
    domain_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> tuple[list[NotMet], dict[int, str]]:
    """The endorsements that do not meet their statement now or at that moment, but for agreed
    exceptions, and the statements' titles. One query."""
    query = _not_met(blind.form, is_past=at is not None)
    values = {
        "people": list(person_ids),
        "domains": list(domain_ids),
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        **blind.values,
        "at": at,
    }
    rows = session().execute(query, values).all()
    return [NotMet(*row[:5]) for row in rows], {row[3]: row[5] for row in rows}


@cache
def _not_met(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    at = AT if is_past else None
    endorsed = standing(lambda column: column.in_(PEOPLE), FRAMEWORK, at, blind.shows)
    person_id, statement_id, answer, *_rest = endorsed.c
    out = left_out(LIBRARY, FRAMEWORK)
    agreed = agreed_exceptions(lambda column: column.in_(PEOPLE), FRAMEWORK, at, blind.shows)
    return (
        select(
            Statement.domain_id,
            Statement.rank,
            Statement.position,
            Statement.id,
            person_id,
            Statement.title,
        )
        .join(endorsed, statement_id == Statement.id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(
            agreed, and_(agreed.c.person_id == person_id, agreed.c.statement_id == statement_id)
        )
        .where(
            Statement.domain_id.in_(bindparam("domains", expanding=True)),
            ScaleAnswer.counts_as == Meaning.NOT_MET,
            out.c.id.is_(None),
            agreed.c.id.is_(None),
            counts_now(person_id, statement_id),
        )
    )


def kept_not_met(
    kept: Collection[tuple[int, int]], domain_ids: Collection[int]
) -> tuple[list[NotMet], dict[int, str]]:
    """As `not_met`, of the (person, statement) that a round kept. One query."""
    statements = {
        row.id: row
        for row in session().execute(
            select(
                Statement.domain_id,
                Statement.rank,
                Statement.position,
                Statement.id,
                Statement.title,
            ).where(Statement.domain_id.in_(domain_ids))
        )
    }
    facts = [
        NotMet(*statements[statement_id][:4], person_id)
        for person_id, statement_id in kept
        if statement_id in statements
    ]
    return facts, {each: row.title for each, row in statements.items()}
