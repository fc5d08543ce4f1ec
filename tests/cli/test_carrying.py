"""`tracker framework carry` and `undo`."""

import json
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.factories.ratings import rate
from tests.factories.sending import YES
from tests.factories.versions import AFTER, next_version
from tests.factories.world import World
from tracker.services.frameworks import carrying

CARRY = ("framework", "carry", "small", "--library", "City Library", "--from", "1", "--to", "2")


def test_a_dry_run_says_what_the_run_does(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a run that is cut short is gone on with by the same command."""
    runner = app.test_cli_runner()

    def said(*words: str) -> dict[str, Any]:
        done = runner.invoke(args=[*words, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.output)
        return found

    with app.app_context():
        rate(world, "ana", world.statements["technical"][0], YES)
        next_version(world, reworded={world.statements["technical"][0]: False}, added=2)
    with time_machine.travel(AFTER, tick=False):
        tried = said(*CARRY, "--dry-run")
        assert tried == {
            "people": 4,
            "asked_again_at_most": 1,
            "new_statements": 2,
            "starts_on": "2026-12-14",
            "outcome": "done",
        }
        go_on, left = carrying.go_on, [1]

        def killed(*arguments: Any) -> None:
            if not left.pop() if left else True:
                raise KeyboardInterrupt
            go_on(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(carrying, "go_on", killed)
            assert runner.invoke(args=list(CARRY)).exit_code != 0
        done = said(*CARRY)
        number = done["carrying"]
        assert done == tried | {"carrying": number, "done": 4}
        undo = ("framework", "undo", str(number))
        tried = said(*undo, "--dry-run")
        assert said(*undo) == tried | {"carrying": number, "done": 4}
        assert "Nobody" not in runner.invoke(args=[*CARRY, "--dry-run"]).output
        for how in ([], ["--dry-run"]):
            refused = runner.invoke(args=[*undo, *how, "--json"])
            assert (refused.exit_code, json.loads(refused.output)["outcome"]) == (1, "refused")
            assert "undone already" in refused.output
