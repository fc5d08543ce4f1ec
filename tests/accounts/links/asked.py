"""Links that somebody asks for, and what is refused."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.accounts.links.test_actions_mailed import CHEAP, GOOD
from tests.conftest import NOW
from tests.factories.world import World
from tracker.accounts.links import actions as links_actions, queries as links_queries
from tracker.db import session
from tracker.models import Invitation
from tracker.queries.access.actors import actor_for_person
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def refused(token: str, now: dt.datetime, code: str = "") -> str:
    with pytest.raises(Invalid) as refusal:
        links_actions.accept(token, CHEAP, GOOD, now, code=code)
    return refusal.value.code


def the_id(token: str) -> int:
    session().rollback()
    found = select(Invitation.id).where(Invitation.token_hash == token_hash(token))
    return session().scalars(found).one()


def asked(world: World, name: str, now: dt.datetime = NOW) -> list[str]:
    """Whose links that supervisor is asked about."""
    session().rollback()
    actor = actor_for_person(world.people[name], now)
    assert actor is not None
    return [name for _link, name, _by in links_queries.to_confirm(actor, now)]


def not_by(world: World, name: str, token: str, now: dt.datetime = NOW) -> None:
    assert asked(world, name, now) == []
    actor = actor_for_person(world.people[name], now)
    assert actor is not None
    with pytest.raises(Conflict, match="confirmer_not_independent"):
        links_actions.confirm(actor, the_id(token), now)
