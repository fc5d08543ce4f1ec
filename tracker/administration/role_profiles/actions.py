"""What a job expects: a rank in each domain of a framework, or nothing."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Domain, Framework, Level, Membership, RoleProfile, Strand, Target
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records, seals as seals_records
from tracker.records.core import administration as administration_records
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import clean_line, clean_prose
from tracker.teams.rounds import records as teams_rounds_records

Targets = Mapping[int, int | None]
"""Domain id -> rank, or None where nothing is expected."""
TargetLevels = Sequence[Row[*tuple[Any, ...]]]
REASON_MAX = 500


def create(
    actor: Actor,
    framework_id: int,
    name: str,
    targets: Targets,
    now: dt.datetime,
    targets_reason: str = "",
) -> int:
    """`targets_reason`: why some are in strands where they need one. Returns the role profile's id.

    Raises Invalid: framework_unknown, role_profile_name_taken, target_unknown,
    targets_reason_needed, line_*.
    """
    name = clean_line(name)
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        framework = _offered(tx, framework_id)
        frameworks_versions_records_moves.of_newcomers(tx, library.id, framework.slug, now)
        of_library = RoleProfile.library_id == library.id
        position = (tx.scalar(select(func.max(RoleProfile.position)).where(of_library)) or 0) + 1
        return _add(tx, actor, framework, name, position, targets, targets_reason, now)


def edit(
    actor: Actor,
    role_profile_id: int,
    name: str,
    targets: Targets,
    now: dt.datetime,
    targets_reason: str = "",
) -> None:
    """Rename, and set the targets of the domains that `targets` names. Raises Invalid as `create`
    does."""
    name = clean_line(name)
    with transaction() as tx:
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        profile = administration_records.locked(tx, actor, RoleProfile, role_profile_id)
        version = frameworks_versions_records_moves.of_newcomers(
            tx, profile.library_id, profile.slug, now
        )
        name_before, reason_before = profile.name, profile.targets_reason
        if name != name_before and _is_taken(tx, profile.library_id, profile.slug, name):
            raise Invalid("role_profile_name_taken", "name")
        profile.name = name
        before, after = _set_targets(tx, profile, version, targets, targets_reason)
        if name != name_before:
            before, after = [name_before, *before], [name, *after]
        if profile.targets_reason != reason_before:
            before.append(reason_before or "–")
            after.append(profile.targets_reason or "–")
        if after:
            facts = {"before": "; ".join(before), "after": "; ".join(after)}
            _note(tx, "role_profile_edited", actor, profile, now, **facts)


def retire(actor: Actor, role_profile_id: int, now: dt.datetime) -> None:
    """Not given out any more. Raises Conflict("role_profile_in_use") while a membership stands or
    is to begin."""
    stands = or_(Membership.ends_on.is_(None), Membership.ends_on >= actor.today(now))
    with transaction() as tx:
        profile = administration_records.locked(tx, actor, RoleProfile, role_profile_id)
        holds = Membership.role_profile_id == profile.id
        used = tx.scalar(select(func.count()).select_from(Membership).where(holds, stands))
        if used:
            raise Conflict("role_profile_in_use", count=used)
        if profile.retired_at is None:
            profile.retired_at = now
            _note(tx, "role_profile_retired", actor, profile, now)


def restore(actor: Actor, role_profile_id: int, now: dt.datetime) -> None:
    with transaction() as tx:
        profile = administration_records.locked(tx, actor, RoleProfile, role_profile_id)
        if profile.retired_at is not None:
            profile.retired_at = None
            _note(tx, "role_profile_restored", actor, profile, now)


def start_from_labels(
    actor: Actor, framework_id: int, now: dt.datetime, only: Collection[str] = ()
) -> list[int]:
    """One role profile for each role label of the framework, or for some; rank r expects r in every
    domain, or the highest that there is, but nothing where targets need a reason. Returns their
    ids.

    Those whose name is there already are left as they are.
    Raises Invalid: framework_unknown; Conflict: no_role_labels, role_labels_used (all are there).
    """
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        framework = _offered(tx, framework_id)
        labels = tx.execute(
            select(Level.rank, Level.role_label)
            .join(Strand, Strand.id == Level.strand_id)
            .where(Strand.framework_id == framework_id, Level.role_label != "")
            .order_by(Level.rank, Strand.position)
        ).all()
        if not labels:
            raise Conflict("no_role_labels")
        levels = _target_levels(tx, framework_id)
        highest = {row.id: row.rank for row in levels if not row.targets_need_reason}
        frameworks_versions_records_moves.of_newcomers(tx, library.id, framework.slug, now)
        made = {}
        for rank, label in dict(reversed(labels)).items():
            is_wanted = not only or label in only
            if is_wanted and not _is_taken(tx, library.id, framework.slug, label):
                targets = {domain: min(rank, top) for domain, top in highest.items()}
                made[rank] = _add(tx, actor, framework, label, rank, targets, "", now)
        if not made:
            raise Conflict("role_labels_used")
        return [made[rank] for rank in sorted(made)]


def _offered(tx: Session, framework_id: int) -> Framework:
    """One in which somebody can begin, in whatever version."""
    framework = tx.get(Framework, framework_id)
    offered = select(Framework.slug).where(Framework.status == VersionStatus.OFFERED)
    if framework is None or framework.slug not in tx.scalars(offered).all():
        raise Invalid("framework_unknown", "framework_id")
    return framework


def _add(
    tx: Session,
    actor: Actor,
    framework: Framework,
    name: str,
    position: int,
    targets: Targets,
    targets_reason: str,
    now: dt.datetime,
) -> int:
    if _is_taken(tx, actor.library_id, framework.slug, name):
        raise Invalid("role_profile_name_taken", "name")
    profile = RoleProfile(
        library_id=actor.library_id, slug=framework.slug, name=name, position=position
    )
    tx.add(profile)
    tx.flush()
    _set_targets(tx, profile, framework.id, targets, targets_reason)
    _note(tx, "role_profile_added", actor, profile, now)
    return profile.id


def _is_taken(tx: Session, library_id: int, slug: str, name: str) -> bool:
    of_framework = RoleProfile.library_id == library_id, RoleProfile.slug == slug
    return (
        tx.scalar(select(RoleProfile.id).where(*of_framework, RoleProfile.name == name)) is not None
    )


def _target_levels(tx: Session, framework_id: int, role_profile_id: int = 0) -> TargetLevels:
    """Every level that a target can name, lowest first in each domain; `expected`: the rank that
    the job expects in its domain."""
    strand_key, domain_key = target_keys()
    return tx.execute(
        select(
            Domain.id,
            Domain.title,
            strand_key.label("strand_key"),
            domain_key.label("domain_key"),
            Strand.targets_need_reason,
            Level.rank,
            Level.name,
            expected_rank().label("expected"),
        )
        .select_from(Domain)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, Level.strand_id == Strand.id)
        .outerjoin(Target, and_(Target.role_profile_id == role_profile_id, expects()))
        .where(Strand.framework_id == framework_id)
        .order_by(Strand.position, Domain.position, Level.rank)
    ).all()


def _set_targets(
    tx: Session, profile: RoleProfile, framework_id: int, targets: Targets, reason: str
) -> tuple[list[str], list[str]]:
    """In domains of that version; without targets that need a reason none is kept. Returns what was
    expected in those that changed, and what is now, in words for the audit."""
    levels = _target_levels(tx, framework_id, profile.id)
    domains = {row.id: row for row in levels}
    known: set[tuple[int, int | None]] = {(row.id, row.rank) for row in levels}
    if not set(targets.items()) <= known | {(domain, None) for domain in domains}:
        raise Invalid("target_unknown")
    changed = {key: rank for key, rank in targets.items() if domains[key].expected != rank}
    keys = {key: (domains[key].strand_key, domains[key].domain_key) for key in changed}
    in_changed = tuple_(Target.strand_key, Target.domain_key).in_(keys.values())
    seals_records.delete_many(tx, Target, Target.role_profile_id == profile.id, in_changed)
    tx.add_all(
        Target(role_profile_id=profile.id, strand_key=strand, domain_key=domain, rank=changed[key])
        for key, (strand, domain) in keys.items()
        if changed[key] is not None
    )
    needing = [row for row in domains.values() if row.targets_need_reason]
    is_needed = any(targets.get(row.id, row.expected) is not None for row in needing)
    if is_needed and not reason.strip():
        raise Invalid("targets_reason_needed", "targets_reason")
    profile.targets_reason = clean_prose(reason, "targets_reason", REASON_MAX) if is_needed else ""
    before = {key: domains[key].expected for key in changed}
    return _in_words(levels, before), _in_words(levels, changed)


def _in_words(levels: TargetLevels, ranks: Targets) -> list[str]:
    words = {row.id: f"{row.title}: –" for row in levels if row.id in ranks}
    words |= {row.id: f"{row.title}: {row.name}" for row in levels if ranks.get(row.id) == row.rank}
    return list(words.values())


def _note(
    tx: Session, kind: str, actor: Actor, profile: RoleProfile, now: dt.datetime, **facts: str
) -> None:
    if profile.targets_reason:
        facts["targets_reason"] = profile.targets_reason
    key, name = profile.id, profile.name
    audit_records.note_by(tx, kind, actor, now, role_profile_id=key, role_profile=name, **facts)
