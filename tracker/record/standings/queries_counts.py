"""The domains of a framework and their levels, as a library uses them, and where people stand in
each, in one voice at a time: counted in SQL, decided by frameworks/versions/rules_levels.

For many people at once; of one, a sheet (record/sheet/queries). What was revealed, which others see
of the self side, and what is endorsed are two sets of answers, each from its own query, never
mixed. Each is read through the origins of skills: models/record/words. What counts later for
somebody is in none of them: models/record/later.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import groupby
from operator import attrgetter
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
from tracker.frameworks.versions.rules_levels import DomainStanding, standing_by_counts
from tracker.frameworks.versions.rules_scale import NOT_MY_WORK, TALLIED, Meaning
from tracker.models import RevealedAnswer, Review, ReviewItem, ScaleAnswer, Statement
from tracker.models.joins import is_one_of_people, scale_answer
from tracker.models.record import later
from tracker.models.record.words import (
    Framework,
    Moment,
    People,
    left_out,
    read_through,
    standing as standing_endorsements,
)
from tracker.models.reviews.exceptions import agreed_exceptions
from tracker.record.blindness.queries import BlindSpots
from tracker.record.sheet.queries_learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY, counts_now
from tracker.record.versions.rules import DomainShape
from tracker.record.workflow.rules import REVEALED

Counts = Mapping[tuple[int, int, int], Mapping[Meaning, int]]
"""(person, domain, rank) -> how many statements count as what; *not rated here* ones are not among
them."""

AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)
OUT = left_out(LIBRARY, FRAMEWORK)
LEFT_OUT = OUT.c.statement_id == Statement.id


def shapes_for(
    domains: Sequence[DomainShape],
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
) -> dict[int, tuple[DomainShape, ...]]:
    """The domains as they are for each person: without what counts later for them. One query."""
    values = {"people": list(person_ids), "framework": framework_id, "library": library_id}
    rows = session().execute(_LATER_LISTED, {**values, **later.on(today)})
    shapes = dict.fromkeys(person_ids, tuple(domains))
    for person_id, of_person in groupby(rows, key=attrgetter("person_id")):
        listed, out = dict[tuple[int, int], int](), dict[tuple[int, int], int]()
        for row in of_person:
            place = row.domain_id, row.rank
            listed[place], out[place] = row.listed, -row.out
        shapes[person_id] = tuple(domain.without(listed, out) for domain in domains)
    return shapes


_LATER_LISTED = (
    select(
        LATER_OF_PEOPLE.c.person_id,
        Statement.domain_id,
        Statement.rank,
        func.count(Statement.id).label("listed"),
        func.count(OUT.c.id).label("out"),
    )
    .join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)
    .outerjoin(OUT, LEFT_OUT)
    .group_by(LATER_OF_PEOPLE.c.person_id, Statement.domain_id, Statement.rank)
    .order_by(LATER_OF_PEOPLE.c.person_id)
)


@cache
def _revealed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    return _count(revealed(is_one_of_people, FRAMEWORK, blind, AT if is_past else None))


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
                Review.closed_at.label("at"),
                ReviewItem.id,
            )
            .join(Review, Review.id == ReviewItem.review_id)
            .where(
                people(Review.learner_id),
                blind.shows(Review.learner_id, ReviewItem.skill_id),
                ReviewItem.status.in_(REVEALED),
                Review.closed_at <= at,
            )
        )
        words = select(*_newest(items).c)
    return read_through(words, framework_id)


@cache
def _talked_over(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    answers = revealed(is_one_of_people, FRAMEWORK, blind, AT)
    late = select(ReviewItem.id).join(Review, Review.id == ReviewItem.review_id)
    late = late.where(ReviewItem.id == answers.c.id, Review.closed_at > ReviewItem.revealed_at)
    return _count(select(answers).where(late.exists()).subquery())


@cache
def _endorsed(blind: BlindSpots, *, is_past: bool) -> Select[*tuple[Any, ...]]:
    at = AT if is_past else None
    endorsed = standing_endorsements(is_one_of_people, FRAMEWORK, at, blind.shows)
    person_id, statement_id, answer, *_rest = endorsed.c
    agreed = agreed_exceptions(is_one_of_people, FRAMEWORK, at, blind.shows).c
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
    of_person = {}
    for domain in domains:
        levels = []
        for level in domain.levels:
            counted = counts.get((person_id, domain.id, level.rank), {})
            excluded, met, not_met = (counted.get(meaning, 0) for meaning in TALLIED)
            listed = level.rank, level.listed, level.not_rated_here
            levels.append((*listed, excluded, met, not_met))
        of_person[domain.id] = standing_by_counts(
            domain.rule, tuple(levels), targets.get(domain.id)
        )
    return of_person


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
    person_id, statement_id, answer, *_rest = answers.c
    return (
        select(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as, func.count())
        .join(Statement, Statement.id == statement_id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(OUT, LEFT_OUT)
        .where(
            Statement.framework_id == FRAMEWORK,
            OUT.c.id.is_(None),
            counts_now(person_id, statement_id),
        )
        .group_by(person_id, Statement.domain_id, Statement.rank, ScaleAnswer.counts_as)
    )


def _counts(
    made: Callable[..., Select[*tuple[Any, ...]]],
    person_ids: Iterable[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> Counts:
    """As of `at`, where given; then `today` is the day of it."""
    query = made(blind.form, is_past=at is not None)
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        **blind.values,
        "at": at,
    }
    counts: dict[tuple[int, int, int], dict[Meaning, int]] = {}
    for person, domain_id, rank, meaning, count in session().execute(query, values):
        counts.setdefault((person, domain_id, rank), {})[meaning] = count
    return counts


revealed_answers = partial(_counts, _revealed)
"""The learner's answers as last revealed."""
talked_over = partial(_counts, _talked_over)
"""At a moment those of them in which the two may have differed: their review ended later than it
revealed them."""
endorsed_answers = partial(_counts, _endorsed)
"""Standing endorsements. An agreed exception counts as *outside my job* in the place of what is
endorsed for its statement, if anything is."""
