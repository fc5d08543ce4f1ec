"""Who is about to rate, with their row locked, and what stands at the statements whose ratings they
save: what one person saves at two places follows one another.

A learner's answers over time: every one that ever stood for one statement, in each version of
it, and for what it was made of; and how fast they rate. For the learner alone.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, Row, ScalarSelect, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.frameworks.versions.rules import Basis
from tracker.models import (
    Draft,
    Framework,
    Membership,
    Person,
    PersonVersion,
    Rating,
    RatingEntry,
    RoleProfile,
    Round,
    RoundFramework,
    ScaleAnswer,
    Seal,
    Statement,
    UseStatement,
    UseStatementReading,
)
from tracker.models.joins import draft_of_notes, scale_answer
from tracker.models.record import later
from tracker.models.record.versions import learns_on
from tracker.models.record.words import STATEMENTS, has_origins, left_out, own_ratings, skills_of
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import Question, ask, newest_first, row_as
from tracker.record.sheet.queries_learners import LEARNER
from tracker.row_locks import held
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Conflict, Missing
from tracker.rules.pace import LEARNER_LEAST, LEARNER_SECONDS, LOOKED_AT, seconds_each
from tracker.rules.roles import Role

ME, LIBRARY = bindparam("me", type_=Integer), bindparam("library", type_=Integer)
FRAMEWORKS = STATEMENTS.c.framework_id.in_(bindparam("frameworks", expanding=True))


@dataclass(frozen=True, slots=True)
class Rater:
    """The framework somebody rates themselves against, and the first day of its open round."""

    framework_id: int
    framework: str
    answers: frozenset[str]
    """What the framework's scale lets a learner answer."""
    round_starts_on: dt.date | None


def locked(actor: Actor, today: dt.date) -> dict[int, Rater]:
    """By id of each framework in which they learn. Within a transaction that writes. One query.

    Raises Missing when they learn nowhere, Conflict("use_statement_unread") before they have read
    the newest text.
    """
    values = {"me": actor.person_id, "library": actor.library_id, "today": today}
    newest = dict[str, Row[Any]]()
    for row in ask_made(_raters(), values):
        newest.setdefault(row.slug, row)
    if not newest:
        raise Missing
    if not all(row.read for row in newest.values()):
        raise Conflict("use_statement_unread")
    return {
        row.framework_id: Rater(
            row.framework_id, row.slug, frozenset(row.answers.split()), row.round_starts_on
        )
        for row in newest.values()
    }


@cache
def _raters() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it. A row for each membership as a learner, the newest first,
    with what holds in its framework today; the person's own row is locked."""
    # `read`: whether they read the library's newest use statement. `round_starts_on`: of the round
    # that is open in the framework. `answers`: the keys that its scale allows.
    today = bindparam("today", type_=Date)
    newest = (
        select(func.max(UseStatement.id))
        .where(UseStatement.library_id == LIBRARY)
        .scalar_subquery()
    )
    read = (
        select(func.count(UseStatementReading.id))
        .where(UseStatementReading.person_id == ME, UseStatementReading.use_statement_id == newest)
        .scalar_subquery()
    )
    round_starts_on = (
        select(func.max(Round.starts_on))
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(
            Round.library_id == Person.library_id,
            RoundFramework.framework_id == Framework.id,
            Round.starts_on <= today,
            Round.ends_on >= today,
        )
        .scalar_subquery()
    )
    answers = (
        select(func.aggregate_strings(ScaleAnswer.key, " "))
        .where(ScaleAnswer.framework_id == Framework.id)
        .scalar_subquery()
    )
    return held(
        select(
            Framework.id.label("framework_id"),
            Framework.slug,
            answers.label("answers"),
            read.label("read"),
            round_starts_on.label("round_starts_on"),
        )
        .select_from(Person)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.role == Role.LEARNER))
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .where(Person.id == ME, Person.disabled_at.is_(None), current_on(Membership, today))
        .order_by(Membership.starts_on.desc(), Membership.id.desc()),
        of=Person,
    )


def at_statement(
    actor: Actor, framework_ids: Collection[int], statement_id: int, today: dt.date
) -> Row[Any] | None:
    """The statement, if it is of the frameworks, the actor's rating of it, whether it counts for
    them today, and how much they have rated of what does. One query."""
    values = {
        "me": actor.person_id,
        "library": actor.library_id,
        "frameworks": list(framework_ids),
        "statement": statement_id,
        **later.on(today),
    }
    row = ask_made(_at_statement(), values).one_or_none()
    return row if row is not None and row.framework_id in framework_ids else None


def at_statements(
    actor: Actor, framework_ids: Collection[int], statement_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    """Those of the statements that are of the frameworks, with the actor's ratings of them. One
    query."""
    rated = select(Statement.id, Statement.skill_id, Statement.framework_id, *_RATED)
    of_these = Statement.id.in_(statement_ids), Statement.framework_id.in_(framework_ids)
    values = {"me": actor.person_id, "library": actor.library_id, "frameworks": list(framework_ids)}
    return session().execute(_with_rating(rated).where(*of_these), values).all()


OUT = select(left_out(LIBRARY, FRAMEWORKS)).cte().prefix_with(later.ONCE)
_RATED = (
    OUT.c.reason,
    Rating.version,
    Rating.answer,
    Rating.basis,
    Rating.rated_at,
    Rating.given_on,
    Rating.own_note,
    Rating.reviewer_note,
    Draft.fields.label("draft"),
    has_origins(Statement.skill_id).label("has_origins"),
    Seal.sequence.label("seal"),
    Seal.digest.label("seal_digest"),
)
"""What stands at a statement, and the seal that a new answer follows on."""


def _with_rating(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the answer to the skill itself. An answer to one of its origins can't be saved onto."""
    mine = and_(Rating.skill_id == Statement.skill_id, Rating.person_id == ME)
    newest = select(func.max(Seal.sequence)).where(Seal.chain == ME).scalar_subquery()
    return (
        query.outerjoin(OUT, OUT.c.statement_id == Statement.id)
        .outerjoin(Rating, mine)
        .outerjoin(Draft, draft_of_notes(ME))
        .outerjoin(Seal, and_(Seal.chain == ME, Seal.sequence == newest))
    )


@cache
def _at_statement() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it. `counted`, all that is rated and counts today, is worked out
    once and counted four times: in all, this statement alone, its domain, its level. So are the
    parts of it: PostgreSQL asks anew for each statement what it hasn't counted the rows of."""
    statement = bindparam("statement", type_=Integer)
    mine, other = Rating.__table__.alias("mine"), Statement.__table__.alias("other")
    versions = (
        select(func.coalesce(func.sum(mine.c.version), 0))
        .where(mine.c.person_id == ME)
        .scalar_subquery()
    )
    own = select(own_ratings(lambda person: person == ME, FRAMEWORKS)).cte().prefix_with(later.ONCE)
    waits = select(later.counting_later(lambda person: person == ME, FRAMEWORKS).c.statement_id)
    counted = (
        select(other)
        .join(own, own.c.statement_id == other.c.id)
        .outerjoin(OUT, OUT.c.statement_id == other.c.id)
        .where(OUT.c.id.is_(None), other.c.id.not_in(waits))
        .cte("counted")
    )

    def rated(*where: Any) -> ScalarSelect[int]:
        return (
            select(func.count())
            .select_from(counted)
            .where(
                counted.c.framework_id == Statement.framework_id,
                *(counted.c[column.key] == column for column in where),
            )
            .correlate(Statement)
            .scalar_subquery()
        )

    return _with_rating(
        select(
            Statement.framework_id,
            Statement.skill_id,
            Statement.rank,
            Statement.domain_id,
            *_RATED,
            rated().label("rated"),
            rated(Statement.id).label("is_rated"),
            rated(Statement.domain_id).label("rated_in_domain"),
            rated(Statement.domain_id, Statement.rank).label("rated_at_level"),
            versions.label("versions"),
            Statement.id.not_in(waits).label("counts"),
        )
    ).where(Statement.id == statement)


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer` is None where it was cleared. `together`: how many were kept at the same moment;
    `is_undone`: the answer after keeping it was undone, as old as it was before; `version`: of the
    framework; `title`: of the statement, as it was answered."""

    answer: str | None
    basis: Basis
    at: dt.datetime
    given_on: dt.date | None
    together: int
    is_undone: bool
    version: str
    title: Wording
    label: Wording


def answers(person_id: int, statement_ids: Collection[int]) -> Question[list[Answered]]:
    """Every answer to these statements, the newest first. `statement_ids`: the statement, and what
    it was in earlier versions."""
    values = {"learner": person_id, "statements": list(statement_ids)}
    return Question(
        _answers(), values, lambda rows: [row_as(Answered, row) for row in newest_first(rows)]
    )


@cache
def _answers() -> Select[*tuple[Any, ...]]:
    # `together`: how many answers the same press kept. `is_undone`: an answer before it has a later
    # date, so this one put back what was there before that.
    same, earlier = aliased(RatingEntry), aliased(RatingEntry)
    together = (
        select(func.count(same.id))
        .where(
            RatingEntry.basis == Basis.CONFIRMED,
            same.basis == Basis.CONFIRMED,
            same.person_id == LEARNER,
            same.rated_at == RatingEntry.rated_at,
        )
        .scalar_subquery()
    )
    is_undone = (
        select(earlier.id)
        .where(
            earlier.person_id == LEARNER,
            earlier.skill_id == RatingEntry.skill_id,
            earlier.version < RatingEntry.version,
            earlier.rated_at > RatingEntry.rated_at,
        )
        .exists()
    )
    return (
        select(
            RatingEntry.id,
            RatingEntry.answer,
            RatingEntry.basis,
            RatingEntry.rated_at.label("at"),
            RatingEntry.given_on,
            together.label("together"),
            is_undone.label("is_undone"),
            Framework.version,
            Statement.title,
            func.coalesce(ScaleAnswer.label, "").label("label"),
        )
        .join(Statement, Statement.id == RatingEntry.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ScaleAnswer, scale_answer(RatingEntry.answer))
        .where(
            RatingEntry.person_id == LEARNER,
            RatingEntry.skill_id.in_(skills_of(bindparam("statements", expanding=True))),
        )
    )


def seconds_of(person_id: int) -> int:
    """Seconds for a statement. One query."""
    return ask(pace_question(person_id))


def pace_question(person_id: int) -> Question[int]:
    return Question(
        _timed(),
        {"learner": person_id},
        lambda rows: seconds_each(
            [
                (row["skill_id"], row["rated_at"])
                for row in sorted(rows, key=lambda row: (row["rated_at"], row["first_id"]))
            ],
            LEARNER_SECONDS,
            LEARNER_LEAST,
        ),
    )


@cache
def _timed() -> Select[*tuple[Any, ...]]:
    """Answers that were given one by one: not those that were imported or kept by one press; and
    one that was put back when its keeping was undone counts once."""
    first_id = func.min(RatingEntry.id).label("first_id")
    return (
        select(RatingEntry.skill_id, RatingEntry.rated_at, first_id)
        .where(RatingEntry.person_id == LEARNER, RatingEntry.basis == Basis.RATED)
        .group_by(RatingEntry.skill_id, RatingEntry.rated_at)
        .order_by(RatingEntry.rated_at.desc(), first_id.desc())
        .limit(LOOKED_AT)
    )
