"""What a learner is measured against: their framework, role profile, targets and the open round."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from tracker.db import session
from tracker.models import (
    Framework,
    Membership,
    Person,
    RoleProfile,
    Round,
    Statement,
    Target,
    Team,
)
from tracker.policy.permissions import current_on, in_reach_on
from tracker.rules.frameworks.wording import Wording
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Learner:
    """A person in the role profile of their newest current learner membership (or the last one,
    once it ended)."""

    person_id: int
    name: str
    library_id: int
    team_id: int
    team: str
    job: str
    weekly_hours: int | None
    since: dt.date
    role_profile_id: int
    role_profile: str
    framework_id: int
    framework_slug: str
    framework_version: str
    framework: Wording
    lang: str
    question: Wording
    help: Wording
    """What the framework asks of every statement, and how the answers are meant."""
    statements: int
    ready_at: dt.datetime | None
    round_id: int | None
    round: str | None
    round_starts_on: dt.date | None
    round_ends_on: dt.date | None


@lru_cache(maxsize=8)
def _learners_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day: every page of a learner asks it."""
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    return (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.library_id,
            Person.ready_at,
            Team.id.label("team_id"),
            Team.name.label("team"),
            Membership.job,
            Membership.weekly_hours,
            Membership.starts_on.label("since"),
            RoleProfile.id.label("role_profile_id"),
            RoleProfile.name.label("role_profile"),
            Framework.id.label("framework_id"),
            Framework.slug.label("framework_slug"),
            Framework.version.label("framework_version"),
            Framework.title.label("framework"),
            Framework.lang,
            Framework.about["scale"]["question"].as_string().label("question"),
            func.coalesce(Framework.about["scale"]["help"].as_string(), "").label("help"),
            statements.label("statements"),
            Round.id.label("round_id"),
            Round.name.label("round"),
            Round.starts_on.label("round_starts_on"),
            Round.ends_on.label("round_ends_on"),
        )
        .join(Membership, and_(Membership.person_id == Person.id, Membership.role == Role.LEARNER))
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .outerjoin(
            Round,
            and_(
                Round.library_id == Person.library_id,
                Round.framework_id == Framework.id,
                Round.starts_on <= today,
                Round.ends_on >= today,
            ),
        )
        .where(Person.id.in_(bindparam("people", expanding=True)), in_reach_on(Membership, today))
        .order_by(
            Person.id,
            current_on(Membership, today),
            Membership.starts_on,
            Membership.id,
            Round.starts_on,
        )
    )


def learners(person_ids: list[int], today: dt.date) -> dict[int, Learner]:
    """By person; somebody who is and was no learner is not there. One query."""
    rows = session().execute(_learners_on(today), {"people": person_ids}).mappings()
    # The last of a person wins: current before ended, newest before older.
    return {row["person_id"]: Learner(**row) for row in rows}


def learner(person_id: int, today: dt.date) -> Learner | None:
    return learners([person_id], today).get(person_id)


def targets(role_profile_ids: set[int]) -> dict[tuple[int, int], int]:
    """The rank expected, by (role profile, domain). One query."""
    rows = session().execute(
        select(Target.role_profile_id, Target.domain_id, Target.rank).where(
            Target.role_profile_id.in_(role_profile_ids)
        )
    )
    return {(row.role_profile_id, row.domain_id): row.rank for row in rows}
