"""Single statements by name: for coordinators only where the newest use statement opens them, and
then as met or not met alone."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import made_once
from tests.factories.actors import acting
from tests.factories.world import World
from tests.web.reviews.test_reviews import words
from tests.web.teams.test_gap_drill import drill, many
from tests.web.teams.test_gaps import file
from tracker.services.administration import use_statements

SignIn = Callable[[str], Client]
ANSWERS = ("Partly", "Not yet", "Consistently")


@pytest.fixture
def crowded(app: Flask, world: World, engine_name: str) -> World:
    def make() -> World:
        many(world)
        return world

    with app.app_context():
        return made_once("crowded", engine_name, make)


def close(app: Flask, world: World) -> None:
    with app.app_context():
        use_statements.publish(acting(world, "adam"), "Levels only.", 1, world.now)


def explained(client: Client, world: World) -> str:
    """The tables of a domain, without the rule above them."""
    page = client.get(f"/people/{world.people['mo02']}/profile/technical")
    assert page.status_code == 200
    return words(page.text).partition("never mixed")[2]


def test_a_coordinator_reads_what_is_met_and_never_the_answer(
    crowded: World, sign_in: SignIn
) -> None:
    coordinator = explained(sign_in(crowded.email("cora")), crowded)
    assert "Technical 1.1 not met" in coordinator or "Technical 1.1 met" in coordinator
    assert not any(each in coordinator for each in ANSWERS)
    supervisor = explained(sign_in(crowded.email("hugo")), crowded)
    assert any(each in supervisor for each in ANSWERS)


def test_where_nothing_opens_them_there_are_levels_alone(
    app: Flask, crowded: World, sign_in: SignIn
) -> None:
    cora = sign_in(crowded.email("cora"))
    city = crowded.teams["city"]
    before = cora.get(drill(crowded, "city", "technical")).text
    assert "Technical 1.1" in before
    close(app, crowded)
    for path in (
        f"/people/{crowded.people['mo02']}/profile/technical",
        f"/teams/{city}/gaps",
        f"/teams/{city}/gaps?teams=own",
        drill(crowded, "city", "technical"),
    ):
        page = cora.get(path)
        assert page.status_code == 200, path
        assert "Technical 1." not in page.text, path
    table = file(cora, drill(crowded, "city", "technical", "/people.csv"))
    assert len(table) > 1
    assert "Technical 1." not in str(table)
    assert any(each in explained(sign_in(crowded.email("hugo")), crowded) for each in ANSWERS)


def test_they_open_with_a_text_that_says_so(app: Flask, crowded: World, sign_in: SignIn) -> None:
    close(app, crowded)
    adam = sign_in(crowded.email("adam"))
    text = "Coordinators see which statements count as met."
    sent = {"text": text, "base_version": 2, "opens_statements": "y"}
    assert adam.post("/admin/use-statement", sent).status_code == 303
    cora = sign_in(crowded.email("cora"))
    assert "Technical 1.1" in cora.get(drill(crowded, "city", "technical")).text
