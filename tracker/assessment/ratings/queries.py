"""Who is about to rate, with their row locked, and what stands at the statements whose ratings they
save: what one person saves at two places follows one another."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, Row, ScalarSelect, Select, and_, bindparam, func, select

from tracker.db import ask_made, session
from tracker.models import (
    Draft,
    Framework,
    Membership,
    Person,
    PersonVersion,
    Rating,
    RoleProfile,
    Round,
    RoundFramework,
    ScaleAnswer,
    Seal,
    Statement,
    UseStatement,
    UseStatementReading,
)
from tracker.models.joins import draft_of_notes
from tracker.models.record import later
from tracker.models.record.versions import learns_on
from tracker.models.record.words import STATEMENTS, has_origins, left_out, own_ratings
from tracker.policy.permissions import Actor, current_on
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing
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
