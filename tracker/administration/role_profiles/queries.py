"""Role profiles with their targets, and the domains that a target can be set in."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Row, Select, and_, func, or_, select

from tracker.db import session
from tracker.frameworks.versions.rules import VersionStatus, address_keys
from tracker.models import (
    Domain,
    Framework,
    Level,
    LibraryVersion,
    Membership,
    PersonVersion,
    RoleProfile,
    Strand,
    Target,
)
from tracker.models.record.versions import (
    can_be_chosen,
    expected_rank,
    expects,
    is_given_out,
    learns_on,
    newcomers_begin_on,
)
from tracker.policy.permissions import Actor, current_on
from tracker.rules.core.wording import Wording

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class TargetDomain:
    """A domain with the names of its strand's levels, rank 1 first. No `strand` where it is the
    strand. `needs_reason`: a target in it needs one; `expected`: the rank that a job expects."""

    id: int
    title: Wording
    strand: Wording
    levels: list[tuple[int, Wording]]
    needs_reason: bool
    expected: int | None


@dataclass(frozen=True, slots=True)
class FrameworkChoice:
    """`key`: what an address calls it. `role_labels`: the names of roles that stand at its
    levels. `is_for_newcomers`: of the versions of its framework, that which newcomers begin with,
    or would. `is_used`: somebody here learns in it. `is_hidden`: no version of its framework is
    offered, so nobody new begins in it."""

    id: int
    key: str
    label: Wording
    lang: str
    role_labels: set[str]
    is_for_newcomers: bool
    is_used: bool
    is_hidden: bool


def listed(actor: Actor, today: dt.date) -> list[Row[RoleProfile, Framework, bool, int, int]]:
    """Those in use first, in their order: each with the version that newcomers begin with, whether
    it is given out, how many people hold it now, and in how many domains of the version something
    is expected. One query."""
    learners = (
        select(func.count(Membership.person_id.distinct()))
        .where(Membership.role_profile_id == RoleProfile.id, current_on(Membership, today))
        .correlate(RoleProfile)
    )
    expected = (
        select(func.count())
        .select_from(Domain)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Target, expects())
        .where(Target.role_profile_id == RoleProfile.id, Strand.framework_id == Framework.id)
        .correlate(RoleProfile, Framework)
    )
    # People and domains are counted apart: joined, each would multiply the other.
    query = select(
        RoleProfile,
        Framework,
        is_given_out().label("is_given_out"),
        learners.scalar_subquery(),
        expected.scalar_subquery(),
    )
    of_library = RoleProfile.library_id == actor.library_id
    in_order = query.where(of_library).order_by(RoleProfile.position, RoleProfile.name)
    rows = session().execute(_in_version(in_order))
    return sorted(rows, key=lambda row: row.RoleProfile.retired_at is not None)


def choices(actor: Actor, keep: int | None = None) -> list[tuple[int, str]]:
    """Those that can be given to a learner; `keep` is one that stays in the list in any case.
    Where they are of several frameworks, each names its own. One query."""
    query = (
        select(RoleProfile.id, RoleProfile.name, Framework.title, RoleProfile.slug)
        .where(
            RoleProfile.library_id == actor.library_id, or_(is_given_out(), RoleProfile.id == keep)
        )
        .order_by(Framework.title, RoleProfile.slug, RoleProfile.position, RoleProfile.name)
    )
    rows = session().execute(_in_version(query)).all()
    is_alone = len({row.slug for row in rows}) < 2
    return [(row.id, row.name if is_alone else f"{row.name} ({row.title})") for row in rows]


def detail(role_profile_id: int) -> tuple[RoleProfile, Framework]:
    """With the version that newcomers begin with; the door has asked whose it is."""
    query = select(RoleProfile, Framework).where(RoleProfile.id == role_profile_id)
    profile, framework = session().execute(_in_version(query)).one()
    return profile, framework


def _in_version(query: Select[*Columns]) -> Select[*Columns]:
    """Of role profiles, with the version of their framework that newcomers begin with."""
    return (
        query.select_from(RoleProfile)
        .join(LibraryVersion, newcomers_begin_on())
        .join(Framework, Framework.id == LibraryVersion.framework_id)
    )


def domains_of(framework_id: int, role_profile_id: int = 0) -> list[TargetDomain]:
    """The domains of a framework in its order, with what the job expects: nothing without one. Two
    queries."""
    # 0 is no job's id. Without a number here SQLite would read the targets of all libraries.
    levels = defaultdict[int, list[tuple[int, str]]](list)
    for strand_id, rank, name in session().execute(
        select(Level.strand_id, Level.rank, Level.name)
        .join(Strand, Strand.id == Level.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Level.rank)
    ):
        levels[strand_id].append((rank, name))
    rows = session().execute(
        select(Domain.id, Domain.title, Strand, expected_rank())
        .join(Strand, Strand.id == Domain.strand_id)
        .outerjoin(Target, and_(Target.role_profile_id == role_profile_id, expects()))
        .where(Strand.framework_id == framework_id)
        .order_by(Strand.position, Domain.position)
    )
    return [
        TargetDomain(
            id=domain_id,
            title=title,
            strand=strand.title if strand.title != title else "",
            levels=levels[strand.id],
            needs_reason=strand.targets_need_reason,
            expected=expected,
        )
        for domain_id, title, strand, expected in rows
    ]


def frameworks(actor: Actor, today: dt.date) -> list[FrameworkChoice]:
    """Every version that the library can choose: those in which most people here learn, then the
    newest. Two queries."""
    labels = defaultdict[int, set[str]](set)
    for framework_id, label in session().execute(
        select(Strand.framework_id, Level.role_label)
        .join(Strand, Strand.id == Level.strand_id)
        .where(Level.role_label != "")
    ):
        labels[framework_id].add(label)
    learners = (
        select(func.count(Membership.person_id.distinct()))
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            RoleProfile.library_id == actor.library_id,
            PersonVersion.framework_id == Framework.id,
            current_on(Membership, today),
        )
        .scalar_subquery()
    )
    chosen = (
        select(LibraryVersion.framework_id)
        .where(LibraryVersion.library_id == actor.library_id, LibraryVersion.slug == Framework.slug)
        .order_by(LibraryVersion.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Of each version that can be chosen: the one chosen last for newcomers, and who learns on it.
    query = (
        select(Framework, chosen, learners)
        .where(can_be_chosen(actor.library_id))
        .order_by(learners.desc(), Framework.published_at.desc(), Framework.id.desc())
    )
    rows = session().execute(query).all()
    versions = [framework for framework, *_ in rows]
    keys = address_keys((version.id, version.slug) for version in versions)
    offered = {version.slug for version in versions if version.status == VersionStatus.OFFERED}
    in_order = sorted(versions, key=lambda version: (version.published_at, version.id))
    newest = {version.slug: version.id for version in in_order}
    return [
        FrameworkChoice(
            id=version.id,
            key=keys[version.id],
            label=f"{version.title} {version.version}",
            lang=version.lang,
            role_labels=labels[version.id],
            is_for_newcomers=version.id == (chosen_id or newest[version.slug]),
            is_used=learning > 0,
            is_hidden=version.slug not in offered,
        )
        for version, chosen_id, learning in rows
    ]
