"""A page that is still open never acts on a row that was made after it: ids are given once."""

import re

import pytest
from flask import Flask
from sqlalchemy import delete, insert, text

from tests.factories.world import World
from tests.storage import ids_given_once
from tests.storage.ids_given_once import BESIDE, NAMED, TABLES, gives_ids_once
from tracker.db import Base, db, transaction
from tracker.models import Submission, Team
from tracker.models.columns import table_of

DELETED = sorted(name for name in TABLES if gives_ids_once(Base.metadata.tables[name]))


def test_every_id_in_an_address_is_declared(app: Flask) -> None:
    """With the table that it names: a number of a page or of a version is none."""
    named = {
        argument
        for rule in app.url_map.iter_rules()
        for argument in re.findall(r"<id:(\w+)>", rule.rule)
    }
    assert named - {"number"} == set(NAMED)
    assert set(Base.metadata.tables) >= TABLES
    assert set(BESIDE) <= set(DELETED)


def test_what_the_models_say_is_so(app: Flask, world: World, engine_name: str) -> None:
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL gives no id twice")
    with app.app_context(), db.engine.connect() as connection:
        made = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        assert sorted(connection.scalars(text(made))) == DELETED


def test_an_id_is_not_given_again(app: Flask, world: World) -> None:
    teams = table_of(Team)
    values = {
        "library_id": world.libraries["city"],
        "parent_id": world.teams["city"],
        "path": "",
        "open_reviews": False,
    }
    ids = []
    with app.app_context():
        for name in ("Kids", "Teens"):
            with transaction() as tx:
                ids.append(
                    tx.scalar(insert(teams).values(**values, name=name).returning(teams.c.id))
                )
                tx.execute(delete(teams).where(teams.c.id == ids[-1]))
    assert ids[1] > ids[0]


def test_a_breach_is_found(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids_given_once, "PROGRAM", re.compile("/tests/storage/"))
    monkeypatch.setattr(ids_given_once, "TABLES", frozenset({"submissions"}))
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Submission))
    found = list(ids_given_once.breaches)
    ids_given_once.breaches.clear()
    assert len(found) == 1
    assert found[0].startswith("rows of submissions are deleted in ")
