"""The only writer of memberships."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.sign_in import records as sign_in_records
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import Membership, PersonVersion, RoleProfile, Team
from tracker.models.record.versions import is_given_out
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records, seals as seals_records
from tracker.rules.calendar import clean_period
from tracker.rules.core.memberships import HOURS_MAX, MembershipTerms
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role
from tracker.rules.texts import clean_line


def begin(
    tx: Session, actor: Actor, person_id: int, terms: MembershipTerms, now: dt.datetime
) -> Membership:
    """Raises Invalid as `write` does."""
    membership = Membership(person_id=person_id)
    write(tx, actor.library_id, membership, terms)
    tx.add(membership)
    tx.flush()
    note(tx, "membership_added", actor, membership, now)
    return membership


def end(
    tx: Session, actor: Actor, membership: Membership, ends_on: dt.date, now: dt.datetime
) -> None:
    """`ends_on` is the last day. Raises Invalid: dates_not_in_order, day_far,
    membership_overlaps."""
    clean_period(membership.starts_on, ends_on)
    membership.ends_on = ends_on
    refuse_overlap(tx, membership)
    note(tx, "membership_ended", actor, membership, now)


def write(tx: Session, library_id: int, membership: Membership, terms: MembershipTerms) -> None:
    """Raises Invalid for terms that cannot stand (`add` in actions)."""
    clean_period(terms.starts_on, terms.ends_on)
    if terms.weekly_hours is not None and not 1 <= terms.weekly_hours <= HOURS_MAX:
        raise Invalid("hours_out_of_range", "weekly_hours", longest=HOURS_MAX)
    _check_team(tx, library_id, membership, terms)
    if terms.role is Role.LEARNER:
        _check_role_profile(tx, library_id, membership, terms)
    membership.team_id = terms.team_id
    membership.role = terms.role
    membership.role_profile_id = terms.role_profile_id if terms.role is Role.LEARNER else None
    membership.job = clean_line(terms.job, "job") if terms.job.strip() else ""
    membership.weekly_hours = terms.weekly_hours
    membership.starts_on, membership.ends_on = terms.starts_on, terms.ends_on
    refuse_overlap(tx, membership)


def _check_team(
    tx: Session, library_id: int, membership: Membership, terms: MembershipTerms
) -> None:
    team = tx.scalar(select(Team).where(Team.id == terms.team_id, Team.library_id == library_id))
    if team is None:
        raise Invalid("team_unknown", "team_id")
    if team.closed_on is not None and (terms.ends_on is None or terms.ends_on > team.closed_on):
        raise Invalid("team_closed", "team_id", team=team.name)


def _check_role_profile(
    tx: Session, library_id: int, membership: Membership, terms: MembershipTerms
) -> None:
    """A retired one may stay where it was, and is not given out again; nor is one of a hidden
    framework to somebody new in it."""
    if terms.role_profile_id is None:
        raise Invalid("role_profile_needed", "role_profile_id")
    is_in_it = exists().where(
        PersonVersion.person_id == membership.person_id,
        PersonVersion.slug == RoleProfile.slug,
        RoleProfile.retired_at.is_(None),
    )
    can_be_given = tx.scalar(
        select(or_(is_given_out(), is_in_it)).where(
            RoleProfile.id == terms.role_profile_id, RoleProfile.library_id == library_id
        )
    )
    if can_be_given is None:
        raise Invalid("role_profile_unknown", "role_profile_id")
    if not can_be_given and membership.role_profile_id != terms.role_profile_id:
        raise Invalid("role_profile_retired", "role_profile_id")


def refuse_overlap(tx: Session, membership: Membership) -> None:
    """Nobody is the same thing in the same team twice on one day; but they may learn in several
    frameworks. Raises Invalid("membership_overlaps")."""
    own = select(RoleProfile.slug).where(RoleProfile.id == membership.role_profile_id)
    slug = own.correlate(None).scalar_subquery()
    last_day = membership.ends_on or dt.date.max
    overlapping = (
        select(Membership.id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(
            Membership.person_id == membership.person_id,
            Membership.team_id == membership.team_id,
            Membership.role == membership.role,
            Membership.id != (membership.id or 0),
            func.coalesce(RoleProfile.slug, "") == func.coalesce(slug, ""),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= membership.starts_on),
            Membership.starts_on <= last_day,
        )
    )
    with tx.no_autoflush:
        if tx.scalar(overlapping.limit(1)) is not None:
            raise Invalid("membership_overlaps", "starts_on")


def add_many(tx: Session, person_terms: Sequence[tuple[int, MembershipTerms]]) -> None:
    """Memberships that were checked before, of many people, each another one."""
    rows = [{"person_id": person_id} | _values(terms) for person_id, terms in person_terms]
    seals_records.add_many(tx, Membership, rows)


def change_many(tx: Session, terms: Mapping[int, MembershipTerms]) -> None:
    """What memberships become, checked before, by their ids."""
    if terms:
        rows = [{"id": membership_id, **_values(new)} for membership_id, new in terms.items()]
        tx.execute(update(Membership), rows)
        changed = select(Membership).where(Membership.id.in_(terms))
        for membership in tx.scalars(changed.execution_options(populate_existing=True)):
            seals_records.note(tx, membership)


def _values(terms: MembershipTerms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in MembershipTerms.__slots__}


def note(tx: Session, kind: str, actor: Actor, membership: Membership, now: dt.datetime) -> None:
    """Record that it changed. What its person may do is another thing from here on, and who learns
    in a framework for the first time is on a version of it."""
    frameworks_versions_records_moves.begin(tx, [membership.person_id], now)
    sign_in_records.renew_all(tx, membership.person_id)
    team = tx.get_one(Team, membership.team_id)
    place: dict[str, audit_records.Fact] = {"team_id": team.id, "team": team.name}
    audit_records.note_by(tx, kind, actor, now, membership.person_id, **place, role=membership.role)
