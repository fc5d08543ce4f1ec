"""For whom PostgreSQL keeps plans, and that it does."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.client import Client
from tests.factories.world import World
from tracker.db import db, transaction
from tracker.engines import ANEW, KEPT, PLAN_ANEW, SET_UP_POSTGRESQL

SignIn = Callable[[str], Client]


@pytest.fixture
def modes(app: Flask, engine_name: str) -> Iterator[list[str]]:
    """How the transactions of the test were told to plan, one after the other."""
    if engine_name == "sqlite":
        pytest.skip("SQLite plans quickly, and keeps what it planned by itself")
    told = list[str]()

    def note(
        _on: object, _cursor: object, statement: str, values: tuple[str, ...], *_: object
    ) -> None:
        if statement.startswith(SET_UP_POSTGRESQL):
            told.append(values[-1])
        elif statement == PLAN_ANEW:
            told.append(ANEW)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("ana", True), ("sue", True), ("cora", False), ("adam", False), ("oda", False)],
)
def test_they_are_kept_for_who_asks_of_few(
    world: World, sign_in: SignIn, modes: list[str], name: str, kept: bool
) -> None:
    client = sign_in(world.email(name))
    modes.clear()
    assert client.get("/account").status_code == 200
    assert modes[0] == KEPT, "who asks is not known yet"
    assert {modes[-1], *modes[2:]} == {KEPT if kept else ANEW}


def test_the_next_request_of_a_thread_begins_without(
    app: Flask, world: World, sign_in: SignIn, modes: list[str]
) -> None:
    sign_in(world.email("ana")).get("/")
    modes.clear()
    app.test_client().get("/frameworks/")
    assert set(modes) == {ANEW}


@pytest.mark.usefixtures("modes")
def test_what_was_prepared_stays_after_it_was_read(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    ana = sign_in(world.email("ana"))
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE generic_plans > 0")
    for _request in range(2):
        ana.get("/")
    with app.app_context():
        kept = db.session.execute(prepared).scalar_one()
        assert kept > 10
        db.session.rollback()
        assert db.session.execute(prepared).scalar_one() >= kept
        db.session.rollback()
        with pytest.raises(ZeroDivisionError), transaction():
            raise ZeroDivisionError
