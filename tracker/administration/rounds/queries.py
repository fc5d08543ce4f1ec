"""The rounds of a library, and who is expected to send in one, and to whom: from jobs, targets and
teams. No rating and no review is read."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import (
    Domain,
    Framework,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    Strand,
    Target,
    Team,
)
from tracker.models.record.versions import expected_rank, expects, learns_on
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.reviews.queue.rules import ExpectedLearner
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.rules.roles import Role


def listed(actor: Actor) -> list[Round]:
    """The latest first."""
    of_library = select(Round).where(Round.library_id == actor.library_id)
    return list(session().scalars(of_library.order_by(Round.starts_on.desc(), Round.id)))


def detail(round_id: int) -> Round:
    """The door has asked whose it is."""
    return session().get_one(Round, round_id)


def frameworks_of(round_ids: Collection[int]) -> dict[int, list[Framework]]:
    """Of these rounds the frameworks, in the versions that they keep."""
    frameworks = defaultdict[int, list[Framework]](list)
    for round_id, framework in session().execute(
        select(RoundFramework.round_id, Framework)
        .join(Framework, Framework.id == RoundFramework.framework_id)
        .where(RoundFramework.round_id.in_(round_ids))
        .order_by(Framework.title, Framework.id)
    ):
        frameworks[round_id].append(framework)
    return frameworks


def expected(actor: Actor, framework_ids: Collection[int], on: dt.date) -> list[ExpectedLearner]:
    """Who learns in the actor's library on that day, in these frameworks. Each person is there once
    for each framework, with all their jobs in it and the people who may review them in the newest
    one. Three queries."""
    rows = (
        session()
        .execute(
            select(Person.id, Person.name, Team.path, PersonVersion.framework_id, RoleProfile.id)
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .join(PersonVersion, learns_on())
            .where(
                people_of(actor.library_id),
                Person.disabled_at.is_(None),
                Team.closed_on.is_(None),
                Membership.role == Role.LEARNER,
                current_on(Membership, on),
                PersonVersion.framework_id.in_(framework_ids),
            )
            .order_by(Person.id, PersonVersion.framework_id, Membership.starts_on, Membership.id)
        )
        .all()
    )
    once = {(row[0], row[3]): row for row in rows}
    jobs: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for row in rows:
        jobs[row[0], row[3]].add(row[4])
    near = _near(actor.library_id, framework_ids, {row[4] for row in rows})
    reviewers = sending_queries_reviewers.named((row[2] for row in rows), on)
    return [
        ExpectedLearner(
            name, _statements(near[job, key[1]] for job in jobs[key]), reviewers(key[0], path)
        )
        for key, (_id, name, path, _framework, _job) in once.items()
    ]


Near = dict[int, tuple[int, int]]
"""By domain: the target, and how many statements are at it and one level either side."""


def _statements(jobs: Iterable[Near]) -> int:
    """In all domains, each by the higher target of these jobs."""
    highest: Near = {}
    for near in jobs:
        for domain_id, target in near.items():
            highest[domain_id] = max(target, highest.get(domain_id, target))
    return sum(statements for _rank, statements in highest.values())


def _near(
    library_id: int, framework_ids: Collection[int], role_profile_ids: Collection[int]
) -> defaultdict[tuple[int, int], Near]:
    """By job and version, of the statements that the library rates."""
    out = left_out(library_id, STATEMENTS.c.framework_id.in_(framework_ids))
    rank = expected_rank()
    rows = session().execute(
        select(
            Target.role_profile_id,
            Strand.framework_id,
            Domain.id,
            rank.label("rank"),
            func.count(Statement.id),
        )
        .select_from(Strand)
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .join(Statement, Statement.domain_id == Domain.id)
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(
            Strand.framework_id.in_(framework_ids),
            Target.role_profile_id.in_(role_profile_ids),
            func.abs(Statement.rank - rank) <= 1,
            out.c.id.is_(None),
        )
        .group_by(Target.role_profile_id, Strand.framework_id, Strand.id, Domain.id, Target.rank)
    )
    near: defaultdict[tuple[int, int], Near] = defaultdict(dict)
    for job, framework_id, domain_id, expected_there, statements in rows:
        near[job, framework_id][domain_id] = (expected_there, statements)
    return near
