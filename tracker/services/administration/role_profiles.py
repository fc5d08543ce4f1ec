"""What a job expects: a rank in each domain of a framework, or nothing."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Select, and_, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Domain, Framework, Level, Membership, RoleProfile, Strand, Target
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit
from tracker.records.frameworks import moves
from tracker.records.reviews import round_snapshots
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.frameworks.versions import VersionStatus
from tracker.rules.texts import clean_line, clean_prose

REASON_MAX = 500


def create(
    actor: Actor,
    framework_id: int,
    name: str,
    targets: Mapping[int, int | None],
    now: dt.datetime,
    targets_reason: str = "",
) -> int:
    """`targets`: domain id -> rank, or None where nothing is expected; `targets_reason`: why some
    are in strands where they need one. Returns the role profile's id.

    Raises Invalid: framework_unknown, role_profile_name_taken, target_unknown,
    targets_reason_needed, line_*.
    """
    name = clean_line(name)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        framework = tx.get(Framework, framework_id)
        if framework is None or not _is_offered(tx, framework.slug):
            raise Invalid("framework_unknown", "framework_id")
        moves.of_newcomers(tx, library.id, framework.slug, now)
        profile = _make(tx, library.id, framework.slug, name, _next_position(tx, library.id))
        _set_targets(tx, profile, framework.id, targets)
        _set_reason(tx, profile, framework.id, targets_reason)
        _note(tx, "role_profile_added", actor, profile, now)
        return profile.id


def edit(
    actor: Actor,
    role_profile_id: int,
    name: str,
    targets: Mapping[int, int | None],
    now: dt.datetime,
    targets_reason: str = "",
) -> None:
    """Rename, and set the targets of the domains that `targets` names. Raises Invalid as `create`
    does."""
    name = clean_line(name)
    with transaction() as tx:
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        profile = administration.locked(tx, actor, RoleProfile, role_profile_id)
        version = moves.of_newcomers(tx, profile.library_id, profile.slug, now)
        _check_name(tx, profile.library_id, profile.slug, name, but=profile.id)
        name_before, reason_before = profile.name, profile.targets_reason
        profile.name = name
        targets_before = _set_targets(tx, profile, version, targets)
        _set_reason(tx, profile, version, targets_reason)
        before = _expected(tx, targets_before)
        after = _expected(tx, {each: targets[each] for each in targets_before})
        if profile.name != name_before:
            before, after = [name_before, *before], [profile.name, *after]
        if profile.targets_reason != reason_before:
            before.append(reason_before or "–")
            after.append(profile.targets_reason or "–")
        if after:
            said = {"before": "; ".join(before), "after": "; ".join(after)}
            _note(tx, "role_profile_edited", actor, profile, now, **said)


def _is_offered(tx: Session, slug: str) -> bool:
    """Whether somebody can begin in that framework."""
    offered = Framework.slug == slug, Framework.status == VersionStatus.OFFERED
    return tx.scalar(select(Framework.id).where(*offered).limit(1)) is not None


def retire(actor: Actor, role_profile_id: int, now: dt.datetime) -> None:
    """Not given out any more. Raises Conflict("role_profile_in_use") while a membership stands or
    is to begin."""
    today = actor.today(now)
    with transaction() as tx:
        profile = administration.locked(tx, actor, RoleProfile, role_profile_id)
        used = tx.scalar(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.role_profile_id == profile.id,
                or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
            )
        )
        if used:
            raise Conflict("role_profile_in_use", count=used)
        if profile.retired_at is None:
            profile.retired_at = now
            _note(tx, "role_profile_retired", actor, profile, now)


def restore(actor: Actor, role_profile_id: int, now: dt.datetime) -> None:
    with transaction() as tx:
        profile = administration.locked(tx, actor, RoleProfile, role_profile_id)
        if profile.retired_at is not None:
            profile.retired_at = None
            _note(tx, "role_profile_restored", actor, profile, now)


def start_from_labels(actor: Actor, framework_id: int, now: dt.datetime) -> list[int]:
    """One role profile for each role label of the framework; rank r expects r in every domain, or
    the highest that there is, but nothing where targets need a reason. Returns their ids.

    Those whose name is there already are left as they are.
    Raises Invalid: framework_unknown; Conflict: no_role_labels, role_labels_used (all are there).
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        framework = tx.get(Framework, framework_id)
        if framework is None or not _is_offered(tx, framework.slug):
            raise Invalid("framework_unknown", "framework_id")
        labels = tx.execute(
            select(Level.rank, Level.role_label)
            .join(Strand, Strand.id == Level.strand_id)
            .where(Strand.framework_id == framework_id, Level.role_label != "")
            .order_by(Level.rank, Strand.position)
        ).all()
        if not labels:
            raise Conflict("no_role_labels")
        highest = dict(
            tx.execute(_levels_of(framework_id).where(Strand.targets_need_reason.is_(False))).all()
        )
        moves.of_newcomers(tx, library.id, framework.slug, now)
        made = []
        for rank, label in dict(reversed(labels)).items():
            if not _is_taken(tx, library.id, framework.slug, label):
                profile = _make(tx, library.id, framework.slug, label, rank)
                targets = {domain: min(rank, top) for domain, top in highest.items()}
                _set_targets(tx, profile, framework.id, targets)
                _note(tx, "role_profile_added", actor, profile, now)
                made.append((rank, profile.id))
        if not made:
            raise Conflict("role_labels_used")
        return [profile_id for _, profile_id in sorted(made)]


def _levels_of(framework_id: int) -> Select[int, int]:
    """(domain, rank) of every level that a target can name."""
    return (
        select(Domain.id, Level.rank)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, Level.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
        .order_by(Level.rank)
    )


def _make(tx: Session, library_id: int, slug: str, name: str, position: int) -> RoleProfile:
    _check_name(tx, library_id, slug, name)
    profile = RoleProfile(library_id=library_id, slug=slug, name=name, position=position)
    tx.add(profile)
    tx.flush()
    return profile


def _next_position(tx: Session, library_id: int) -> int:
    last = tx.scalar(
        select(func.max(RoleProfile.position)).where(RoleProfile.library_id == library_id)
    )
    return (last or 0) + 1


def _is_taken(tx: Session, library_id: int, slug: str, name: str, but: int = 0) -> bool:
    found = tx.scalar(
        select(RoleProfile.id).where(
            RoleProfile.library_id == library_id,
            RoleProfile.slug == slug,
            RoleProfile.name == name,
            RoleProfile.id != but,
        )
    )
    return found is not None


def _check_name(tx: Session, library_id: int, slug: str, name: str, but: int = 0) -> None:
    if _is_taken(tx, library_id, slug, name, but):
        raise Invalid("role_profile_name_taken", "name")


def _set_targets(
    tx: Session, profile: RoleProfile, framework_id: int, targets: Mapping[int, int | None]
) -> dict[int, int | None]:
    """In domains of that version. Returns what was expected in those that changed."""
    levels = tx.execute(_levels_of(framework_id)).all()
    known: set[tuple[int, int | None]] = {(domain_id, rank) for domain_id, rank in levels}
    known |= {(domain_id, None) for domain_id, _rank in levels}
    if not set(targets.items()) <= known:
        raise Invalid("target_unknown")
    rows = tx.execute(
        select(Domain.id, *target_keys(), expected_rank())
        .select_from(Domain)
        .join(Strand, Strand.id == Domain.strand_id)
        .outerjoin(Target, and_(Target.role_profile_id == profile.id, expects()))
        .where(Strand.framework_id == framework_id)
    ).all()
    before = {domain_id: rank for domain_id, _strand, _domain, rank in rows}
    keys = {domain_id: (strand, domain) for domain_id, strand, domain, _rank in rows}
    changed = {each: rank for each, rank in targets.items() if before[each] != rank}
    tx.execute(
        delete(Target).where(
            Target.role_profile_id == profile.id,
            tuple_(Target.strand_key, Target.domain_key).in_([keys[each] for each in changed]),
        )
    )
    tx.add_all(
        Target(role_profile_id=profile.id, strand_key=strand, domain_key=domain, rank=rank)
        for each, rank in changed.items()
        if rank is not None
        for strand, domain in [keys[each]]
    )
    return {domain_id: before[domain_id] for domain_id in changed}


def _set_reason(tx: Session, profile: RoleProfile, framework_id: int, reason: str) -> None:
    """Without targets that need one none is kept."""
    needed = tx.scalar(
        select(func.count())
        .select_from(Domain)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Target, expects())
        .where(
            Target.role_profile_id == profile.id,
            Strand.framework_id == framework_id,
            Strand.targets_need_reason,
        )
    )
    if needed and not reason.strip():
        raise Invalid("targets_reason_needed", "targets_reason")
    profile.targets_reason = clean_prose(reason, "targets_reason", REASON_MAX) if needed else ""


def _expected(tx: Session, ranks: Mapping[int, int | None]) -> list[str]:
    """What is expected in these domains, in words for the audit."""
    rows = tx.execute(
        select(Domain.id, Domain.title, Level.rank, Level.name)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, Level.strand_id == Strand.id)
        .where(Domain.id.in_(ranks))
        .order_by(Strand.position, Domain.position, Level.rank)
    ).all()
    names = {row.id: f"{row.title}: –" for row in rows}
    names |= {row.id: f"{row.title}: {row.name}" for row in rows if ranks[row.id] == row.rank}
    return list(names.values())


def _note(
    tx: Session, kind: str, actor: Actor, profile: RoleProfile, now: dt.datetime, **facts: str
) -> None:
    if profile.targets_reason:
        facts["targets_reason"] = profile.targets_reason
    audit.note(
        tx,
        kind,
        now,
        library_id=profile.library_id,
        actor_id=actor.person_id,
        subject_id=None,
        role_profile_id=profile.id,
        role_profile=profile.name,
        **facts,
    )
