"""Whose one-time link a token is, and who in a library has no password yet. Of links that somebody
else may have got: who made them, and who may confirm that their owner is there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import (
    AddressChange,
    AuditEvent,
    Invitation,
    Library,
    LinkMail,
    Membership,
    OutboxMail,
    Person,
    Team,
)
from tracker.models.joins import link_works
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.queries.asking import Question
from tracker.rules.core.links import LISTED_FOR, NOT_ASKED_FOR, LinkKind
from tracker.rules.core.notices import MailStatus
from tracker.rules.core.openings import INDEPENDENT_AFTER
from tracker.rules.core.tokens import token_hash
from tracker.rules.names import folded
from tracker.rules.roles import Role

UNDER_WAY = (MailStatus.WAITING, MailStatus.SENDING)
GOT_AT = ("person_added", "administrator_made", "link_made", "person_edited", "person_enabled")
"""By these an administrator may be somebody else's account too."""
PUT_THERE = ("membership_added", "membership_corrected")
Invited = Row[int, str, str, str, bool, dt.datetime | None]
MAKER, CONFIRMER = aliased(Person), aliased(Person)


def own_library(actor: Actor) -> Library:
    """With its settings of sign-ins and invitations. One query."""
    return session().get_one(Library, actor.library_id)


def invited(token: str, now: dt.datetime) -> Invited | None:
    """None when the link is used, replaced, too old, or of somebody disabled. `is_new`: they had no
    password before; `opens_at`: when it works by itself, None where it works now."""
    query = (
        select(
            Person.id,
            Person.name,
            Person.email,
            Library.name.label("library"),
            Person.password_hash.is_(None).label("is_new"),
            case((is_held(now), Invitation.opens_at)).label("opens_at"),
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Library, Library.id == Person.library_id)
        .where(
            Invitation.token_hash == token_hash(token),
            link_works(now),
            Person.disabled_at.is_(None),
        )
    )
    return session().execute(query).one_or_none()


def places_of(person_id: int) -> list[str]:
    """The names of their library and teams: what others would try first as their password."""
    teams = select(Team.name).join(Membership).where(Membership.person_id == person_id)
    library = select(Library.name).join(Person).where(Person.id == person_id)
    return [*session().scalars(union(library, teams))]


class InvitationState(StrEnum):
    """In the order in which they are listed. *Out*: a link works; *not taken*: the mail server
    refused it; *no job*: nothing waits for them here, as they rate nothing and supervise nobody."""

    NONE = "none"
    NOT_TAKEN = "not_taken"
    EXPIRED = "expired"
    ON_ITS_WAY = "on_its_way"
    OUT = "out"
    NO_JOB = "no_job"


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


def invitees(
    actor: Actor, now: dt.datetime, person_id: int | None = None, team_id: int | None = None
) -> list[Invitee]:
    """Everybody of the actor's library without a password who is not disabled, or that one of them,
    or those of a team: first who needs an invitation, then by name. Two queries."""
    which = [*_here(actor), *([] if person_id is None else [Person.id == person_id])]
    if team_id is not None:
        of_team = Membership.team_id == team_id, _stands(actor.today(now))
        which.append(exists().where(Membership.person_id == Person.id, *of_team))
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
        select(Person.id, Person.name, Person.email, func.max(ends), _has_work(actor.today(now)))
        .outerjoin(
            Invitation,
            and_(Invitation.person_id == Person.id, Invitation.kind == LinkKind.INVITATION),
        )
        .where(*which)
        .group_by(Person.id, Person.name, Person.email)
    )
    invitees = []
    for invitee_id, name, email, ends_at, has_work in rows:
        mail = mails.get(invitee_id)
        if mail is not None and mail.status in UNDER_WAY:
            state, at = InvitationState.ON_ITS_WAY, mail.next_try_at
        elif ends_at is not None and ends_at > now:
            state, at = InvitationState.OUT, ends_at
        elif mail is not None and mail.status == MailStatus.FAILED:
            state, at = InvitationState.NOT_TAKEN, None
        elif ends_at is None:
            state, at = InvitationState.NONE if has_work else InvitationState.NO_JOB, None
        else:
            state, at = InvitationState.EXPIRED, ends_at
        invitees.append(Invitee(id=invitee_id, name=name, email=email, state=state, at=at))
    order = list(InvitationState)
    return sorted(invitees, key=lambda one: (order.index(one.state), folded(one.name), one.id))


def count_needed(actor: Actor, now: dt.datetime) -> int:
    """How many people need an invitation. One query."""
    living = exists().where(
        Invitation.person_id == Person.id, Invitation.kind == LinkKind.INVITATION, link_works(now)
    )
    on_its_way = exists().where(
        OutboxMail.person_id == Person.id,
        OutboxMail.status.in_(UNDER_WAY),
        LinkMail.mail_id == OutboxMail.id,
        LinkMail.kind == LinkKind.INVITATION,
    )
    invited = exists().where(
        Invitation.person_id == Person.id, Invitation.kind == LinkKind.INVITATION
    )
    here = *_here(actor), or_(_has_work(actor.today(now)), invited)
    query = select(func.count(Person.id)).where(*here, ~living, ~on_its_way)
    return session().scalar(query) or 0


def _here(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        people_of(actor.library_id),
        Person.password_hash.is_(None),
        Person.disabled_at.is_(None),
    )


def teams_of_invitees(actor: Actor, today: dt.date) -> Sequence[Row[int, str, str | None, int]]:
    """The teams of those without a password, with that above each but the library's, and how many
    of them belong there, by name. One query."""
    above = aliased(Team)
    return (
        session()
        .execute(
            select(Team.id, Team.name, above.name, func.count(Person.id.distinct()))
            .join(Membership, Membership.team_id == Team.id)
            .join(Person, Person.id == Membership.person_id)
            .outerjoin(above, and_(above.id == Team.parent_id, above.parent_id.is_not(None)))
            .where(*_here(actor), _stands(today))
            .group_by(Team.id, Team.name, above.name)
            .order_by(func.coalesce(above.name, Team.name), Team.name, Team.id)
        )
        .all()
    )


def _stands(today: dt.date) -> ColumnElement[bool]:
    """A membership that is not over."""
    return or_(Membership.ends_on.is_(None), Membership.ends_on >= today)


def _has_work(today: dt.date) -> ColumnElement[bool]:
    """A membership now or to come, or a right."""
    belongs = exists().where(Membership.person_id == Person.id, _stands(today))
    return or_(belongs, Person.administrator, Person.operator, Person.framework_editor)


def is_held(now: dt.datetime | BindParameter[dt.datetime]) -> ColumnElement[bool]:
    """Over `Invitation`: it works only with a yes or a recovery code."""
    return and_(link_works(now), Invitation.opens_at > now, Invitation.confirmed_at.is_(None))


def of_own(actor: Actor, now: dt.datetime) -> Sequence[Row[Invitation, str, str]]:
    """Links that the actor may not have asked for, of the last 30 days, newest first, with the
    administrator who made it and the supervisor who confirmed it, if any. One query."""
    return (
        session()
        .execute(
            select(Invitation, MAKER.name, CONFIRMER.name)
            .outerjoin(MAKER, MAKER.id == Invitation.by_id)
            .outerjoin(CONFIRMER, CONFIRMER.id == Invitation.confirmed_by_id)
            .where(
                Invitation.person_id == actor.person_id,
                Invitation.made_at > now - LISTED_FOR,
                or_(Invitation.kind.in_(NOT_ASKED_FOR), Invitation.opens_at.is_not(None)),
            )
            .order_by(Invitation.id.desc())
        )
        .all()
    )


def any_held(actor: Actor, now: dt.datetime) -> Question[bool]:
    """Whether there is one of somebody whom the actor supervises today."""
    return Question(_any_held_on(actor.today(now)), _of_supervised(actor, now), bool)


def _of_supervised(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    return {
        "me": actor.person_id,
        "teams": [place.team_id for place in actor.supervises],
        "now": now,
    }


def to_confirm(actor: Actor, now: dt.datetime) -> list[Row[Invitation, str, str]]:
    """Links that don't work yet, of learners whom the actor supervises today. Each comes with its
    owner's name and that of whoever made it, if it wasn't asked for. The actor may be asked about
    them. One query, and two for each of them."""
    rows = session().execute(_held_on(actor.today(now)), _of_supervised(actor, now)).all()
    return [row for row in rows if is_independent(actor, row.Invitation, now)]


@lru_cache(maxsize=8)
def _held_on(today: dt.date) -> Select[Invitation, str, str]:
    """Built once a day."""
    learns = select(Membership.person_id).where(
        Membership.team_id.in_(bindparam("teams", expanding=True)),
        Membership.role == Role.LEARNER,
        current_on(Membership, today),
    )
    return (
        select(Invitation, Person.name, MAKER.name)
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
    """Whether the actor may confirm that the owner of the link is there. Suspects are those who
    made the link or set the address that it goes to, and whoever made or got into an account of
    theirs lately, or the other way round, also through others. The actor may be none of them, and
    none of them may have put the actor in a team lately. Two queries."""
    setters = session().scalars(
        select(AddressChange.by_id).where(
            AddressChange.person_id == link.person_id, AddressChange.by_id.is_not(None)
        )
    )
    one_hand, before = {link.by_id, *setters}, set[int | None]()
    query = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.kind).where(
        AuditEvent.library_id == actor.library_id,
        AuditEvent.kind.in_((*GOT_AT, *PUT_THERE)),
        AuditEvent.happened_at > now - INDEPENDENT_AFTER,
        AuditEvent.actor_id.is_not(None),
        AuditEvent.subject_id.is_not(None),
        AuditEvent.subject_id != link.person_id,
    )
    ties = session().execute(query).all()
    while one_hand != before:
        before = set(one_hand)
        for by, about, kind in ties:
            if kind in GOT_AT and (by in before or about in before):
                one_hand |= {by, about}
    put = {about for by, about, _kind in ties if by in one_hand}
    return actor.person_id not in one_hand | put
