"""The dated periods in which a library takes stock. Two of one framework never share a day."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Framework, Library, Round, RoundFramework
from tracker.models.record.versions import can_be_chosen
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit
from tracker.records.reviews import round_snapshots, told
from tracker.row_locks import held
from tracker.rules.calendar import clean_period, overlap
from tracker.rules.errors import Invalid, Missing
from tracker.rules.texts import clean_line


def create(
    actor: Actor,
    name: str,
    framework_ids: Collection[int],
    starts_on: dt.date,
    ends_on: dt.date,
    now: dt.datetime,
    figures_on: dt.date | None = None,
) -> int:
    """Returns the round's id. The round pins the frameworks' versions; both dates belong to it. On
    the evening of `figures_on` figures without names are told once before its end.

    Raises Invalid: round_framework_needed, framework_unknown, round_name_taken, rounds_overlap,
    dates_not_in_order, day_far, figures_outside_round, round_keeps_figures, line_*.
    """
    name = clean_line(name)
    _clean_dates(starts_on, ends_on, figures_on)
    if figures_on is not None and starts_on < actor.today(now):
        raise Invalid("round_keeps_figures", "figures_on")
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        period = Round(library_id=library.id)
        frameworks = _write(tx, period, name, framework_ids, starts_on, ends_on)
        period.ended_unseen = ends_on < actor.today(now)
        period.figures_on = figures_on
        tx.add(period)
        tx.flush()
        _set_frameworks(tx, period, frameworks)
        tx.flush()
        told.open_groups(tx, library.id, actor.today(now))
        _note(tx, "round_added", actor, period, frameworks, now)
        return period.id


def edit(
    actor: Actor,
    round_id: int,
    name: str,
    framework_ids: Collection[int],
    starts_on: dt.date,
    ends_on: dt.date,
    now: dt.datetime,
    figures_on: dt.date | None = None,
) -> None:
    """Raises Invalid as `create` does, round_keeps_framework and round_keeps_figures once it has
    begun, round_ends_in_past for a last day before today while it runs, and round_keeps_dates once
    it is kept as it was at its end."""
    name = clean_line(name)
    _clean_dates(starts_on, ends_on, figures_on)
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        period = tx.scalar(
            held(select(Round).where(Round.id == round_id, Round.library_id == library.id))
        )
        if period is None:
            raise Missing
        kept = _frameworks(tx, period)
        before = _said(period)
        if (starts_on, ends_on) != (period.starts_on, period.ends_on) and round_snapshots.is_kept(
            tx, period.id
        ):
            raise Invalid("round_keeps_dates", "ends_on")
        if period.starts_on <= actor.today(now) <= period.ends_on and ends_on < actor.today(now):
            raise Invalid("round_ends_in_past", "ends_on")
        if set(framework_ids) != kept and period.starts_on <= actor.today(now):
            raise Invalid("round_keeps_framework", "framework_ids")
        if figures_on != period.figures_on and period.starts_on <= actor.today(now):
            raise Invalid("round_keeps_figures", "figures_on")
        period.figures_on = figures_on
        frameworks = _write(tx, period, name, framework_ids, starts_on, ends_on)
        if not round_snapshots.is_kept(tx, period.id):
            period.ended_unseen = ends_on < actor.today(now)
        _set_frameworks(tx, period, frameworks)
        _note(
            tx, "round_edited", actor, period, frameworks, now, before=before, after=_said(period)
        )


def keep_all_due(now: dt.datetime) -> int:
    """Keep those that are over as they were on their last day, library by library. Returns how
    many: run daily by a command."""
    kept = 0
    for library_id in session().scalars(select(Library.id).order_by(Library.id)).all():
        with transaction() as tx:
            kept += round_snapshots.keep_due(tx, library_id, now, facts_at_end)
    return kept


def _clean_dates(starts_on: dt.date, ends_on: dt.date, figures_on: dt.date | None) -> None:
    clean_period(starts_on, ends_on)
    if figures_on is not None and not starts_on <= figures_on < ends_on:
        raise Invalid("figures_outside_round", "figures_on")


def _write(
    tx: Session,
    period: Round,
    name: str,
    framework_ids: Collection[int],
    starts_on: dt.date,
    ends_on: dt.date,
) -> list[Framework]:
    """Returns the frameworks; who calls sets them once the round has an id."""
    if not framework_ids:
        raise Invalid("round_framework_needed", "framework_ids")
    can_be = or_(can_be_chosen(period.library_id), Framework.id.in_(_frameworks(tx, period)))
    found = tx.scalars(held(select(Framework).where(Framework.id.in_(framework_ids), can_be))).all()
    if len(found) != len(set(framework_ids)):
        raise Invalid("framework_unknown", "framework_ids")
    others = tx.execute(
        select(Round.name, Round.starts_on, Round.ends_on, RoundFramework.framework_id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(Round.library_id == period.library_id, Round.id != (period.id or 0))
    ).all()
    for other, other_starts, other_ends, framework_id in others:
        if other == name:
            raise Invalid("round_name_taken", "name")
        is_same = framework_id in framework_ids
        if is_same and overlap(starts_on, ends_on, other_starts, other_ends):
            raise Invalid("rounds_overlap", "starts_on", other=other)
    period.name, period.starts_on, period.ends_on = name, starts_on, ends_on
    return list(found)


def _frameworks(tx: Session, period: Round) -> set[int]:
    query = select(RoundFramework.framework_id).where(RoundFramework.round_id == period.id)
    return set(tx.scalars(query))


def _set_frameworks(tx: Session, period: Round, frameworks: Collection[Framework]) -> None:
    wanted, there = {each.id for each in frameworks}, _frameworks(tx, period)
    tx.execute(
        delete(RoundFramework).where(
            RoundFramework.round_id == period.id, RoundFramework.framework_id.in_(there - wanted)
        )
    )
    tx.add_all(
        RoundFramework(round_id=period.id, framework_id=each) for each in sorted(wanted - there)
    )


def _note(
    tx: Session,
    kind: str,
    actor: Actor,
    period: Round,
    frameworks: Collection[Framework],
    now: dt.datetime,
    **facts: str,
) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=period.library_id,
        actor_id=actor.person_id,
        subject_id=None,
        round_id=period.id,
        round=period.name,
        frameworks=", ".join(f"{each.slug} {each.version}" for each in frameworks),
        **facts,
    )


def _said(period: Round) -> str:
    """A round for the audit."""
    figures = f", figures {period.figures_on}" if period.figures_on else ""
    return f"{period.name}, {period.starts_on}/{period.ends_on}{figures}"
