"""What a gap matrix is made of, as things are now or as they were kept at the end of a round: the
domains, everybody's cells, which statements are not met, and agreed exceptions."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from tracker.db import session
from tracker.models import (
    LevelException,
    NotRatedHere,
    RoundSnapshot,
    ScaleAnswer,
    SnapshotPerson,
    Statement,
)
from tracker.models.joins import scale_answer
from tracker.models.reviews.standing import standing
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import targets
from tracker.queries.endorsements import exceptions
from tracker.queries.profiles import levels
from tracker.queries.profiles.levels import DomainShape, LevelShape
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamLearner
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.teams import gaps, round_snapshots
from tracker.rules.teams.gaps import GapCell, NotMet

Cells = Mapping[tuple[int, int], GapCell]
"""By person and domain."""


@dataclass(frozen=True, slots=True)
class GapFigures:
    """`not_met`: where they were kept; None where they are to be read as they are. `exceptions`: by
    person, the statements."""

    domains: tuple[DomainShape, ...]
    cells: Cells
    exceptions: Mapping[int, Sequence[int]]
    not_met: Sequence[tuple[int, int]] | None = None


def figures(scope: GapScope, framework_id: int, people: Sequence[TeamLearner]) -> GapFigures:
    """Of these people of the scope, as of its time. Four queries for now; two for a round, and one
    more where something is hidden."""
    if scope.round is not None:
        return kept_figures(scope.round, [one.person_id for one in people], scope.blind)
    domains = levels.shape(framework_id, scope.library_id)
    of = ([one.person_id for one in people], framework_id, scope.library_id, scope.blind)
    counts = levels.endorsed_answers(*of)
    expected = targets({one.role_profile_id for one in people})
    ranks: dict[int, dict[int, int]] = {}
    for (profile_id, domain_id), rank in expected.items():
        ranks.setdefault(profile_id, {})[domain_id] = rank
    cells = {
        (one.person_id, domain_id): gaps.cell_of(one.person_id, domain_id, standing)
        for one in people
        for domain_id, standing in levels.standings(
            domains, counts, one.person_id, ranks.get(one.role_profile_id, {})
        ).items()
    }
    return GapFigures(domains, cells, exceptions.of_people(*of))


def kept_figures(at: PastRound, person_ids: Collection[int], blind: BlindSpots) -> GapFigures:
    """Those of them who were there."""
    domains = kept_domains(at)
    rows = session().execute(
        select(SnapshotPerson.person_id, SnapshotPerson.cells, SnapshotPerson.exceptions).where(
            SnapshotPerson.snapshot_id == at.snapshot_id,
            SnapshotPerson.framework_id == at.framework_id,
            SnapshotPerson.person_id.in_(person_ids),
        )
    )
    hidden = blind.domains()
    cells: dict[tuple[int, int], GapCell] = {}
    left_out: dict[int, list[int]] = {}
    not_met: list[tuple[int, int]] = []
    for person_id, kept, excepted in rows:
        left_out[person_id] = [each for each in excepted if not blind.hide(person_id, each)]
        for domain in domains:
            of = kept[str(domain.id)]
            cell = round_snapshots.read_cell(person_id, domain.id, of)
            if (person_id, domain.id) in hidden:
                cell = round_snapshots.veiled(cell)
            else:
                not_met += [(person_id, each) for each in of["not_met"]]
            cells[person_id, domain.id] = cell
    return GapFigures(domains, cells, left_out, not_met)


def kept_domains(at: PastRound) -> tuple[DomainShape, ...]:
    """As the library used them at the end of the round. One query."""
    facts = (
        session()
        .scalars(select(RoundSnapshot.facts).where(RoundSnapshot.id == at.snapshot_id))
        .one()
    )
    domains: list[dict[str, Any]] = facts["frameworks"][str(at.framework_id)]["domains"]
    return tuple(
        DomainShape(**{**each, "levels": tuple(LevelShape(**level) for level in each["levels"])})
        for each in domains
    )


def not_met(
    person_ids: Collection[int],
    domain_ids: Collection[int],
    framework_id: int,
    library_id: int,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> tuple[list[NotMet], dict[int, str]]:
    """The endorsements that do not meet their statement now or at that moment, but for agreed
    exceptions, and the statements' titles. One query."""
    endorsed = standing(lambda column: column.in_(person_ids), framework_id, at)
    person_id, statement_id, answer, *_rest = endorsed.c
    query = (
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
        .outerjoin(
            NotRatedHere,
            and_(NotRatedHere.statement_id == Statement.id, NotRatedHere.library_id == library_id),
        )
        .outerjoin(
            LevelException,
            and_(
                LevelException.person_id == person_id,
                LevelException.statement_id == statement_id,
                exceptions.counts(at),
            ),
        )
        .where(
            Statement.domain_id.in_(domain_ids),
            ScaleAnswer.counts_as == Meaning.NOT_MET,
            NotRatedHere.id.is_(None),
            LevelException.id.is_(None),
            blind.shown(person_id, statement_id),
        )
    )
    rows = session().execute(query).all()
    return [NotMet(*row[:5]) for row in rows], {row[3]: row[5] for row in rows}


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
