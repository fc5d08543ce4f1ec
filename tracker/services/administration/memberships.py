"""What somebody is in a team, and from when to when."""

import datetime as dt
from dataclasses import astuple, dataclass
from hashlib import sha256

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Framework, Membership, Person, RoleProfile, Team
from tracker.policy.permissions import Actor
from tracker.queries.administration.people import MembershipDetails
from tracker.records import administration, audit
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role
from tracker.rules.texts import clean_line

HOURS_MAX = 80


@dataclass(frozen=True, slots=True)
class MembershipTerms:
    """What a membership says. `role_profile_id` is for learners, and needed there; other roles drop
    it."""

    team_id: int
    role: Role
    starts_on: dt.date
    ends_on: dt.date | None = None
    role_profile_id: int | None = None
    job: str = ""
    weekly_hours: int | None = None

    @property
    def digest(self) -> str:
        """Tells whether a membership still says this: 16 hexadecimal digits."""
        return sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def add(actor: Actor, person_id: int, terms: MembershipTerms, now: dt.datetime) -> int:
    """Returns the membership's id.

    Raises Invalid: team_unknown, team_closed, role_profile_needed, role_profile_unknown,
    role_profile_retired, membership_overlaps, dates_not_in_order, day_far, hours_out_of_range,
    line_*.
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        person = tx.scalar(
            select(Person).where(Person.id == person_id, Person.library_id == library.id)
        )
        if person is None:
            raise Missing
        membership = Membership(person_id=person.id)
        _write(tx, library.id, membership, terms)
        tx.add(membership)
        tx.flush()
        _note(tx, "membership_added", actor, membership, now)
        return membership.id


def correct(
    actor: Actor, membership_id: int, terms: MembershipTerms, now: dt.datetime, *, still: str = ""
) -> None:
    """Put a membership right that was written down wrong. Raises Invalid as `add` does.

    `still` is the digest of the terms that it must still have, "" for any. Raises
    Conflict("membership_changed").
    """
    with transaction() as tx:
        membership = _membership(tx, actor, membership_id)
        if still and still != terms_of(membership).digest:
            raise Conflict("membership_changed")
        _write(tx, actor.library_id, membership, terms)
        _note(tx, "membership_corrected", actor, membership, now)


def end(actor: Actor, membership_id: int, ends_on: dt.date, now: dt.datetime) -> None:
    """`ends_on` is the last day. Raises Invalid: dates_not_in_order, day_far,
    membership_overlaps."""
    with transaction() as tx:
        membership = _membership(tx, actor, membership_id)
        clean_period(membership.starts_on, ends_on)
        membership.ends_on = ends_on
        _refuse_overlap(tx, membership)
        _note(tx, "membership_ended", actor, membership, now)


def _membership(tx: Session, actor: Actor, membership_id: int) -> Membership:
    library = administration.of_library(tx, actor)
    membership = tx.scalar(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id == membership_id, Person.library_id == library.id)
        .with_for_update(of=Membership)
    )
    if membership is None:
        raise Missing
    return membership


def terms_of(membership: Membership | MembershipDetails) -> MembershipTerms:
    return MembershipTerms(*(getattr(membership, name) for name in MembershipTerms.__slots__))


def _write(tx: Session, library_id: int, membership: Membership, terms: MembershipTerms) -> None:
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
    _refuse_overlap(tx, membership)


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
    """A retired one may stay where it was, and is not given out again."""
    if terms.role_profile_id is None:
        raise Invalid("role_profile_needed", "role_profile_id")
    profile = tx.scalar(
        select(RoleProfile).where(
            RoleProfile.id == terms.role_profile_id, RoleProfile.library_id == library_id
        )
    )
    if profile is None:
        raise Invalid("role_profile_unknown", "role_profile_id")
    if profile.retired_at is not None and membership.role_profile_id != profile.id:
        raise Invalid("role_profile_retired", "role_profile_id")


def _refuse_overlap(tx: Session, membership: Membership) -> None:
    """Nobody is the same thing in the same team twice on one day; but they may learn in several
    frameworks."""
    with tx.no_autoflush:
        other = tx.scalar(
            select(Membership.id)
            .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .outerjoin(Framework, Framework.id == RoleProfile.framework_id)
            .where(
                Membership.person_id == membership.person_id,
                Membership.team_id == membership.team_id,
                Membership.role == membership.role,
                Membership.id != (membership.id or 0),
                func.coalesce(Framework.slug, "") == _framework(tx, membership),
                or_(Membership.ends_on.is_(None), Membership.ends_on >= membership.starts_on),
                *(
                    []
                    if membership.ends_on is None
                    else [Membership.starts_on <= membership.ends_on]
                ),
            )
            .limit(1)
        )
    if other is not None:
        raise Invalid("membership_overlaps", "starts_on")


def _framework(tx: Session, membership: Membership) -> str:
    """The slug, without its version; "" for who is no learner."""
    slug = tx.scalar(
        select(Framework.slug)
        .join(RoleProfile, RoleProfile.framework_id == Framework.id)
        .where(RoleProfile.id == membership.role_profile_id)
    )
    return slug or ""


def _note(tx: Session, kind: str, actor: Actor, membership: Membership, now: dt.datetime) -> None:
    team = tx.get_one(Team, membership.team_id)
    audit.note(
        tx,
        kind,
        now,
        library_id=actor.library_id,
        actor_id=actor.person_id,
        subject_id=membership.person_id,
        team_id=membership.team_id,
        team=team.name,
        role=membership.role,
    )
