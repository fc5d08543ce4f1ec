"""A coordinator in a library that shows no levels by name: which figures there are, and when they
change."""

from collections.abc import Callable

from flask import Flask

from tests.client import Client
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import World
from tests.web.teams.crowds import GAP, Crowd, hide_names
from tests.web.teams.test_gaps import file
from tracker.services.reviews import releases

SignIn = Callable[[str], Client]


def leadership(client: Client, world: World, team: str, query: str = "") -> list[str]:
    lines = file(client, f"/teams/{world.teams[team]}/gaps.csv{query}")
    return next(line for line in lines if line[0] == "Leadership")[1:]


HIDDEN = ["not shown"] * 4 + [""]


def test_there_is_a_figure_once_five_are_known(app: Flask, world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 2, 2)
        for number in range(4):
            join(world, f"xia{number}", "harbour")
        assert releases.release_all_due(world.now) == 0
    assert leadership(cora, world, "harbour") == HIDDEN
    assert "No counts to show yet" in cora.get(f"/teams/{world.teams['harbour']}/gaps").text
    with app.app_context():
        stand(world, "xia0", GAP)
    assert leadership(cora, world, "harbour") == HIDDEN
    with app.app_context():
        assert releases.release_all_due(world.now) == 1
        assert releases.release_all_due(world.now) == 0
    assert leadership(cora, world, "harbour") == ["2", "3", "4", "9", "2026-11-24"]
    page = cora.get(f"/teams/{world.teams['harbour']}/gaps").text
    assert "Nov 24" in page
    assert "Zoe" not in page
