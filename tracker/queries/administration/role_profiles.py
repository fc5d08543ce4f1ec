"""Role profiles with their targets, and the domains that a target can be set in."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from tracker.db import session
from tracker.models import Domain, Framework, Level, Membership, RoleProfile, Strand, Target
from tracker.policy.permissions import Actor, current_on
from tracker.rules.frameworks.addresses import address_keys
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class RoleProfileSummary:
    """`learners` counts the people who hold it now; `expected` in how many domains something is
    expected."""

    id: int
    name: str
    framework_id: int
    framework: Wording
    version: str
    lang: str
    retired_at: dt.datetime | None
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
        .select_from(Target)
        .where(Target.role_profile_id == RoleProfile.id)
        .correlate(RoleProfile)
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
            learners,
            expected,
        )
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .where(RoleProfile.library_id == actor.library_id)
        .order_by(RoleProfile.position, RoleProfile.name)
    )
    return sorted(
        (RoleProfileSummary(*row) for row in rows), key=lambda line: line.retired_at is not None
    )


def choices(actor: Actor, keep: int | None = None) -> list[tuple[int, str]]:
    """Those that can be given to a learner; `keep` is one that stays in the list though retired.
    Where they are of several frameworks, each names its own. One query."""
    rows = session().execute(
        select(RoleProfile.id, RoleProfile.name, Framework.title, Framework.version)
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .where(
            RoleProfile.library_id == actor.library_id,
            or_(RoleProfile.retired_at.is_(None), RoleProfile.id == keep),
        )
        .order_by(Framework.title, Framework.version, RoleProfile.position, RoleProfile.name)
    )
    found = [(row.id, row.name, f"{row.title} {row.version}") for row in rows]
    is_alone = len({framework for _id, _name, framework in found}) < 2
    return [(id_, name if is_alone else f"{name} ({framework})") for id_, name, framework in found]


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
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .where(RoleProfile.id == role_profile_id)
    )
    row = session().execute(query).one()
    targets = (
        session()
        .execute(
            select(Target.domain_id, Target.rank).where(Target.role_profile_id == role_profile_id)
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
    levels."""

    id: int
    key: str
    label: Wording
    lang: str
    role_labels: frozenset[str]


def frameworks(actor: Actor, today: dt.date) -> list[FrameworkChoice]:
    """Every published version: those in which most people here learn, then the newest. Two
    queries."""
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
        .where(
            RoleProfile.library_id == actor.library_id,
            RoleProfile.framework_id == Framework.id,
            current_on(Membership, today),
        )
        .scalar_subquery()
    )
    rows = (
        session()
        .execute(
            select(
                Framework.id, Framework.slug, Framework.title, Framework.version, Framework.lang
            ).order_by(learners.desc(), Framework.published_at.desc(), Framework.id.desc())
        )
        .all()
    )
    keys = address_keys((row.id, row.slug) for row in rows)
    return [
        FrameworkChoice(
            row.id,
            keys[row.id],
            f"{row.title} {row.version}",
            row.lang,
            frozenset(labels.get(row.id, ())),
        )
        for row in rows
    ]
