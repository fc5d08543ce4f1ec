"""The only writer of memberships."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import Membership, Person, PersonVersion, RoleProfile, Team
from tracker.models.columns import table_of
from tracker.models.record.versions import is_given_out
from tracker.policy.permissions import Actor, people_of
from tracker.records import administration, audit
from tracker.records.accounts import sign_ins
from tracker.records.frameworks import moves
from tracker.row_locks import held
from tracker.rules.administration.memberships import HOURS_MAX, MembershipTerms
from tracker.rules.calendar import clean_period
from tracker.rules.errors import Invalid, Missing
from tracker.rules.roles import Role
from tracker.rules.texts import clean_line

TABLE = table_of(Membership)


def locked(tx: Session, actor: Actor, membership_id: int) -> Membership:
    """One of the actor's library, with its person. Raises Missing."""
    library = administration.of_library(tx, actor)
    whose = select(Membership.person_id).where(Membership.id == membership_id)
    tx.execute(
        held(select(Person.id).where(Person.id.in_(whose), people_of(library.id)), of=Person)
    )
    membership = tx.scalar(
        held(
            select(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.id == membership_id, people_of(library.id)),
            of=Membership,
        )
    )
    if membership is None:
        raise Missing
    return membership


def write(tx: Session, library_id: int, membership: Membership, terms: MembershipTerms) -> None:
    """Raises Invalid for terms that cannot stand (services/administration/memberships.add)."""
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
    frameworks."""
    with tx.no_autoflush:
        other = tx.scalar(
            select(Membership.id)
            .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .where(
                Membership.person_id == membership.person_id,
                Membership.team_id == membership.team_id,
                Membership.role == membership.role,
                Membership.id != (membership.id or 0),
                func.coalesce(RoleProfile.slug, "") == _framework(tx, membership),
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
    """ "" for who is no learner."""
    slug = tx.scalar(select(RoleProfile.slug).where(RoleProfile.id == membership.role_profile_id))
    return slug or ""


def add_many(tx: Session, person_terms: Sequence[tuple[int, MembershipTerms]]) -> None:
    """Memberships that were checked before, of many people, each another one."""
    rows = [{"person_id": person_id} | _values(terms) for person_id, terms in person_terms]
    if rows:
        tx.execute(insert(TABLE), rows)


def change_many(tx: Session, terms: Mapping[int, MembershipTerms]) -> None:
    """What memberships become, checked before, by their ids."""
    if terms:
        tx.execute(
            update(Membership), [{"id": each, **_values(new)} for each, new in terms.items()]
        )


def delete_many(tx: Session, ids: Collection[int]) -> None:
    """Of an account that a mistake made and nobody signed in with."""
    gone = delete(Membership).where(Membership.id.in_(ids))
    tx.execute(gone, execution_options={"synchronize_session": False})


def _values(terms: MembershipTerms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in MembershipTerms.__slots__}


def note(tx: Session, kind: str, actor: Actor, membership: Membership, now: dt.datetime) -> None:
    """Record that it changed. What its person may do is another thing from here on, and who learns
    in a framework for the first time is on a version of it."""
    moves.begin(tx, [membership.person_id], now)
    sign_ins.renew_all(tx, membership.person_id)
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
