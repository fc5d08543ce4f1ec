"""Who is expected to send in a round, and to whom: from jobs, targets and teams. No rating and no
review is read."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import exists, func, select

from tracker.db import session
from tracker.models import (
    Domain,
    Membership,
    NotRatedHere,
    Person,
    RoleProfile,
    Statement,
    Target,
    Team,
)
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.queries.reviews import eligible_reviewers
from tracker.rules.reviews.round_load import ExpectedLearner
from tracker.rules.roles import Role


def expected(actor: Actor, framework_ids: Collection[int], on: dt.date) -> list[ExpectedLearner]:
    """Who learns in the actor's library on that day, once for each of these frameworks. Three
    queries."""
    rows = (
        session()
        .execute(
            select(Person.id, Person.name, Team.path, RoleProfile.framework_id, RoleProfile.id)
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .where(
                people_of(actor.library_id),
                Person.disabled_at.is_(None),
                Team.closed_on.is_(None),
                Membership.role == Role.LEARNER,
                current_on(Membership, on),
                RoleProfile.framework_id.in_(framework_ids),
            )
            .order_by(Person.id, RoleProfile.framework_id, Membership.starts_on, Membership.id)
        )
        .all()
    )
    once = {(row[0], row[3]): row for row in rows}.values()
    near = _near(actor.library_id, {row[4] for row in once})
    reviewers = eligible_reviewers.named([(row[0], row[2]) for row in once], on)
    return [
        ExpectedLearner(name, near.get(job, 0), reviewers.get((person_id, path), ()))
        for person_id, name, path, _framework, job in once
    ]


def _near(library_id: int, role_profile_ids: Collection[int]) -> dict[int, int]:
    """How many statements a job has at its target levels and one either side, of those that the
    library rates."""
    left_out = exists().where(
        NotRatedHere.library_id == library_id, NotRatedHere.statement_id == Statement.id
    )
    rows = session().execute(
        select(Target.role_profile_id, func.count(Statement.id))
        .join(Domain, Domain.id == Target.domain_id)
        .join(Statement, Statement.domain_id == Domain.id)
        .where(
            Target.role_profile_id.in_(role_profile_ids),
            func.abs(Statement.rank - Target.rank) <= 1,
            ~left_out,
        )
        .group_by(Target.role_profile_id)
    )
    return {row[0]: row[1] for row in rows}
