"""No page, and no work of the background, reads a whole table that grows with people or years."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

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


@pytest.fixture
def recorded(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> Iterator[tuple[Flask, Recorded]]:
    with laid_out_database(engine_name, tmp_path) as url:
        for made in MADE_ONCE:
            (tmp_path / made).symlink_to(TestConfig.made / made)
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            hurry(db.engine)
            found = Recorded()

            def note(
                _connection: Connection,
                _cursor: object,
                statement: str,
                values: Any,
                *_rest: object,
            ) -> None:
                if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                    found.setdefault(
                        re.sub(r"\(\?(, \?)+\)|\d", "", statement), (statement, values)
                    )

            event.listen(db.engine, "before_cursor_execute", note)
            world = make_world(NOW)
            asked(app, world, tmp_path)
            event.remove(db.engine, "before_cursor_execute", note)
            yield app, found
            db.session.remove()
            db.engine.dispose()


def asked(app: Flask, world: World, folder: Path) -> None:
    """Every page once by who has most of it, and the work that nobody waits for."""
    with transaction() as tx:
        adam = tx.get_one(Person, world.people["adam"])
        adam.operator = adam.framework_editor = True
    open_round(world, "Fall", NOW.date(), NOW.date())
    sent(world, piece(world, folder=folder))
    answer_all(world, send(world, YES, PART, NO), YES, YES, NO)
    tell(world, "ana")
    db.session.remove()
    for name in ("ana", "sue", "cora", "adam"):
        client = Client(app)
        client.enter(world.email(name))
        for path in {re.sub(r"\d+", "", each): each for each in addresses(app, world, 2)}.values():
            client.http.get(path)


@pytest.mark.in_ci
def test_no_growing_table_is_read_from_end_to_end(recorded: tuple[Flask, Recorded]) -> None:
    app, found = recorded
    import time

    t = time.perf_counter()
    engine = db.engine.execution_options(tracker_write=True)
    with engine.connect() as c:
        if engine.dialect.name == "sqlite":
            raw = c.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = 0")
            raw.execute("PRAGMA ignore_check_constraints = 1")
        with c.begin():
            crowd.without_guards(c)
            crowd.fill(c)
            c.execute(text("ANALYZE"))
    db.engine.dispose()
    print("filled", time.perf_counter() - t, len(found))
    with db.engine.connect() as c:
        out = {}
        for statement, values in found.values():
            try:
                s = crowd.scans(c, statement, values)
            except Exception as e:
                print("ERR", e, statement[:300])
                c.rollback()
                continue
            if s:
                out[statement] = s
    print("explained", time.perf_counter() - t)
    import json

    open(f"/tmp/plans/{engine.dialect.name}.json", "w").write(
        json.dumps([[k, sorted(v)] for k, v in out.items()], indent=1)
    )
    assert len(out) == 0
