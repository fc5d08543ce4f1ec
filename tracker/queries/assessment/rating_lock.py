"""Who is about to rate, with their row locked: what one person saves at two places follows one
another."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, Row, Select, and_, bindparam, func, select

from tracker.db import session
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    ScaleAnswer,
    UseStatement,
    UseStatementReading,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, current_on
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing
from tracker.rules.roles import Role


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
    for row in session().execute(_query(), values):
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
def _query() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it."""
    me, library, today = (
        bindparam("me", type_=Integer),
        bindparam("library", type_=Integer),
        bindparam("today", type_=Date),
    )
    newest = (
        select(func.max(UseStatement.id))
        .where(UseStatement.library_id == library)
        .scalar_subquery()
    )
    read = (
        select(func.count(UseStatementReading.id))
        .where(UseStatementReading.person_id == me, UseStatementReading.use_statement_id == newest)
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
        .where(Person.id == me, Person.disabled_at.is_(None), current_on(Membership, today))
        .order_by(Membership.starts_on.desc(), Membership.id.desc()),
        of=Person,
    )
