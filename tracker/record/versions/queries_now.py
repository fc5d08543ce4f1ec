"""Which statement of the version that somebody learns in takes the place of one of another."""

import datetime as dt

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Endorsement,
    Framework,
    Membership,
    PersonVersion,
    RoleProfile,
    SkillOrigin,
    Statement,
)
from tracker.models.record.versions import learns_on
from tracker.models.record.words import is_said_of
from tracker.policy.permissions import current_on
from tracker.rules.roles import Role


def now_of(person_id: int, statement_id: int, today: dt.date) -> int | None:
    """The statement that takes its place in the version that the person learns in; the first where
    it was split. One query."""
    now, then = aliased(Statement), aliased(Statement)
    query = (
        select(now.id)
        .join(
            then,
            or_(
                is_said_of(then.skill_id, now.skill_id),
                and_(is_said_of(now.skill_id, then.skill_id), now.framework_id < then.framework_id),
            ),
        )
        .outerjoin(
            SkillOrigin,
            and_(SkillOrigin.skill_id == now.skill_id, SkillOrigin.origin_id == then.skill_id),
        )
        .where(
            then.id == statement_id,
            now.id != then.id,
            _learns(literal(person_id), today, now.framework_id),
        )
        .order_by(
            (now.skill_id == then.skill_id).desc(),
            func.coalesce(SkillOrigin.carries, false()).desc(),
            now.position,
        )
        .limit(1)
    )
    return session().scalar(query)


def read_as(today: dt.date) -> ColumnElement[int]:
    """Over `Endorsement`: the statement for which its learner reads it now, that of the version
    that they learn in, if it counts there; else the one that was reviewed."""
    now = aliased(Statement)
    current = (
        select(now.id)
        .where(
            is_said_of(Endorsement.skill_id, now.skill_id, carrying=True),
            _learns(Endorsement.person_id, today, now.framework_id),
        )
        .order_by(now.position)
        .limit(1)
        .correlate_except(now)
        .scalar_subquery()
    )
    return func.coalesce(current, Endorsement.statement_id)


def left_behind(today: dt.date) -> ColumnElement[bool]:
    """Over `Endorsement` and `Framework`: its learner is on another version of that framework."""
    other = aliased(Framework)
    return exists(
        select(other.id)
        .where(
            other.slug == Framework.slug,
            other.id != Framework.id,
            _learns(Endorsement.person_id, today, other.id),
        )
        .correlate_except(other)
    )


def _learns(
    person_id: SQLColumnExpression[int], today: dt.date, framework_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Whether that is the version on which the person learns."""
    return exists(
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            PersonVersion.framework_id == framework_id,
        )
        .correlate_except(Membership, RoleProfile, PersonVersion)
    )
