"""Who is signed in, as policy sees them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select

from tracker.db import session
from tracker.models import Invitation, Library, Membership, Person, SignIn, Team
from tracker.policy.permissions import Actor, Place, current_on
from tracker.rules.accounts.idle import idle_limit
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.calendar import day_in
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
_LIVING_SIGN_IN = (
    select(
        SignIn.id.label("sign_in_id"),
        SignIn.seen_at,
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
    )
    .join(Person, Person.id == SignIn.person_id)
    .join(Library, Library.id == Person.library_id)
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
    select(*_OF_ACTOR)
    .join(Library, Library.id == Person.library_id)
    .where(Person.id == bindparam("person"), Person.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class SignedInActor:
    """`idle`: how long their sign-in lives without use; `renews`: it is to have another token;
    `has_link`: somebody else may have a link for a new password of theirs."""

    actor: Actor
    seen_at: dt.datetime
    idle: dt.timedelta
    renews: bool
    has_link: bool


def actor_for_token(token: str, now: dt.datetime, idle: dt.timedelta) -> SignedInActor | None:
    """The person whose living sign-in this token is. `idle`: as long as it may live at most without
    use. Two queries, three for nobody's token."""
    values = {"token": token_hash(token), "now": now, "seen_since": now - idle}
    row = session().execute(_BY_TOKEN, values).mappings().one_or_none()
    is_former = row is None
    if row is None:
        row = session().execute(_BY_FORMER_TOKEN, values).mappings().one_or_none()
    if row is None:
        return None
    found = dict(row)
    seen_at, renews = found.pop("seen_at"), found.pop("renews") or is_former
    has_link = found.pop("has_link")
    limit = idle_limit(idle, found.pop("idle_minutes"), on_shared_desk=found.pop("on_shared_desk"))
    if seen_at <= now - limit:
        return None
    return SignedInActor(_actor(found, now), seen_at, limit, renews, has_link)


def actor_for_person(person_id: int, now: dt.datetime) -> Actor | None:
    """The actor that this person is when signed in: for commands, and for services that act for
    somebody."""
    row = session().execute(_BY_ID, {"person": person_id}).mappings().one_or_none()
    return None if row is None else _actor(dict(row), now)


def administrator_called(email: str, now: dt.datetime) -> Actor | None:
    """The administrator with this address, for commands."""
    found = session().scalar(
        select(Person.id).where(Person.email == email.casefold(), Person.administrator.is_(True))
    )
    return None if found is None else actor_for_person(found, now)


def _actor(found: dict[str, Any], now: dt.datetime) -> Actor:
    places = _places(found["person_id"], day_in(found["time_zone"], now))
    return Actor(
        **found,
        learns_in=places[Role.LEARNER],
        supervises=places[Role.SUPERVISOR],
        coordinates=places[Role.COORDINATOR],
    )


@lru_cache(maxsize=8)
def _places_on(today: dt.date) -> Select[Role, int, str]:
    """Built once a day: every request asks it."""
    return (
        select(Membership.role, Team.id, Team.path)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.person_id == bindparam("person"),
            current_on(Membership, today),
            Team.closed_on.is_(None),
        )
        .order_by(Team.path)
    )


def _places(person_id: int, today: dt.date) -> dict[Role, tuple[Place, ...]]:
    found: dict[Role, list[Place]] = defaultdict(list)
    rows = session().execute(_places_on(today), {"person": person_id})
    for role, team_id, path in rows:
        found[role].append(Place(team_id, path))
    return {role: tuple(dict.fromkeys(found[role])) for role in Role}
