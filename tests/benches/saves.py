"""Bytes and processor time of 1,000 saved ratings on SQLite: each with its history, its seal, and
what the audit says of it.

    python -m tests.benches.saves
"""

import datetime as dt
import os
import tempfile
from pathlib import Path

from sqlalchemy import select, text

from tests.conftest import NOW, TestConfig
from tests.factories.answers import Answer
from tests.factories.sides import actor
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.assessment.ratings import actions as ratings_actions
from tracker.cli.database import upgrade
from tracker.db import session
from tracker.models import Rating

SAVES = 1000


def sizes() -> dict[str, int]:
    """Bytes of each table and index."""
    session().rollback()
    used = text("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
    return dict(session().execute(used).all())


def save(world: World, count: int) -> None:
    """Ana's answers to every statement, over and over, a second apart."""
    ana = actor(world, "ana")
    statements = [one for of in world.statements.values() for one in of]
    versions = versions_of_ratings(ana.person_id)
    for number in range(count):
        statement_id = statements[number % len(statements)]
        version = versions.get(statement_id, 0)
        answer = (Answer.PARTLY, Answer.CONSISTENTLY)[version % 2]
        now = world.now + dt.timedelta(seconds=number)
        versions[statement_id] = ratings_actions.rate(
            ana, statement_id, answer, version, now
        ).version


def versions_of_ratings(person_id: int) -> dict[int, int]:
    rows = session().execute(
        select(Rating.statement_id, Rating.version).where(Rating.person_id == person_id)
    )
    found = dict(rows.all())
    session().rollback()
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(TestConfig(f"sqlite:///{folder}/saves.sqlite3", Path(folder)))
        with app.app_context():
            upgrade()
            world = make_world(NOW)
            save(world, 50)
            before, begun = sizes(), os.times()
            save(world, SAVES)
            ended, after = os.times(), sizes()
    grown = {name: (after[name] - before.get(name, 0)) / SAVES for name in after}
    for name, each in sorted(grown.items(), key=lambda pair: -pair[1]):
        if each >= 1:
            print(f"{name}: {each:.0f}")
    used = ended.user + ended.system - begun.user - begun.system
    print(f"{sum(grown.values()):.0f} bytes a save, {used / SAVES * 1000:.2f} ms of a processor")


if __name__ == "__main__":
    main()
