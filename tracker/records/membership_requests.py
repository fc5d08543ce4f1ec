"""The only writer of requests for a membership, and of what came of them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import MembershipRequest, Team
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.administration.requests import LASTS, RequestOutcome
from tracker.rules.errors import Conflict


def write(
    tx: Session,
    actor: Actor,
    person_id: int,
    membership_id: int | None,
    terms: MembershipTerms,
    now: dt.datetime,
) -> MembershipRequest:
    """Raises Conflict("request_waits") where the same was asked already."""
    same = select(MembershipRequest.id).where(
        MembershipRequest.asked_by_id == actor.person_id,
        MembershipRequest.person_id == person_id,
        MembershipRequest.team_id == terms.team_id,
        MembershipRequest.role == terms.role,
        MembershipRequest.outcome.is_(None),
        MembershipRequest.ends_at > now,
    )
    if tx.scalar(same.limit(1)) is not None:
        raise Conflict("request_waits")
    asked = MembershipRequest(
        library_id=actor.library_id,
        asked_by_id=actor.person_id,
        asked_at=now,
        ends_at=now + LASTS,
        membership_id=membership_id,
        person_id=person_id,
        **{name: getattr(terms, name) for name in MembershipTerms.__slots__},
    )
    tx.add(asked)
    tx.flush()
    _note(tx, "request_made", actor, asked, now)
    return asked


def decide(
    tx: Session, actor: Actor, asked: MembershipRequest, outcome: RequestOutcome, now: dt.datetime
) -> None:
    """Raises Conflict("request_over") where it was decided, or its time is over."""
    if asked.outcome is not None or asked.ends_at <= now:
        raise Conflict("request_over")
    asked.outcome, asked.decided_at, asked.decided_by_id = outcome, now, actor.person_id
    tx.flush()
    kind = {
        RequestOutcome.CONFIRMED: "request_confirmed",
        RequestOutcome.REFUSED: "request_refused",
        RequestOutcome.WITHDRAWN: "request_withdrawn",
    }
    _note(tx, kind[outcome], actor, asked, now)


def _note(tx: Session, kind: str, actor: Actor, asked: MembershipRequest, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=asked.library_id,
        actor_id=actor.person_id,
        subject_id=asked.person_id,
        team_id=asked.team_id,
        team=tx.get_one(Team, asked.team_id).name,
        role=asked.role,
    )
