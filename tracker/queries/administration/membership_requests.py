"""Memberships that wait for another administrator, and what came of the last ones."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import MembershipRequest, Person, Team
from tracker.policy.permissions import Actor
from tracker.rules.administration.requests import RequestOutcome
from tracker.rules.roles import Role

SHOWN = 20
"""Of those that are over."""
ASKER, DECIDER = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """`outcome` None and over: nobody decided in time. `is_new`: it puts no membership right."""

    id: int
    asked_by_id: int
    asked_by: str
    asked_at: dt.datetime
    ends_at: dt.datetime
    is_new: bool
    person: str
    team: str
    role: Role
    starts_on: dt.date
    ends_on: dt.date | None
    outcome: RequestOutcome | None
    decided_at: dt.datetime | None
    decided_by: str


def waiting(actor: Actor, now: dt.datetime) -> tuple[RequestRow, ...]:
    """Oldest first."""
    return _rows(actor, _waits(now))[::-1]


def over(actor: Actor, now: dt.datetime) -> tuple[RequestRow, ...]:
    """Newest first; at most SHOWN."""
    return _rows(actor, ~_waits(now))[:SHOWN]


def count_waiting(actor: Actor, now: dt.datetime) -> int:
    """One query."""
    here = MembershipRequest.library_id == actor.library_id
    return session().scalar(select(func.count()).where(here, _waits(now))) or 0


def _waits(now: dt.datetime) -> ColumnElement[bool]:
    return MembershipRequest.outcome.is_(None) & (MembershipRequest.ends_at > now)


def _rows(actor: Actor, which: ColumnElement[bool]) -> tuple[RequestRow, ...]:
    rows = session().execute(
        select(
            MembershipRequest.id,
            MembershipRequest.asked_by_id,
            ASKER.name.label("asked_by"),
            MembershipRequest.asked_at,
            MembershipRequest.ends_at,
            MembershipRequest.membership_id.is_(None).label("is_new"),
            Person.name.label("person"),
            Team.name.label("team"),
            MembershipRequest.role,
            MembershipRequest.starts_on,
            MembershipRequest.ends_on,
            MembershipRequest.outcome,
            MembershipRequest.decided_at,
            func.coalesce(DECIDER.name, "").label("decided_by"),
        )
        .join(ASKER, ASKER.id == MembershipRequest.asked_by_id)
        .join(Person, Person.id == MembershipRequest.person_id)
        .join(Team, Team.id == MembershipRequest.team_id)
        .outerjoin(DECIDER, DECIDER.id == MembershipRequest.decided_by_id)
        .where(MembershipRequest.library_id == actor.library_id, which)
        .order_by(MembershipRequest.id.desc())
    )
    return tuple(RequestRow(**row) for row in rows.mappings())
