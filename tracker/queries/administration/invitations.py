"""Whose one-time link a token is, and who of a library has no password yet."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from tracker.db import session
from tracker.models import Invitation, Library, LinkMail, OutboxMail, Person
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, people_of
from tracker.queries.access.given_links import is_held
from tracker.rules.accounts.links import LinkKind, LinkPurpose, next_opening
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.names import folded
from tracker.rules.notifications.notices import MailStatus

UNDER_WAY = (MailStatus.WAITING, MailStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Invited:
    id: int
    name: str
    email: str
    library: str
    is_new: bool
    opens_at: dt.datetime | None
    """`is_new`: they had no password before; `opens_at`: when it works by itself, None where it
    works now."""


def invited(token: str, now: dt.datetime) -> Invited | None:
    """None when the link is used, replaced, too old, or of somebody disabled."""
    query = (
        select(
            Person.id,
            Person.name,
            Person.email,
            Library.name,
            Person.password_hash.is_(None),
            case((is_held(now), Invitation.opens_at)),
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Library, Library.id == Person.library_id)
        .where(
            Invitation.token_hash == token_hash(token),
            link_works(now),
            Person.disabled_at.is_(None),
        )
    )
    row = session().execute(query).one_or_none()
    return None if row is None else Invited(*row)


class InvitationState(StrEnum):
    """In the order in which they are listed. *Out*: a link works; *not taken*: the mail server
    refused it."""

    NONE = "none"
    NOT_TAKEN = "not_taken"
    EXPIRED = "expired"
    ON_ITS_WAY = "on_its_way"
    OUT = "out"


NEEDED = (InvitationState.NONE, InvitationState.NOT_TAKEN, InvitationState.EXPIRED)
"""Somebody can't come in: nothing that works is out or on its way."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who has no password. `at`: when the link ends or ended, or the mail goes."""

    id: int
    name: str
    email: str
    state: InvitationState
    at: dt.datetime | None

    @property
    def is_needed(self) -> bool:
        return self.state in NEEDED


def invitees(actor: Actor, now: dt.datetime, person_id: int | None = None) -> list[Invitee]:
    """Everybody of the actor's library without a password who is not disabled, or that one of them:
    first who needs an invitation, then by name. Two queries."""
    which = [*_here(actor), *([] if person_id is None else [Person.id == person_id])]
    mails = {
        row.person_id: row
        for row in session().execute(
            select(OutboxMail.person_id, OutboxMail.status, OutboxMail.next_try_at)
            .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
            .join(Person, Person.id == OutboxMail.person_id)
            .where(LinkMail.kind == LinkKind.INVITATION, *which)
            .order_by(OutboxMail.id)
        )
    }
    ends = case((Invitation.closed_at.is_(None), Invitation.ends_at))
    rows = session().execute(
        select(Person.id, Person.name, Person.email, func.max(ends))
        .outerjoin(
            Invitation,
            and_(Invitation.person_id == Person.id, Invitation.purpose == LinkPurpose.INVITATION),
        )
        .where(*which)
        .group_by(Person.id, Person.name, Person.email)
    )
    found = []
    for invitee_id, name, email, ends_at in rows:
        mail = mails.get(invitee_id)
        if mail is not None and mail.status in UNDER_WAY:
            state, at = InvitationState.ON_ITS_WAY, mail.next_try_at
        elif ends_at is not None and ends_at > now:
            state, at = InvitationState.OUT, ends_at
        elif mail is not None and mail.status == MailStatus.FAILED:
            state, at = InvitationState.NOT_TAKEN, None
        elif ends_at is None:
            state, at = InvitationState.NONE, None
        else:
            state, at = InvitationState.EXPIRED, ends_at
        found.append(Invitee(invitee_id, name, email, state, at))
    order = list(InvitationState)
    return sorted(found, key=lambda each: (order.index(each.state), folded(each.name), each.id))


def count_needed(actor: Actor, now: dt.datetime) -> int:
    """How many people need an invitation. One query."""
    living = exists().where(
        Invitation.person_id == Person.id,
        Invitation.purpose == LinkPurpose.INVITATION,
        link_works(now),
    )
    on_its_way = exists().where(
        OutboxMail.person_id == Person.id,
        OutboxMail.status.in_(UNDER_WAY),
        LinkMail.mail_id == OutboxMail.id,
        LinkMail.kind == LinkKind.INVITATION,
    )
    query = select(func.count(Person.id)).where(*_here(actor), ~living, ~on_its_way)
    return session().scalar(query) or 0


@dataclass(frozen=True, slots=True)
class InvitationHours:
    """When a library mails invitations: from that hour until that hour, the next time at `at`; and
    how many days they work."""

    first: int
    until: int
    days: int
    at: dt.datetime


def hours(actor: Actor, now: dt.datetime) -> InvitationHours:
    """One query."""
    query = select(
        Library.time_zone, Library.invites_from, Library.invites_until, Library.invitation_days
    ).where(Library.id == actor.library_id)
    time_zone, first, until, days = session().execute(query).one()
    return InvitationHours(first, until, days, next_opening(time_zone, first, until, now))


@dataclass(frozen=True, slots=True)
class SignInSettings:
    invitation_days: int
    invites_from: int
    invites_until: int
    idle_minutes: int | None


def sign_in_settings(actor: Actor) -> SignInSettings:
    query = select(
        Library.invitation_days, Library.invites_from, Library.invites_until, Library.idle_minutes
    ).where(Library.id == actor.library_id)
    return SignInSettings(*session().execute(query).one())


def _here(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        people_of(actor.library_id),
        Person.password_hash.is_(None),
        Person.disabled_at.is_(None),
    )
