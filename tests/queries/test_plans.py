"""No page, and no work of the background, reads a whole table that grows with people or years."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from tests.client import Client
from tests.conftest import MADE_ONCE, NOW, TestConfig, laid_out_database
from tests.engines import hurry
from tests.factories.evidence import piece, sent
from tests.factories.frameworks import open_round
from tests.factories.notices import tell
from tests.factories.sending import NO, PART, YES, answer_all, send
from tests.factories.world import World, make_world
from tests.queries import crowd
from tests.web.worlds import addresses
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.models import Person

Recorded = dict[str, tuple[str, Any]]
ARGUED = {
    "password_hash NOT LIKE": "asked once a process, by its start",
    "GROUP BY outbox_mails.status": "figures of the installation, from the index alone",
    "GROUP BY jobs.state": "figures of the installation, from the index alone",
    "address_changes.by_id": "of one account that never signed in, before it is deleted",
    "training_actions.done_at IS NULL": "PostgreSQL begins with its 400 rows here",
    "(teams.path LIKE %(root)s::VARCHAR": "PostgreSQL joins the 2,000 teams last here",
}
"""Statements that may, by some of their words, and why."""


@pytest.fixture
def recorded(migrated_app: Flask, engine_name: str, tmp_path: Path) -> Iterator[Recorded]:
    """Every statement of the main pages, as the database was asked."""
    with laid_out_database(engine_name, tmp_path) as url:
        for made in MADE_ONCE:
            (tmp_path / made).symlink_to(TestConfig.made / made)
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            hurry(db.engine)
            engine = db.engine
            found = Recorded()

        def note(
            _connection: Connection, _cursor: object, statement: str, values: Any, *_rest: object
        ) -> None:
            if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                found.setdefault(re.sub(r"\(\?(, \?)+\)|\d", "", statement), (statement, values))

        event.listen(engine, "before_cursor_execute", note)
        with app.app_context():
            world = lived_in(tmp_path)
        look_around(app, world)
        event.remove(engine, "before_cursor_execute", note)
        with app.app_context():
            yield found
            db.session.remove()
            db.engine.dispose()


def lived_in(folder: Path) -> World:
    world = make_world(NOW)
    with transaction() as tx:
        adam = tx.get_one(Person, world.people["adam"])
        adam.operator = adam.framework_editor = True
    open_round(world, "Fall", NOW.date(), NOW.date())
    sent(world, piece(world, folder=folder))
    answer_all(world, send(world, YES, PART, NO), YES, YES, NO)
    tell(world, "ana")
    db.session.remove()
    return world


def look_around(app: Flask, world: World) -> None:
    """At every page once, as one person of each kind: of pages of many things at one."""
    pages = {re.sub(r"\d+", "", path): path for path in addresses(app, world, 2)}
    for name in ("ana", "sue", "cora", "adam"):
        client = Client(app)
        client.enter(world.email(name))
        for path in pages.values():
            if path.startswith("/admin") != (name == "adam") or path.endswith(".pdf"):
                continue  # a PDF asks what its page asks
            if client.http.get(path).status_code >= 500:
                pytest.fail(f"{path} as {name}")


@pytest.mark.in_ci
def test_no_growing_table_is_read_from_end_to_end(recorded: Recorded) -> None:
    crowd.fill(db.engine)
    with db.engine.connect() as connection:
        found = {
            statement: scanned
            for statement, values in recorded.values()
            if (scanned := crowd.scans(connection, statement, values))
            and not any(words in statement for words in ARGUED)
        }
        assert crowd.scans(connection, "SELECT * FROM ratings WHERE answer = 'x'", ()) == {
            "ratings"
        }
    assert found == {}
