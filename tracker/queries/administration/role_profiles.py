"""Role profiles with their targets, and the domains that a target can be set in."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from tracker.db import session
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
from tracker.rules.frameworks.addresses import address_keys
from tracker.rules.frameworks.versions import VersionStatus
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class RoleProfileSummary:
    """`version`: the one that newcomers begin with. `learners` counts the people who hold it now;
    `expected` in how many domains of it something is expected."""

    id: int
    name: str
    framework_id: int
    framework: Wording
    version: str
    lang: str
    retired_at: dt.datetime | None
    is_given_out: bool
    learners: int
    expected: int


@dataclass(frozen=True, slots=True)
class RoleProfileDetails:
    id: int
    name: str
    framework_id: int
    framework: Wording
    version: str
    lang: str
    retired_at: dt.datetime | None
    targets_reason: str
    targets: dict[int, int]


@dataclass(frozen=True, slots=True)
class TargetDomain:
    """A domain with the names of its strand's levels, rank 1 first. No `strand` where it is the
    strand. `needs_reason`: a target in it needs one."""

    id: int
    title: Wording
    strand: Wording
    levels: tuple[tuple[int, Wording], ...]
    needs_reason: bool


def listed(actor: Actor, today: dt.date) -> list[RoleProfileSummary]:
    """Those in use first, in their order. One query."""
    learners = (
        select(func.count(Membership.person_id.distinct()))
        .where(Membership.role_profile_id == RoleProfile.id, current_on(Membership, today))
        .correlate(RoleProfile)
        .scalar_subquery()
    )
    expected = (
        select(func.count())
        .select_from(Domain)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Target, expects())
        .where(Target.role_profile_id == RoleProfile.id, Strand.framework_id == Framework.id)
        .correlate(RoleProfile, Framework)
        .scalar_subquery()
    )
    rows = session().execute(
        select(
            RoleProfile.id,
            RoleProfile.name,
            Framework.id,
            Framework.title,
            Framework.version,
            Framework.lang,
            RoleProfile.retired_at,
            is_given_out(),
            learners,
            expected,
        )
        .select_from(RoleProfile)
        .join(LibraryVersion, newcomers_begin_on())
        .join(Framework, Framework.id == LibraryVersion.framework_id)
        .where(RoleProfile.library_id == actor.library_id)
        .order_by(RoleProfile.position, RoleProfile.name)
    )
    return sorted(
        (RoleProfileSummary(*row) for row in rows), key=lambda line: line.retired_at is not None
    )


def choices(actor: Actor, keep: int | None = None) -> list[tuple[int, str]]:
    """Those that can be given to a learner; `keep` is one that stays in the list in any case.
    Where they are of several frameworks, each names its own. One query."""
    rows = (
        session()
        .execute(
            select(RoleProfile.id, RoleProfile.name, Framework.title, RoleProfile.slug)
            .select_from(RoleProfile)
            .join(LibraryVersion, newcomers_begin_on())
            .join(Framework, Framework.id == LibraryVersion.framework_id)
            .where(
                RoleProfile.library_id == actor.library_id,
                or_(is_given_out(), RoleProfile.id == keep),
            )
            .order_by(Framework.title, RoleProfile.slug, RoleProfile.position, RoleProfile.name)
        )
        .all()
    )
    is_alone = len({row.slug for row in rows}) < 2
    return [(row.id, row.name if is_alone else f"{row.name} ({row.title})") for row in rows]


def detail(role_profile_id: int) -> RoleProfileDetails:
    """One role profile; the door has asked whose it is."""
    query = (
        select(
            RoleProfile.id,
            RoleProfile.name,
            Framework.id,
            Framework.title,
            Framework.version,
            Framework.lang,
            RoleProfile.retired_at,
            RoleProfile.targets_reason,
        )
        .select_from(RoleProfile)
        .join(LibraryVersion, newcomers_begin_on())
        .join(Framework, Framework.id == LibraryVersion.framework_id)
        .where(RoleProfile.id == role_profile_id)
    )
    row = session().execute(query).one()
    targets = (
        session()
        .execute(
            select(Domain.id, expected_rank())
            .select_from(Domain)
            .join(Strand, Strand.id == Domain.strand_id)
            .join(Target, expects())
            .where(Target.role_profile_id == role_profile_id, Strand.framework_id == row[2])
        )
        .all()
    )
    return RoleProfileDetails(*row, targets=dict(targets))


def domains_of(framework_id: int) -> list[TargetDomain]:
    """The domains of a framework in its order. Two queries."""
    levels: dict[int, list[tuple[int, str]]] = {}
    for strand_id, rank, name in session().execute(
        select(Level.strand_id, Level.rank, Level.name)
        .join(Strand, Strand.id == Level.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Level.rank)
    ):
        levels.setdefault(strand_id, []).append((rank, name))
    rows = session().execute(
        select(
            Domain.id,
            Domain.title,
            Strand.title.label("strand"),
            Strand.id.label("strand_id"),
            Strand.targets_need_reason,
        )
        .join(Strand, Strand.id == Domain.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Strand.position, Domain.position)
    )
    return [
        TargetDomain(
            row.id,
            row.title,
            row.strand if row.strand != row.title else "",
            tuple(levels.get(row.strand_id, ())),
            row.targets_need_reason,
        )
        for row in rows
    ]


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
    role_labels: frozenset[str]
    is_for_newcomers: bool
    is_used: bool
    is_hidden: bool


def frameworks(actor: Actor, today: dt.date) -> list[FrameworkChoice]:
    """Every version that the library can choose: those in which most people here learn, then the
    newest. Two queries."""
    labels: dict[int, set[str]] = {}
    for framework_id, label in session().execute(
        select(Strand.framework_id, Level.role_label)
        .join(Strand, Strand.id == Level.strand_id)
        .where(Level.role_label != "")
    ):
        labels.setdefault(framework_id, set()).add(label)
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
    rows = (
        session()
        .execute(
            select(
                Framework.id,
                Framework.slug,
                Framework.title,
                Framework.version,
                Framework.lang,
                Framework.published_at,
                Framework.status,
                chosen.label("chosen"),
                learners.label("learners"),
            )
            .where(can_be_chosen(actor.library_id))
            .order_by(learners.desc(), Framework.published_at.desc(), Framework.id.desc())
        )
        .all()
    )
    keys = address_keys((row.id, row.slug) for row in rows)
    offered = {row.slug for row in rows if row.status == VersionStatus.OFFERED}
    newest = {row.slug: row.id for row in sorted(rows, key=lambda row: (row.published_at, row.id))}
    return [
        FrameworkChoice(
            row.id,
            keys[row.id],
            f"{row.title} {row.version}",
            row.lang,
            frozenset(labels.get(row.id, ())),
            row.id == (row.chosen or newest[row.slug]),
            row.learners > 0,
            row.slug not in offered,
        )
        for row in rows
    ]
