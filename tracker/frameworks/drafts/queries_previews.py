"""What a job expects of whoever has it, for a look at the next version as they will see it: job
profile and version, and nothing that anybody rated."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import (
    Domain,
    Framework,
    Membership,
    PersonVersion,
    RoleProfile,
    Statement,
    Strand,
    Target,
)
from tracker.models.record.versions import expected_rank, expects, is_current
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import current_on
from tracker.rules.roles import Role


def jobs(library_id: int, slug: str) -> list[tuple[int, str]]:
    """The job profiles of a library for a framework. One query."""
    query = (
        select(RoleProfile.id, RoleProfile.name)
        .where(
            RoleProfile.library_id == library_id,
            RoleProfile.slug == slug,
            RoleProfile.retired_at.is_(None),
        )
        .order_by(RoleProfile.position, RoleProfile.name)
    )
    return [(row.id, row.name) for row in session().execute(query)]


def jobs_of(person_id: int, slug: str, today: dt.date) -> Sequence[int]:
    """The job profiles that somebody learns for now. One query."""
    query = (
        select(RoleProfile.id)
        .join(Membership, Membership.role_profile_id == RoleProfile.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            RoleProfile.slug == slug,
            current_on(Membership, today),
        )
    )
    return session().scalars(query).all()


def version_of(person_id: int, slug: str) -> str | None:
    """The name of the version that somebody is on. One query."""
    return session().scalar(
        select(Framework.version)
        .join(PersonVersion, PersonVersion.framework_id == Framework.id)
        .where(PersonVersion.person_id == person_id, PersonVersion.slug == slug, is_current())
    )


def expected(
    library_id: int, job_ids: Collection[int], framework_id: int
) -> tuple[Mapping[str, int], frozenset[str]]:
    """In that version: the ranks by domain, as "section/domain", of several jobs the higher; and
    uuids of what the library doesn't rate. Two queries."""
    key = Strand.key + "/" + Domain.key
    ranks = session().execute(
        select(key, func.max(expected_rank()))
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .where(Strand.framework_id == framework_id, Target.role_profile_id.in_(job_ids))
        .group_by(key)
    )
    out = left_out(library_id, STATEMENTS.c.framework_id == framework_id)
    uuids = session().scalars(select(Statement.uuid).join(out, out.c.statement_id == Statement.id))
    return dict(ranks.all()), frozenset(uuids)
