"""Single statements by name: for coordinators only where the newest use statement opens them, and
then as met or not met alone."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.actors import acting
from tests.factories.world import World
from tests.reading import words
from tests.teams.gaps.pages import file
from tests.teams.gaps.test_views_drill import drill, many
from tracker.administration.use_statements import actions as use_statements_actions

SignIn = Callable[[str], Client]
__all__ = ["many"]
ANSWERS = ("Partly", "Not yet", "Consistently")


def close(app: Flask, world: World) -> None:
    with app.app_context():
        use_statements_actions.publish(acting(world, "adam"), "Levels only.", 1, world.now)


def explained(client: Client, world: World) -> str:
    """The tables of a domain, without the rule above them."""
    page = client.get(f"/people/{world.people['mo02']}/profile/technical")
    assert page.status_code == 200
    return words(page.text).partition("never mixed")[2]


@pytest.mark.in_ci
def test_a_coordinator_reads_what_is_met_and_never_the_answer(many: World, sign_in: SignIn) -> None:
    coordinator = explained(sign_in(many.email("cora")), many)
    assert "Technical 1.1 not met" in coordinator or "Technical 1.1 met" in coordinator
    assert not any(each in coordinator for each in ANSWERS)
    supervisor = explained(sign_in(many.email("hugo")), many)
    assert any(each in supervisor for each in ANSWERS)


def test_where_nothing_opens_them_there_are_levels_alone(
    app: Flask, many: World, sign_in: SignIn
) -> None:
    cora = sign_in(many.email("cora"))
    city = many.teams["city"]
    before = cora.get(drill(many, "city", "technical")).text
    assert "Technical 1.1" in before
    close(app, many)
    for path in (
        f"/people/{many.people['mo02']}/profile/technical",
        f"/teams/{city}/gaps",
        f"/teams/{city}/gaps?teams=own",
        drill(many, "city", "technical"),
    ):
        page = cora.get(path)
        assert page.status_code == 200, path
        assert "Technical 1." not in page.text, path
    table = file(cora, drill(many, "city", "technical", "/people.csv"))
    assert len(table) > 1
    assert "Technical 1." not in str(table)
    assert any(each in explained(sign_in(many.email("hugo")), many) for each in ANSWERS)


def test_they_open_with_a_text_that_says_so(app: Flask, many: World, sign_in: SignIn) -> None:
    close(app, many)
    adam = sign_in(many.email("adam"))
    text = "Coordinators see which statements count as met."
    sent = {"text": text, "base_version": 2, "opens_statements": "y"}
    assert adam.post("/admin/use-statement", sent).status_code == 303
    cora = sign_in(many.email("cora"))
    assert "Technical 1.1" in cora.get(drill(many, "city", "technical")).text
