"""A membership by which an administrator would read ratings is confirmed by another one."""

import datetime as dt

from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Membership, MembershipRequest, Person
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, membership_requests, memberships, readers
from tracker.records.notifications import notices
from tracker.records.reviews import round_snapshots
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.administration.requests import RequestOutcome
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import NoticeKind, happening

TOLD = {
    RequestOutcome.CONFIRMED: NoticeKind.REQUEST_CONFIRMED,
    RequestOutcome.REFUSED: NoticeKind.REQUEST_REFUSED,
}


def ask(
    actor: Actor,
    person_id: int,
    terms: MembershipTerms,
    now: dt.datetime,
    membership_id: int | None = None,
) -> int:
    """Ask for a new membership, or for one to be put right; the other administrators are told.
    Returns the request's id.

    Raises Invalid as memberships.add does; Conflict: request_waits, nobody_to_ask.
    """
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        with tx.begin_nested() as trial:
            _apply(tx, actor, person, membership_id, terms)
            trial.rollback()
        asked = membership_requests.write(tx, actor, person_id, membership_id, terms, now)
        others = readers.others(tx, actor, now)
        if not others:
            raise Conflict("nobody_to_ask")
        for other_id in others:
            _tell(tx, other_id, NoticeKind.REQUEST_MADE, asked, actor, now)
        return asked.id


def confirm(actor: Actor, request_id: int, now: dt.datetime) -> None:
    """The membership stands from now on, and whose ratings are read by it is told so.

    Raises Invalid as memberships.add does, for what has changed meanwhile; Conflict: request_over,
    request_is_own, request_not_free, needs_another.
    """
    with transaction() as tx:
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        asked = administration.locked(tx, actor, MembershipRequest, request_id)
        if asked.asked_by_id == actor.person_id:
            raise Conflict("request_is_own")
        if not readers.is_free_of(tx, actor, asked.asked_by_id, now):
            raise Conflict("request_not_free")
        membership_requests.decide(tx, actor, asked, RequestOutcome.CONFIRMED, now)
        person = administration.person_of(tx, actor, asked.person_id)
        terms = MembershipTerms(*(getattr(asked, name) for name in MembershipTerms.__slots__))
        with readers.watched(tx, actor, now, person.id):
            membership = _apply(tx, actor, person, asked.membership_id, terms)
        kind = "membership_added" if asked.membership_id is None else "membership_corrected"
        memberships.note(tx, kind, actor, membership, now)
        _tell(tx, asked.asked_by_id, TOLD[RequestOutcome.CONFIRMED], asked, actor, now)


def refuse(actor: Actor, request_id: int, now: dt.datetime) -> None:
    """By another administrator; by who asked, it is withdrawn. Raises Conflict("request_over")."""
    with transaction() as tx:
        asked = administration.locked(tx, actor, MembershipRequest, request_id)
        is_own = asked.asked_by_id == actor.person_id
        outcome = RequestOutcome.WITHDRAWN if is_own else RequestOutcome.REFUSED
        membership_requests.decide(tx, actor, asked, outcome, now)
        if not is_own:
            _tell(tx, asked.asked_by_id, TOLD[outcome], asked, actor, now)


def _apply(
    tx: Session, actor: Actor, person: Person, membership_id: int | None, terms: MembershipTerms
) -> Membership:
    membership = (
        Membership(person_id=person.id)
        if membership_id is None
        else memberships.locked(tx, actor, membership_id)
    )
    memberships.write(tx, person.library_id, membership, terms)
    tx.add(membership)
    tx.flush()
    return membership


def _tell(
    tx: Session,
    person_id: int,
    kind: NoticeKind,
    asked: MembershipRequest,
    actor: Actor,
    now: dt.datetime,
) -> None:
    key = happening("request", asked.id, now)
    notices.note(tx, person_id, kind, key, now, about_id=actor.person_id)
