"""What belongs to a library as a whole goes along with its people: job profiles, what is not rated
here, and rounds to come."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.models import (
    Carrying,
    Domain,
    Level,
    NotRatedHere,
    RoleProfile,
    Round,
    RoundFramework,
    SensitiveDecision,
    Statement,
    StatementSuccessor,
    Strand,
    Target,
)
from tracker.records import audit
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.frameworks.versions import Change


def carry_profiles(tx: Session, carrying: Carrying) -> None:
    """Each job profile gets one in the later version, with its targets in the domains that go on;
    one of the same name that is there takes its place."""
    olds, news = (
        list(
            tx.scalars(
                select(RoleProfile)
                .where(
                    RoleProfile.library_id == carrying.library_id,
                    RoleProfile.framework_id == framework_id,
                )
                .order_by(RoleProfile.id)
            )
        )
        for framework_id in (carrying.from_id, carrying.to_id)
    )
    taken = {each.carried_from_id for each in news}
    by_name = {each.name: each for each in news}
    domains = _domains(tx, carrying)
    for old in olds:
        if old.id in taken:
            continue
        there = by_name.get(old.name)
        if there is not None and there.carried_from_id is None:
            there.carried_from_id = old.id
        elif there is None:
            _copy_profile(tx, old, carrying.to_id, domains)
    tx.flush()


def _copy_profile(
    tx: Session, old: RoleProfile, framework_id: int, domains: dict[int, tuple[int, int, bool]]
) -> None:
    made = RoleProfile(
        library_id=old.library_id,
        framework_id=framework_id,
        name=old.name,
        position=old.position,
        retired_at=old.retired_at,
        carried_from_id=old.id,
    )
    tx.add(made)
    tx.flush()
    for target in tx.scalars(select(Target).where(Target.role_profile_id == old.id)).all():
        if target.domain_id in domains:
            domain_id, highest, needs_reason = domains[target.domain_id]
            rank = min(target.rank, highest)
            tx.add(Target(role_profile_id=made.id, domain_id=domain_id, rank=rank))
            made.targets_reason = made.targets_reason or (
                old.targets_reason if needs_reason else ""
            )


def _domains(tx: Session, carrying: Carrying) -> dict[int, tuple[int, int, bool]]:
    """By domain of the version before: the one of the same key in the later one, its highest rank,
    and whether a target in it needs a reason."""
    rows = tx.execute(
        select(
            Strand.framework_id,
            Strand.key,
            Domain.key,
            Domain.id,
            func.max(Level.rank),
            Strand.targets_need_reason,
        )
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Level, Level.strand_id == Strand.id)
        .where(Strand.framework_id.in_((carrying.from_id, carrying.to_id)))
        .group_by(
            Strand.framework_id, Strand.key, Domain.key, Domain.id, Strand.targets_need_reason
        )
    ).all()
    there = {
        (strand, domain): (domain_id, highest, needs_reason)
        for framework_id, strand, domain, domain_id, highest, needs_reason in rows
        if framework_id == carrying.to_id
    }
    return {
        domain_id: there[strand, domain]
        for framework_id, strand, domain, domain_id, _highest, _needs_reason in rows
        if framework_id == carrying.from_id and (strand, domain) in there
    }


def carry_exclusions(tx: Session, carrying: Carrying, now: dt.datetime) -> None:
    """What is not rated here, and what was decided about sensitive statements, goes on where the
    statement carries or is only reworded: where several become one, if all of them say so."""
    before, after = aliased(Statement), aliased(Statement)
    left_out = {
        row.statement_id: row
        for row in tx.scalars(
            select(NotRatedHere).where(NotRatedHere.library_id == carrying.library_id)
        )
    }
    decided = {
        row.statement_id: row
        for row in tx.scalars(
            select(SensitiveDecision).where(SensitiveDecision.library_id == carrying.library_id)
        )
    }
    rows = tx.execute(
        select(StatementSuccessor, after)
        .join(before, before.id == StatementSuccessor.statement_id)
        .join(after, after.id == StatementSuccessor.successor_id)
        .where(
            before.framework_id == carrying.from_id,
            after.framework_id == carrying.to_id,
            or_(StatementSuccessor.carries, StatementSuccessor.change == Change.REWORDED),
        )
        .order_by(after.position, before.position)
    ).all()
    parts: dict[int, list[int]] = {}
    for line, _after in rows:
        parts.setdefault(line.successor_id, []).append(line.statement_id)
    for successor in {each.id: each for _line, each in rows}.values():
        _exclude(tx, carrying, successor, parts[successor.id], left_out, decided, now)


def _exclude(
    tx: Session,
    carrying: Carrying,
    successor: Statement,
    parts: Sequence[int],
    left_out: dict[int, NotRatedHere],
    decided: dict[int, SensitiveDecision],
    now: dt.datetime,
) -> None:
    decisions = [decided[each] for each in parts if each in decided]
    there = left_out.get(successor.id)
    if successor.id in decided or (there is not None and there.set_by_id is not None):
        return
    if successor.sensitive and len(decisions) == len(parts):
        first = decisions[0]
        tx.add(
            SensitiveDecision(
                library_id=carrying.library_id,
                statement_id=successor.id,
                decision=first.decision,
                decided_at=first.decided_at,
                decided_by_id=first.decided_by_id,
            )
        )
        if first.decision is Decision.RATE and there is not None:
            tx.execute(delete(NotRatedHere).where(NotRatedHere.id == there.id))
            return
    whole = [left_out[each] for each in parts if each in left_out]
    if len(whole) < len(parts):
        return
    first_out = whole[0]
    if there is not None:
        there.reason, there.set_by_id = first_out.reason, first_out.set_by_id
        return
    tx.add(
        NotRatedHere(
            library_id=carrying.library_id,
            statement_id=successor.id,
            reason=first_out.reason,
            set_at=now,
            set_by_id=first_out.set_by_id,
        )
    )
    audit.note(
        tx,
        "statement_left_out",
        now,
        library_id=carrying.library_id,
        actor_id=carrying.asked_by_id,
        statement_id=successor.id,
        statement=successor.code,
    )


def pin_rounds(tx: Session, carrying: Carrying, before: int, after: int, today: dt.date) -> None:
    """Rounds to come are for the version that people are on then."""
    other = aliased(RoundFramework)
    has_it = select(other.round_id).where(other.framework_id == after)
    coming = select(Round.id).where(
        Round.library_id == carrying.library_id, Round.starts_on > today, Round.id.not_in(has_it)
    )
    ids = list(tx.scalars(coming))
    tx.execute(
        update(RoundFramework)
        .where(RoundFramework.framework_id == before, RoundFramework.round_id.in_(ids))
        .values(framework_id=after)
        .execution_options(synchronize_session=False)
    )
