"""Who is expected to send in a round, and to whom: from jobs, targets and teams. No rating and no
review is read."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

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
    """Who learns in the actor's library on that day, once for each of these frameworks, by all
    their jobs there and with those who may review them in the newest. Three queries."""
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
    once = {(row[0], row[3]): row for row in rows}
    jobs: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for row in rows:
        jobs[row[0], row[3]].add(row[4])
    near = _near(actor.library_id, {row[4] for row in rows})
    reviewers = eligible_reviewers.named([(row[0], row[2]) for row in once.values()], on)
    return [
        ExpectedLearner(
            name, _statements(near[job] for job in jobs[key]), reviewers.get((key[0], path), ())
        )
        for key, (_id, name, path, _framework, _job) in once.items()
    ]


Near = dict[int, tuple[int, int]]
"""By domain: the target, and how many statements are at it and one level either side."""


def _statements(jobs: Iterable[Near]) -> int:
    """In all domains, each by the higher target of these jobs."""
    highest: Near = {}
    for near in jobs:
        for domain_id, found in near.items():
            highest[domain_id] = max(found, highest.get(domain_id, found))
    return sum(statements for _rank, statements in highest.values())


def _near(library_id: int, role_profile_ids: Collection[int]) -> defaultdict[int, Near]:
    """By job, of the statements that the library rates."""
    left_out = exists().where(
        NotRatedHere.library_id == library_id, NotRatedHere.statement_id == Statement.id
    )
    rows = session().execute(
        select(Target.role_profile_id, Target.domain_id, Target.rank, func.count(Statement.id))
        .join(Domain, Domain.id == Target.domain_id)
        .join(Statement, Statement.domain_id == Domain.id)
        .where(
            Target.role_profile_id.in_(role_profile_ids),
            func.abs(Statement.rank - Target.rank) <= 1,
            ~left_out,
        )
        .group_by(Target.role_profile_id, Target.domain_id, Target.rank)
    )
    found: defaultdict[int, Near] = defaultdict(dict)
    for job, domain_id, rank, statements in rows:
        found[job][domain_id] = (rank, statements)
    return found
