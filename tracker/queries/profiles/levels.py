"""Where people stand in each domain, in one voice at a time: counted in SQL, decided by
rules/profiles/levels.

Three sets of answers, each from its own query, never mixed:
- `own_answers`: the learner's ratings as they are now. For the learner alone.
- `revealed_answers`: the learner's answers as last revealed in a review. What others see of the
  self side.
- `endorsed_answers`: standing endorsements, and agreed exceptions.

The last two are read through the versions of the framework: models/reviews/standing.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    union_all,
)

from tracker.db import UTCDateTime, session
from tracker.models import (
    LevelException,
    NotRatedHere,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
)
from tracker.models.joins import not_rated_in, scale_answer
from tracker.models.reviews.standing import FrameworkId, Moment, read_through
from tracker.models.reviews.standing import standing as standing_endorsements
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS, BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY, PEOPLE
from tracker.queries.endorsements import exceptions
from tracker.queries.profiles.level_shapes import DomainShape, LevelShape
from tracker.rules.frameworks.scale import NOT_MY_WORK, Meaning
from tracker.rules.profiles.levels import DomainStanding, LevelTally, standing
from tracker.rules.reviews.workflow import REVEALED

Counts = Mapping[tuple[int, int, int], Mapping[Meaning, int]]
"""(person, domain, rank) -> how many statements count as what; *not rated here* ones are not among
them."""


NONE: Mapping[Meaning, int] = {}
AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)


def own_answers(person_ids: Iterable[int], framework_id: int, library_id: int) -> Counts:
    return _counts(_own(), person_ids, framework_id, library_id, NO_BLIND_SPOTS)


@cache
def _own() -> Select[*tuple[Any, ...]]:
    answers = select(Rating.person_id, Rating.statement_id, Rating.answer).where(
        Rating.person_id.in_(PEOPLE)
    )
    return _count(answers.subquery())


def rated(person_ids: Iterable[int], at: dt.datetime) -> Subquery:
    """Columns (person, statement, answer, at): the learner's answers as they stood at that
    moment, by the history; without an answer where it was cleared."""
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
    query = _revealed(blind.form, is_past=at is not None)
    return _counts(query, person_ids, framework_id, library_id, blind, at)


@cache
def _revealed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    return _count(revealed(PEOPLE, FRAMEWORK, blind, AT if is_past else None))


def revealed(
    person_ids: Collection[int | BindParameter[int]] | BindParameter[Any],
    framework_id: FrameworkId,
    blind: BlindSpots,
    at: Moment | None = None,
) -> Subquery:
    """Columns (person, statement, answer, at): the learner's answer in the newest revealed item of
    each statement."""
    is_revealed: ColumnElement[bool] = ReviewItem.status.in_(REVEALED)
    if at is not None:
        is_revealed = and_(is_revealed, ReviewItem.revealed_at <= at)
    items = (
        select(
            Review.learner_id.label("person_id"),
            ReviewItem.statement_id,
            ReviewItem.learner_answer,
            ReviewItem.revealed_at,
            ReviewItem.id,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id.in_(person_ids),
            is_revealed,
            blind.shown(Review.learner_id, ReviewItem.statement_id),
        )
    )

    def is_revealed_of(
        person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        return exists(
            select(ReviewItem.id)
            .join(Review, Review.id == ReviewItem.review_id)
            .where(
                Review.learner_id == person_id, ReviewItem.statement_id == statement_id, is_revealed
            )
            .correlate_except(ReviewItem, Review)
        )

    found = read_through(select(*_newest(items).c), is_revealed_of, framework_id)
    rows = select(*list(found.c)[:4])
    return rows.where(blind.shown(found.c.person_id, found.c.statement_id)).subquery()


def endorsed_answers(
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """Standing endorsements; with `at`, those that stood at that moment. An agreed exception counts
    as *not my work* in the place of what is endorsed for its statement, if anything is."""
    query = _endorsed(blind.form, is_past=at is not None)
    return _counts(query, person_ids, framework_id, library_id, blind, at)


@cache
def _endorsed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    at = AT if is_past else None
    endorsed = standing_endorsements(lambda column: column.in_(PEOPLE), FRAMEWORK, at)
    person_id, statement_id, answer, *_rest = endorsed.c
    excepted = exists(
        select(LevelException.id).where(
            LevelException.person_id == person_id,
            LevelException.statement_id == statement_id,
            exceptions.counts(at),
        )
    )
    answers = union_all(
        select(person_id, statement_id, answer).where(
            ~excepted, blind.shown(person_id, statement_id)
        ),
        select(
            LevelException.person_id, LevelException.statement_id, literal(NOT_MY_WORK, String)
        ).where(
            LevelException.person_id.in_(PEOPLE),
            exceptions.counts(at),
            blind.shown(LevelException.person_id, LevelException.statement_id),
        ),
    )
    # Once, and not once for each statement of the framework, as PostgreSQL may choose.
    once = answers.cte().prefix_with("MATERIALIZED", dialect="postgresql")
    return _count(once)


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
    person_id, statement_id, _answer, at, row_id = rows.c
    place = func.row_number().over(
        partition_by=(person_id, statement_id), order_by=(at.desc(), row_id.desc())
    )
    ranked = select(*rows.c, place.label("place")).subquery()
    return select(*list(ranked.c)[:5]).where(ranked.c.place == 1).subquery()


def _count(answers: FromClause) -> Select[*tuple[Any, ...]]:
    """Count (person, statement, answer, ...) rows; the framework's own scale says what an answer
    counts as."""
    person_id, statement_id, answer = list(answers.c)[:3]
    return (
        select(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as, func.count())
        .join(Statement, Statement.id == statement_id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(NotRatedHere, not_rated_in(LIBRARY))
        .where(Statement.framework_id == FRAMEWORK, NotRatedHere.id.is_(None))
        .group_by(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as)
    )


def _counts(
    query: Select[*tuple[Any, ...]],
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        **blind.values,
        "at": at,
    }
    found: dict[tuple[int, int, int], dict[Meaning, int]] = {}
    for person, domain_id, rank, meaning, count in session().execute(query, values):
        found.setdefault((person, domain_id, rank), {})[meaning] = count
    return found
