"""Links for a new password that others may have got at: whose they are, who may say that their
owner is there, and who made them."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import AddressChange, AuditEvent, Invitation, Membership, Person
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import Question
from tracker.rules.accounts.links import LISTED_FOR, LinkPurpose
from tracker.rules.administration.openings import INDEPENDENT_AFTER
from tracker.rules.roles import Role

GOT_AT = ("person_added", "administrator_made", "link_made", "person_edited", "person_enabled")
"""By these an administrator may be somebody else's account too."""
PUT_THERE = ("membership_added", "membership_corrected")
MAKER = aliased(Person)


@dataclass(frozen=True, slots=True)
class HeldLink:
    """One that doesn't work yet. `by`: who made it, "" where it was asked for on the sign-in
    page."""

    id: int
    name: str
    by: str
    made_at: dt.datetime
    opens_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnLink:
    """`by`: the administrator who made it, "" for none; `is_asked`: on the sign-in page."""

    id: int
    by: str
    is_asked: bool
    made_at: dt.datetime
    opens_at: dt.datetime | None
    confirmed_at: dt.datetime | None
    confirmed_by: str
    used_at: dt.datetime | None
    closed_at: dt.datetime | None
    ends_at: dt.datetime
    disowned_at: dt.datetime | None

    def works(self, now: dt.datetime) -> bool:
        return self.closed_at is None and self.ends_at > now


def may_be_anothers() -> ColumnElement[bool]:
    """Over `Invitation`: its owner reads who made it."""
    return or_(Invitation.purpose == LinkPurpose.GIVEN, Invitation.opens_at.is_not(None))


def is_held(now: dt.datetime | BindParameter[dt.datetime]) -> ColumnElement[bool]:
    """Over `Invitation`: it works only with a yes or a recovery code."""
    return and_(link_works(now), Invitation.opens_at > now, Invitation.confirmed_at.is_(None))


def of_own(actor: Actor, now: dt.datetime) -> list[OwnLink]:
    """The actor's of the last 30 days, newest first. One query."""
    confirmer = aliased(Person)
    rows = session().execute(
        select(Invitation, MAKER.name, confirmer.name)
        .outerjoin(MAKER, MAKER.id == Invitation.by_id)
        .outerjoin(confirmer, confirmer.id == Invitation.confirmed_by_id)
        .where(
            Invitation.person_id == actor.person_id,
            Invitation.made_at > now - LISTED_FOR,
            may_be_anothers(),
        )
        .order_by(Invitation.id.desc())
    )
    return [
        OwnLink(
            link.id,
            by or "",
            link.purpose is LinkPurpose.RESET,
            link.made_at,
            link.opens_at,
            link.confirmed_at,
            confirmed_by or "",
            link.used_at,
            link.closed_at,
            link.ends_at,
            link.disowned_at,
        )
        for link, by, confirmed_by in rows
    ]


def any_held(actor: Actor, now: dt.datetime) -> Question[bool]:
    """Whether there is one of somebody whom the actor supervises today."""
    return Question(_any_held_on(actor.today(now)), _of_supervised(actor, now), bool)


def _of_supervised(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    return {
        "me": actor.person_id,
        "teams": [place.team_id for place in actor.supervises],
        "now": now,
    }


def to_confirm(actor: Actor, now: dt.datetime) -> list[HeldLink]:
    """Those of learners whom the actor supervises today, and about which they may be asked. One
    query, and two for each of them."""
    rows = session().execute(_held_on(actor.today(now)), _of_supervised(actor, now)).all()
    return [
        HeldLink(link.id, name, by or "", link.made_at, opens_at)
        for link, opens_at, name, by in rows
        if opens_at is not None and is_independent(actor, link, now)
    ]


@lru_cache(maxsize=8)
def _held_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    learns = select(Membership.person_id).where(
        Membership.team_id.in_(bindparam("teams", expanding=True)),
        Membership.role == Role.LEARNER,
        current_on(Membership, today),
    )
    return (
        select(Invitation, Invitation.opens_at, Person.name, MAKER.name)
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(MAKER, MAKER.id == Invitation.by_id)
        .where(
            is_held(bindparam("now", type_=UTCDateTime)),
            Invitation.person_id.in_(learns),
            Invitation.person_id != bindparam("me"),
            Person.disabled_at.is_(None),
        )
        .order_by(Invitation.id)
    )


@lru_cache(maxsize=8)
def _any_held_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    return _held_on(today).with_only_columns(Invitation.id.label("link_id")).order_by(None)


def is_independent(actor: Actor, link: Invitation, now: dt.datetime) -> bool:
    """Whether the actor may say that its owner is there: they neither made it, nor set the address
    that it goes to, nor is theirs an account that one of these lately made or got at, or that
    belongs with them in that way through others, or that one of these lately put in a team. Two
    queries."""
    setters = session().scalars(
        select(AddressChange.by_id).where(
            AddressChange.person_id == link.person_id, AddressChange.by_id.is_not(None)
        )
    )
    one_hand, before = {link.by_id, *setters}, set[int | None]()
    ties = (
        session()
        .execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.kind).where(
                AuditEvent.library_id == actor.library_id,
                AuditEvent.kind.in_((*GOT_AT, *PUT_THERE)),
                AuditEvent.happened_at > now - INDEPENDENT_AFTER,
                AuditEvent.actor_id.is_not(None),
                AuditEvent.subject_id.is_not(None),
                AuditEvent.subject_id != link.person_id,
            )
        )
        .all()
    )
    while one_hand != before:
        before = set(one_hand)
        for by, about, kind in ties:
            if kind in GOT_AT and (by in before or about in before):
                one_hand |= {by, about}
    put = {about for by, about, _kind in ties if by in one_hand}
    return actor.person_id not in one_hand | put
