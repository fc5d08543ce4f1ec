"""What tests of several subjects begin with: a context for use cases, which are called without a
request, or somebody who is signed in."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask

from tests.client import Client
from tests.copies import made_once
from tests.factories.actors import acting
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.world import World
from tracker.db import db, session
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.policy.permissions import Actor


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """An application context, with whatever world the test makes. For tests without clients."""
    with app.app_context():
        yield


@pytest.fixture
def context(app: Flask, world: World) -> Iterator[World]:
    """The small world inside an application context. For tests without clients."""
    with app.app_context():
        yield world


@pytest.fixture
def adam(context: World) -> Actor:
    """The administrator of City Library."""
    return acting(context, "adam")


@pytest.fixture
def ana(sign_in: Callable[[str], Client], world: World) -> Client:
    """A learner, signed in."""
    return sign_in(world.email("ana"))


@pytest.fixture
def sue(sign_in: Callable[[str], Client], world: World) -> Client:
    """Ana's supervisor, signed in."""
    return sign_in(world.email("sue"))


@pytest.fixture
def admin(sign_in: Callable[[str], Client], world: World) -> Client:
    """Adam, the administrator of City Library, signed in."""
    return sign_in(world.email("adam"))


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server on this machine, and what it took."""
    with mail_server() as found:
        yield found


@pytest.fixture
def all_is_sealed(app: Flask) -> Iterator[None]:
    """Whatever a use case of the test wrote is sealed, also what it wrote past the session's own
    objects."""
    yield
    with app.app_context():
        session().rollback()
        assert [str(found) for found in checks_queries_record.of_own()] == []


@pytest.fixture
def same_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """In each of several worlds that are compared."""
    salts = SimpleNamespace(token_hex=lambda length: "5" * 2 * length)
    monkeypatch.setattr("tracker.reviews.sending.records.secrets", salts)


@pytest.fixture
def anew(app: Flask, world: World, engine_name: str, same_salts: None) -> Callable[[], World]:
    """The world as it was, once more, to compare two."""

    def make() -> World:
        with app.app_context():
            db.session.remove()
            return made_once("world", engine_name, lambda: world)

    return make
