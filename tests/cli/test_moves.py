"""`tracker framework move`."""

import json
from typing import Any

import time_machine
from flask import Flask

from tests.factories.ratings import rate
from tests.factories.sending import YES
from tests.factories.versions import AFTER, next_version
from tests.factories.world import World

MOVE = ("framework", "move", "small", "--library", "City Library")
THERE, BACK = (*MOVE, "--from", "1", "--to", "2"), (*MOVE, "--from", "2", "--to", "1")


def test_a_dry_run_says_what_the_run_does_and_back_is_the_same_command(
    app: Flask, world: World
) -> None:
    runner = app.test_cli_runner()

    def said(*words: str) -> dict[str, Any]:
        done = runner.invoke(args=[*words, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.output)
        return found

    def refused(*words: str) -> str:
        done = runner.invoke(args=[*words, "--json"])
        assert (done.exit_code, json.loads(done.output)["outcome"]) == (1, "refused")
        return done.output

    with app.app_context():
        rate(world, "ana", world.statements["technical"][0], YES)
        next_version(world, reworded={world.statements["technical"][0]: False}, added=2)
    assert "keeps the version that people are on until 2026-12-11" in refused(*THERE)
    with time_machine.travel(AFTER, tick=False):
        tried = said(*THERE, "--dry-run")
        assert tried == {
            "people": 4,
            "asked_again_at_most": 1,
            "new_statements": 2,
            "outcome": "moved",
        }
        assert said(*THERE) == tried
        assert said(*THERE) == {"people": 0, "outcome": "unchanged"}
        assert said(*BACK, "--person", str(world.people["ana"]))["people"] == 1
        assert said(*BACK)["people"] == 3
        assert said(*THERE, "--team", str(world.teams["harbour"]))["people"] == 1
        assert "no such version of the framework" in refused(*MOVE, "--from", "1", "--to", "9")
        stranger = str(world.people["otto"])
        assert "no such team or person" in refused(*THERE, "--person", stranger)
