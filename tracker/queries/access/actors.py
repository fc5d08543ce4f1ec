"""Who is signed in, as policy sees them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, exists, select

from tracker.db import ask_made, keep_plans, session
from tracker.models import Invitation, Library, Membership, Person, SignIn, Team
from tracker.policy.permissions import Actor, Place
from tracker.rules.calendar import day_in
from tracker.rules.core.tokens import idle_limit, token_hash
from tracker.rules.roles import Role

_OF_ACTOR: tuple[Any, ...] = (
    Person.id.label("person_id"),
    Person.library_id,
    Person.name,
    Person.email,
    Person.administrator,
    Person.operator,
    Person.framework_editor,
    Library.time_zone,
    Library.region,
    Library.paper,
)
_PLACE: tuple[Any, ...] = (
    Membership.role,
    Membership.starts_on,
    Membership.ends_on,
    Team.id.label("team_id"),
    Team.path,
)
"""Empty for who is in no team."""
_LIVING_SIGN_IN = (
    select(
        SignIn.id.label("sign_in_id"),
        SignIn.seen_at,
        SignIn.started_at,
        *_OF_ACTOR,
        Person.covers_screen,
        Library.idle_minutes,
        SignIn.on_shared_desk,
        SignIn.renews,
        exists()
        .where(
            Invitation.person_id == Person.id,
            Invitation.closed_at.is_(None),
            Invitation.opens_at.is_not(None),
            Invitation.ends_at > bindparam("now"),
        )
        .correlate(Person)
        .label("has_link"),
        *_PLACE,
    )
    .join(Person, Person.id == SignIn.person_id)
    .join(Library, Library.id == Person.library_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .outerjoin(Team, and_(Team.id == Membership.team_id, Team.closed_on.is_(None)))
    .where(
        SignIn.ended_at.is_(None),
        SignIn.ends_at > bindparam("now"),
        SignIn.seen_at > bindparam("seen_since"),
        Person.disabled_at.is_(None),
    )
)
_BY_TOKEN = _LIVING_SIGN_IN.where(SignIn.token_hash == bindparam("token"))
"""Built once: every request asks it."""
_BY_FORMER_TOKEN = _LIVING_SIGN_IN.where(
    SignIn.former_hash == bindparam("token"), SignIn.former_until > bindparam("now")
)
"""Asked only where the other finds nobody."""
_BY_ID = (
    select(*_OF_ACTOR, *_PLACE)
    .join(Library, Library.id == Person.library_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .outerjoin(Team, and_(Team.id == Membership.team_id, Team.closed_on.is_(None)))
    .where(Person.id == bindparam("person"), Person.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class SignedInActor:
    """`idle`: how long their sign-in lives without use; `renews`: it is to have another token;
    `has_link`: somebody else may have a link for a new password of theirs; `started_at`: when they
    gave their password last."""

    actor: Actor
    seen_at: dt.datetime
    started_at: dt.datetime
    idle: dt.timedelta
    renews: bool
    has_link: bool


def actor_for_token(token: str, now: dt.datetime, idle: dt.timedelta) -> SignedInActor | None:
    """The person whose living sign-in this token is. `idle`: as long as it may live at most without
    use. Plans are kept for what they ask from then on, unless they read many. One query, two for
    nobody's token."""
    keep_plans(kept=True)
    sign_in = _signed_in(token, now, idle)
    if sign_in is None or sign_in.actor.reads_many:
        keep_plans(kept=False)
    return sign_in


def _signed_in(token: str, now: dt.datetime, idle: dt.timedelta) -> SignedInActor | None:
    values = {"token": token_hash(token), "now": now, "seen_since": now - idle}
    rows = ask_made(_BY_TOKEN, values).mappings().all()
    is_former = not rows
    if is_former:
        rows = ask_made(_BY_FORMER_TOKEN, values).mappings().all()
    if not rows:
        return None
    fields = dict(rows[0])
    seen_at, renews = fields.pop("seen_at"), fields.pop("renews") or is_former
    has_link, started_at = fields.pop("has_link"), fields.pop("started_at")
    limit = idle_limit(
        idle, fields.pop("idle_minutes"), on_shared_desk=fields.pop("on_shared_desk")
    )
    if seen_at <= now - limit:
        return None
    return SignedInActor(
        actor=_actor(fields, rows, now),
        seen_at=seen_at,
        started_at=started_at,
        idle=limit,
        renews=renews,
        has_link=has_link,
    )


def actor_for_person(person_id: int, now: dt.datetime) -> Actor | None:
    """The actor that this person is when signed in: for commands, and for services that act for
    somebody."""
    rows = ask_made(_BY_ID, {"person": person_id}).mappings().all()
    return _actor(dict(rows[0]), rows, now) if rows else None


def administrator_called(email: str, now: dt.datetime) -> Actor | None:
    """The administrator with this address, for commands."""
    person_id = session().scalar(
        select(Person.id).where(Person.email == email.casefold(), Person.administrator.is_(True))
    )
    return None if person_id is None else actor_for_person(person_id, now)


def _actor(fields: dict[str, Any], rows: Sequence[RowMapping], now: dt.datetime) -> Actor:
    """`rows`: one for each membership, whenever it was."""
    today = day_in(fields["time_zone"], now)
    places: dict[Role, dict[Place, None]] = {role: {} for role in Role}
    current = [
        row
        for row in rows
        if row["team_id"] is not None
        and row["starts_on"] <= today
        and (row["ends_on"] is None or row["ends_on"] >= today)
    ]
    for row in sorted(current, key=lambda row: row["path"]):
        places[row["role"]][Place(row["team_id"], row["path"])] = None
    for column in _PLACE:
        del fields[column.key]
    return Actor(
        **fields,
        learns_in=tuple(places[Role.LEARNER]),
        supervises=tuple(places[Role.SUPERVISOR]),
        coordinates=tuple(places[Role.COORDINATOR]),
    )
