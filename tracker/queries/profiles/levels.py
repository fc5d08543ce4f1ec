"""Where people stand in each domain, in one voice at a time: counted in SQL, decided by
rules/profiles/levels.

Three sets of answers, each from its own query, never mixed:
- `own_answers`: the learner's ratings as they are now. For the learner alone.
- `revealed_answers`: the learner's answers as last revealed in a review. What others see of the
  self side.
- `endorsed_answers`: standing endorsements, and agreed exceptions.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from tracker.db import session
from tracker.models import (
    Domain,
    Endorsement,
    Level,
    LevelException,
    NotRatedHere,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
    Strand,
)
from tracker.models.joins import scale_answer
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.endorsements import exceptions
from tracker.rules.frameworks.scale import NOT_MY_WORK, Meaning
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import DomainStanding, LevelTally, standing
from tracker.rules.reviews.workflow import REVEALED, EndorsementStatus

Counts = Mapping[tuple[int, int, int], Mapping[Meaning, int]]
"""(person, domain, rank) -> how many statements count as what; *not rated here* ones are not among
them."""


NONE: Mapping[Meaning, int] = {}


@dataclass(frozen=True, slots=True)
class LevelShape:
    rank: int
    name: Wording
    role_label: Wording
    listed: int
    not_rated_here: int


@dataclass(frozen=True, slots=True)
class DomainShape:
    """A domain of a framework as a library uses it; levels in rank order."""

    id: int
    key: str
    title: Wording
    strand_key: str
    strand: Wording
    levels: tuple[LevelShape, ...]

    @property
    def not_rated_here(self) -> int:
        return sum(level.not_rated_here for level in self.levels)

    @property
    def rated_here(self) -> int:
        return sum(level.listed - level.not_rated_here for level in self.levels)

    def level_name(self, rank: int) -> str:
        """The name of the level in this strand; "" for rank 0."""
        return next((level.name for level in self.levels if level.rank == rank), "")


def shape(framework_id: int, library_id: int) -> tuple[DomainShape, ...]:
    """The domains in the framework's order. One query."""
    query = (
        select(
            Domain.id,
            Domain.key,
            Domain.title,
            Strand.key.label("strand_key"),
            Strand.title.label("strand"),
            Level.rank,
            Level.name,
            Level.role_label,
            func.count(Statement.id).label("listed"),
            func.count(NotRatedHere.id).label("not_rated_here"),
        )
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, Level.strand_id == Strand.id)
        .outerjoin(Statement, and_(Statement.domain_id == Domain.id, Statement.rank == Level.rank))
        .outerjoin(
            NotRatedHere,
            and_(NotRatedHere.statement_id == Statement.id, NotRatedHere.library_id == library_id),
        )
        .where(Strand.framework_id == framework_id)
        .group_by(
            Domain.id,
            Domain.key,
            Domain.title,
            Strand.key,
            Strand.title,
            Level.rank,
            Level.name,
            Level.role_label,
            Strand.position,
            Domain.position,
        )
        .order_by(Strand.position, Domain.position, Domain.id, Level.rank)
    )
    rows = session().execute(query).all()
    found: dict[int, DomainShape] = {}
    for row in rows:
        level = LevelShape(row.rank, row.name, row.role_label, row.listed, row.not_rated_here)
        before = found.get(row.id)
        levels = (level,) if before is None else (*before.levels, level)
        found[row.id] = DomainShape(row.id, row.key, row.title, row.strand_key, row.strand, levels)
    return tuple(found.values())


def own_answers(person_ids: Iterable[int], framework_id: int, library_id: int) -> Counts:
    answers = select(Rating.person_id, Rating.statement_id, Rating.answer).where(
        Rating.person_id.in_(person_ids)
    )
    return _count(answers.subquery(), framework_id, library_id)


def rated(person_ids: Iterable[int], at: dt.datetime) -> Subquery:
    """Columns (person, statement, answer, at): the learner's answers as they stood at that moment,
    from the history; without an answer where it was cleared."""
    entries = select(
        RatingEntry.person_id,
        RatingEntry.statement_id,
        RatingEntry.answer,
        RatingEntry.rated_at,
        RatingEntry.id,
    ).where(RatingEntry.person_id.in_(person_ids), RatingEntry.rated_at <= at)
    return _newest(entries)


def revealed_answers(
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """The learner's answers as last revealed (by `at`, where given)."""
    return _count(revealed(person_ids, blind, at), framework_id, library_id)


def revealed(
    person_ids: Iterable[int], blind: BlindSpots, at: dt.datetime | None = None
) -> Subquery:
    """Columns (person, statement, answer, at): the learner's answer in the newest revealed item of
    each statement."""
    items = (
        select(
            Review.learner_id,
            ReviewItem.statement_id,
            ReviewItem.learner_answer,
            ReviewItem.revealed_at,
            ReviewItem.id,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id.in_(person_ids),
            ReviewItem.status.in_(REVEALED),
            blind.shown(Review.learner_id, ReviewItem.statement_id),
        )
    )
    if at is not None:
        items = items.where(ReviewItem.revealed_at <= at)
    return _newest(items)


def endorsed_answers(
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """Standing endorsements; with `at`, those that stood at that moment. An agreed exception counts
    as *not my work* in the place of what is endorsed for its statement, if anything is."""
    ids = list(person_ids)
    excepted = exists(
        select(LevelException.id).where(
            LevelException.person_id == Endorsement.person_id,
            LevelException.statement_id == Endorsement.statement_id,
            exceptions.counts(at),
        )
    )
    answers = union_all(
        select(Endorsement.person_id, Endorsement.statement_id, Endorsement.answer).where(
            Endorsement.person_id.in_(ids),
            stood(at),
            ~excepted,
            blind.shown(Endorsement.person_id, Endorsement.statement_id),
        ),
        select(
            LevelException.person_id, LevelException.statement_id, literal(NOT_MY_WORK, String)
        ).where(
            LevelException.person_id.in_(ids),
            exceptions.counts(at),
            blind.shown(LevelException.person_id, LevelException.statement_id),
        ),
    )
    return _count(answers.subquery(), framework_id, library_id)


def stood(at: dt.datetime | None) -> ColumnElement[bool]:
    """Over `Endorsement`: those that stand, or stood at that moment."""
    if at is None:
        return Endorsement.status == EndorsementStatus.STANDING
    return and_(
        Endorsement.endorsed_at <= at,
        or_(Endorsement.ended_at.is_(None), Endorsement.ended_at > at),
    )


def standings(
    domains: Iterable[DomainShape], counts: Counts, person_id: int, targets: Mapping[int, int]
) -> dict[int, DomainStanding]:
    """One person's standing by domain. `targets`: the rank expected, by domain."""
    return {
        domain.id: _standing(
            tuple(
                [
                    _figures(level, counts.get((person_id, domain.id, level.rank), NONE))
                    for level in domain.levels
                ]
            ),
            targets.get(domain.id),
        )
        for domain in domains
    }


def _figures(
    level: LevelShape, answers: Mapping[Meaning, int]
) -> tuple[int, int, int, int, int, int]:
    """What a tally is made of (LevelTally.of)."""
    return (
        level.rank,
        level.listed,
        level.not_rated_here,
        answers.get(Meaning.EXCLUDED, 0),
        answers.get(Meaning.MET, 0),
        answers.get(Meaning.NOT_MET, 0),
    )


@lru_cache(maxsize=20_000)
def _standing(
    levels: tuple[tuple[int, int, int, int, int, int], ...], target_rank: int | None
) -> DomainStanding:
    """The same figures give the same standing, whoever they are of: a matrix asks for few different
    ones."""
    return standing((LevelTally.of(*figures) for figures in levels), target_rank)


def _newest(answers: Select[*tuple[Any, ...]]) -> Subquery:
    """Of (person, statement, answer, at, row id) the newest row of each person and statement."""
    rows = answers.subquery()
    person_id, statement_id, answer, at, row_id = rows.c
    place = func.row_number().over(
        partition_by=(person_id, statement_id), order_by=(at.desc(), row_id.desc())
    )
    ranked = select(person_id, statement_id, answer, at, place.label("place")).subquery()
    return (
        select(ranked.c[0], ranked.c[1], ranked.c[2], ranked.c[3])
        .where(ranked.c.place == 1)
        .subquery()
    )


def _count(answers: Subquery, framework_id: int, library_id: int) -> Counts:
    """Count (person, statement, answer, ...) rows; the framework's own scale says what an answer
    counts as."""
    person_id, statement_id, answer = list(answers.c)[:3]
    rows = session().execute(
        select(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as, func.count())
        .join(Statement, Statement.id == statement_id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(
            NotRatedHere,
            and_(NotRatedHere.statement_id == Statement.id, NotRatedHere.library_id == library_id),
        )
        .where(Statement.framework_id == framework_id, NotRatedHere.id.is_(None))
        .group_by(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as)
    )
    found: dict[tuple[int, int, int], dict[Meaning, int]] = {}
    for person, domain_id, rank, meaning, count in rows:
        found.setdefault((person, domain_id, rank), {})[meaning] = count
    return found
