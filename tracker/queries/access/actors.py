"""Who is signed in, as policy sees them."""

import datetime as dt
from collections import defaultdict
from functools import lru_cache

from sqlalchemy import Select, bindparam, select

from tracker.db import session
from tracker.models import Library, Membership, Person, SignIn, Team
from tracker.policy.permissions import Actor, Place, current_on
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.calendar import day_in
from tracker.rules.roles import Role

_LIVING_SIGN_IN = (
    select(
        SignIn.id,
        SignIn.seen_at,
        Person.id,
        Person.library_id,
        Person.name,
        Person.email,
        Person.administrator,
        Person.covers_screen,
        Library.time_zone,
    )
    .join(Person, Person.id == SignIn.person_id)
    .join(Library, Library.id == Person.library_id)
    .where(
        SignIn.token_hash == bindparam("token"),
        SignIn.ended_at.is_(None),
        SignIn.ends_at > bindparam("now"),
        SignIn.seen_at > bindparam("seen_since"),
        Person.disabled_at.is_(None),
    )
)
"""Built once: every request asks it."""


def actor_for_token(
    token: str, now: dt.datetime, idle: dt.timedelta
) -> tuple[Actor, dt.datetime] | None:
    """The person whose living sign-in this token is, and when it was last seen. Two queries."""
    values = {"token": token_hash(token), "now": now, "seen_since": now - idle}
    row = session().execute(_LIVING_SIGN_IN, values).one_or_none()
    if row is None:
        return None
    (
        sign_in_id,
        seen_at,
        person_id,
        library_id,
        name,
        email,
        administrator,
        covers_screen,
        time_zone,
    ) = row
    places = _places(person_id, day_in(time_zone, now))
    return Actor(
        person_id=person_id,
        library_id=library_id,
        name=name,
        email=email,
        administrator=administrator,
        learns_in=places[Role.LEARNER],
        supervises=places[Role.SUPERVISOR],
        coordinates=places[Role.COORDINATOR],
        time_zone=time_zone,
        covers_screen=covers_screen,
        sign_in_id=sign_in_id,
    ), seen_at


def actor_for_person(person_id: int, now: dt.datetime) -> Actor | None:
    """The actor that this person is when signed in: for commands, and for services that act for
    somebody."""
    query = (
        select(
            Person.library_id, Person.name, Person.email, Person.administrator, Library.time_zone
        )
        .join(Library, Library.id == Person.library_id)
        .where(Person.id == person_id, Person.disabled_at.is_(None))
    )
    row = session().execute(query).one_or_none()
    if row is None:
        return None
    places = _places(person_id, day_in(row.time_zone, now))
    return Actor(
        person_id=person_id,
        library_id=row.library_id,
        name=row.name,
        email=row.email,
        administrator=row.administrator,
        learns_in=places[Role.LEARNER],
        supervises=places[Role.SUPERVISOR],
        coordinates=places[Role.COORDINATOR],
        time_zone=row.time_zone,
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
