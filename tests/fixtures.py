"""What tests of several subjects begin with: use cases are called without a request."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask

from tests.conftest import made_once
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.db import db, session
from tracker.operations.checks import queries_record as record_check
from tracker.policy.permissions import Actor


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
def all_is_sealed(app: Flask) -> Iterator[None]:
    """Whatever a use case of the test wrote is sealed, also what it wrote past the session's own
    objects."""
    yield
    with app.app_context():
        session().rollback()
        assert [str(found) for found in record_check.of_own()] == []


@pytest.fixture
def anew(
    app: Flask, world: World, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], World]:
    """The world as it was, once more, to compare two. Salts are the same in each."""
    salts = SimpleNamespace(token_hex=lambda length: "5" * 2 * length)
    monkeypatch.setattr("tracker.reviews.sending.records.secrets", salts)

    def make() -> World:
        with app.app_context():
            db.session.remove()
            return made_once("world", engine_name, lambda: world)

    return make
