"""Administrative acts of one library follow one another, so that two at once cannot undo what each
made sure of."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.administration.people import actions as people_actions
from tracker.administration.teams import actions as teams_actions
from tracker.db import db, transaction
from tracker.models import Person, Team
from tracker.rules.errors import Refusal

pytestmark = pytest.mark.usefixtures("all_is_sealed")

ROUNDS = 8


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run them in threads that start together; returns the codes of those that were refused."""
    start, refused = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                act()
            except Refusal as refusal:
                refused.append(refusal.code)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_two_administrators_cannot_both_give_up(app: Flask, world: World) -> None:
    with app.app_context():
        adam, cora = acting(world, "adam"), acting(world, "cora")
    for _ in range(ROUNDS):
        with app.app_context(), transaction() as tx:
            for name in ("adam", "cora"):
                tx.get_one(Person, world.people[name]).administrator = True
        refused = at_once(
            app,
            lambda: people_actions.unmake_administrator(adam, adam.person_id, NOW),
            lambda: people_actions.unmake_administrator(cora, cora.person_id, NOW),
        )
        assert refused == ["last_administrator"]


@pytest.mark.in_ci
def test_two_moves_make_no_circle(app: Flask, world: World) -> None:
    city, central, harbour = (world.teams[name] for name in ("city", "central", "harbour"))
    with app.app_context():
        adam = acting(world, "adam")

    def move(team_id: int, name: str, parent_id: int) -> None:
        teams_actions.edit(
            adam, team_id, name=name, parent_id=parent_id, open_reviews=False, now=NOW
        )

    for _ in range(ROUNDS):
        refused = at_once(
            app,
            lambda: move(central, "Central", harbour),
            lambda: move(harbour, "Harbour", central),
        )
        assert refused == ["parent_below"]
        with app.app_context():
            rows = db.session.execute(
                select(Team.id, Team.parent_id, Team.path).where(Team.parent_id.is_not(None))
            )
            paths = {row.id: row for row in rows.all()}
            for row in paths.values():
                above = db.session.scalar(select(Team.path).where(Team.id == row.parent_id))
                assert row.path == f"{above}{row.id}/"
            move(central, "Central", city)
            move(harbour, "Harbour", city)


def test_one_address_is_given_once(app: Flask, world: World) -> None:
    with app.app_context():
        adam, oda = acting(world, "adam"), acting(world, "oda")
    refused = at_once(
        app,
        lambda: people_actions.add(adam, "Nia", "nia@example.org", NOW),
        lambda: people_actions.add(oda, "Nia", "nia@example.org", NOW),
    )
    assert refused == ["email_taken"]
    with app.app_context():
        assert (
            db.session.scalar(
                select(func.count()).select_from(Person).where(Person.email == "nia@example.org")
            )
            == 1
        )
