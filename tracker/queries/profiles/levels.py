"""Where people stand in each domain, in one voice at a time: counted in SQL, decided by
rules/profiles/levels.

For many people at once; of one, a sheet (queries/record/sheets). Two sets of answers, each from its
own query, never mixed:
- `revealed_answers`: the learner's answers as last revealed in a review. What others see of the
  self side.
- `endorsed_answers`: standing endorsements, and agreed exceptions.

Each is read through the origins of skills: models/record/words. What counts later for somebody
is in none of them: models/record/later.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    FromClause,
    Select,
    String,
    Subquery,
    bindparam,
    exists,
    func,
    literal,
    select,
    union_all,
)

from tracker.db import UTCDateTime, session
from tracker.models import RevealedAnswer, Review, ReviewItem, ScaleAnswer, Statement
from tracker.models.joins import scale_answer
from tracker.models.record import later
from tracker.models.record.words import (
    Framework,
    Moment,
    People,
    agreed_exceptions,
    left_out,
    read_through,
)
from tracker.models.record.words import standing as standing_endorsements
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY, PEOPLE, counts_now
from tracker.rules.frameworks.scale import NOT_MY_WORK, Meaning
from tracker.rules.profiles.levels import DomainStanding, standing_by_counts
from tracker.rules.record.versions import DomainShape, LevelShape
from tracker.rules.reviews.workflow import REVEALED

Counts = Mapping[tuple[int, int, int], Mapping[Meaning, int]]
"""(person, domain, rank) -> how many statements count as what; *not rated here* ones are not among
them."""


NONE: Mapping[Meaning, int] = {}
AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)


def revealed_answers(
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """The learner's answers as last revealed (by `at`, where given; then `today` is the day of
    it)."""
    query = _revealed(blind.form, is_past=at is not None)
    return _counts(query, person_ids, framework_id, library_id, today, blind, at)


@cache
def _revealed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    return _count(
        revealed(lambda column: column.in_(PEOPLE), FRAMEWORK, blind, AT if is_past else None)
    )


def revealed(
    people: People, framework_id: Framework, blind: BlindSpots, at: Moment | None = None
) -> Subquery:
    """Columns (person, statement, answer, at, id): the learner's answer as last revealed."""
    if at is None:
        words = select(
            RevealedAnswer.person_id,
            RevealedAnswer.skill_id,
            RevealedAnswer.answer,
            RevealedAnswer.revealed_at.label("at"),
            RevealedAnswer.skill_id.label("id"),
        ).where(
            people(RevealedAnswer.person_id),
            blind.shows(RevealedAnswer.person_id, RevealedAnswer.skill_id),
        )
    else:
        items = (
            select(
                Review.learner_id,
                ReviewItem.skill_id,
                ReviewItem.learner_answer,
                ReviewItem.revealed_at.label("at"),
                ReviewItem.id,
            )
            .join(Review, Review.id == ReviewItem.review_id)
            .where(
                people(Review.learner_id),
                blind.shows(Review.learner_id, ReviewItem.skill_id),
                ReviewItem.status.in_(REVEALED),
                ReviewItem.revealed_at <= at,
            )
        )
        words = select(*_newest(items).c)
    return read_through(words, framework_id)


def endorsed_answers(
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """Standing endorsements; with `at`, those that stood at that moment. An agreed exception counts
    as *outside my job* in the place of what is endorsed for its statement, if anything is."""
    query = _endorsed(blind.form, is_past=at is not None)
    return _counts(query, person_ids, framework_id, library_id, today, blind, at)


@cache
def _endorsed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    at = AT if is_past else None
    endorsed = standing_endorsements(lambda column: column.in_(PEOPLE), FRAMEWORK, at, blind.shows)
    person_id, statement_id, answer, *_rest = endorsed.c
    agreed = agreed_exceptions(lambda column: column.in_(PEOPLE), FRAMEWORK, at, blind.shows).c
    excepted = exists(
        select(agreed.id).where(agreed.person_id == person_id, agreed.statement_id == statement_id)
    )
    answers = union_all(
        select(person_id, statement_id, answer).where(~excepted),
        select(agreed.person_id, agreed.statement_id, literal(NOT_MY_WORK, String)),
    )
    # Once, and not once for each statement of the framework, as PostgreSQL may choose.
    once = answers.cte().prefix_with("MATERIALIZED", dialect="postgresql")
    return _count(once)


def standings(
    domains: Iterable[DomainShape], counts: Counts, person_id: int, targets: Mapping[int, int]
) -> dict[int, DomainStanding]:
    """One person's standing by domain. `domains`: as they are for them; `targets`: the rank
    expected, by domain."""
    return {
        domain.id: standing_by_counts(
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


def _newest(answers: Select[*tuple[Any, ...]]) -> Subquery:
    """Of (person, skill, answer, at, row id) the newest row of each person and skill."""
    rows = answers.subquery()
    person_id, skill_id, _answer, at, row_id = rows.c
    place = func.row_number().over(
        partition_by=(person_id, skill_id), order_by=(at.desc(), row_id.desc())
    )
    ranked = select(*rows.c, place.label("place")).subquery()
    return select(*list(ranked.c)[:5]).where(ranked.c.place == 1).subquery()


def _count(answers: FromClause) -> Select[*tuple[Any, ...]]:
    """Count (person, statement, answer, ...) rows; the framework's own scale says what an answer
    counts as."""
    person_id, statement_id, answer = list(answers.c)[:3]
    out = left_out(LIBRARY, FRAMEWORK)
    return (
        select(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as, func.count())
        .join(Statement, Statement.id == statement_id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(
            Statement.framework_id == FRAMEWORK,
            out.c.id.is_(None),
            counts_now(person_id, statement_id),
        )
        .group_by(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as)
    )


def _counts(
    query: Select[*tuple[Any, ...]],
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        **blind.values,
        "at": at,
    }
    found: dict[tuple[int, int, int], dict[Meaning, int]] = {}
    for person, domain_id, rank, meaning, count in session().execute(query, values):
        found.setdefault((person, domain_id, rank), {})[meaning] = count
    return found
