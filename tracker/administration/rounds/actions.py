"""The dated periods in which a library takes stock. Two of one framework never share a day."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Framework, Library, Round, RoundFramework
from tracker.models.record.versions import can_be_chosen
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.calendar import clean_period, overlap
from tracker.rules.errors import Invalid, Missing
from tracker.rules.texts import clean_line
from tracker.teams.figures import records as figures_records
from tracker.teams.rounds import records as teams_rounds_records


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
    today = actor.today(now)
    if figures_on is not None and starts_on < today:
        raise Invalid("round_keeps_figures", "figures_on")
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        period = Round(library_id=library.id, figures_on=figures_on, ended_unseen=ends_on < today)
        frameworks = _write(tx, period, name, framework_ids, starts_on, ends_on)
        figures_records.open_groups(tx, library.id, today)
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
        library = administration_records.of_library(tx, actor)
        teams_rounds_records.keep_due(tx, library.id, now)
        period = tx.scalar(
            held(select(Round).where(Round.id == round_id, Round.library_id == library.id))
        )
        if period is None:
            raise Missing
        today, before = actor.today(now), _in_words(period)
        has_begun, is_kept = period.starts_on <= today, teams_rounds_records.is_kept(tx, period.id)
        if is_kept and (starts_on, ends_on) != (period.starts_on, period.ends_on):
            raise Invalid("round_keeps_dates", "ends_on")
        if has_begun and ends_on < today <= period.ends_on:
            raise Invalid("round_ends_in_past", "ends_on")
        if has_begun and set(framework_ids) != _frameworks(tx, period):
            raise Invalid("round_keeps_framework", "framework_ids")
        if has_begun and figures_on != period.figures_on:
            raise Invalid("round_keeps_figures", "figures_on")
        period.figures_on = figures_on
        if not is_kept:
            period.ended_unseen = ends_on < today
        frameworks = _write(tx, period, name, framework_ids, starts_on, ends_on)
        facts = {"before": before, "after": _in_words(period)}
        _note(tx, "round_edited", actor, period, frameworks, now, **facts)


def keep_all_due(now: dt.datetime) -> int:
    """Keep those that are over as they were on their last day, library by library. Returns how
    many: run daily by a command."""
    kept = 0
    for library_id in session().scalars(select(Library.id).order_by(Library.id)).all():
        with transaction() as tx:
            kept += teams_rounds_records.keep_due(tx, library_id, now)
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
    """Returns its frameworks."""
    if not framework_ids:
        raise Invalid("round_framework_needed", "framework_ids")
    before = _frameworks(tx, period)
    can_be = or_(can_be_chosen(period.library_id), Framework.id.in_(before))
    versions = tx.scalars(
        held(select(Framework).where(Framework.id.in_(framework_ids), can_be))
    ).all()
    if len(versions) != len(set(framework_ids)):
        raise Invalid("framework_unknown", "framework_ids")
    others = tx.execute(
        select(Round, RoundFramework.framework_id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(Round.library_id == period.library_id, Round.id != (period.id or 0))
    ).all()
    for other, framework_id in others:
        if other.name == name:
            raise Invalid("round_name_taken", "name")
        shares_days = overlap(starts_on, ends_on, other.starts_on, other.ends_on)
        if framework_id in framework_ids and shares_days:
            raise Invalid("rounds_overlap", "starts_on", other=other.name)
    period.name, period.starts_on, period.ends_on = name, starts_on, ends_on
    tx.add(period)
    tx.flush()
    wanted, of_round = {version.id for version in versions}, RoundFramework.round_id == period.id
    gone = RoundFramework.framework_id.in_(before - wanted)
    tx.execute(delete(RoundFramework).where(of_round, gone))
    tx.add_all(
        RoundFramework(round_id=period.id, framework_id=key) for key in sorted(wanted - before)
    )
    tx.flush()
    return list(versions)


def _frameworks(tx: Session, period: Round) -> set[int]:
    query = select(RoundFramework.framework_id).where(RoundFramework.round_id == period.id)
    return set(tx.scalars(query))


def _note(
    tx: Session,
    kind: str,
    actor: Actor,
    period: Round,
    frameworks: Collection[Framework],
    now: dt.datetime,
    **facts: str,
) -> None:
    facts["frameworks"] = ", ".join(f"{version.slug} {version.version}" for version in frameworks)
    key, name = period.id, period.name
    audit_records.note_by(tx, kind, actor, now, round_id=key, round=name, **facts)


def _in_words(period: Round) -> str:
    """For the audit."""
    figures = f", figures {period.figures_on}" if period.figures_on else ""
    return f"{period.name}, {period.starts_on}/{period.ends_on}{figures}"
