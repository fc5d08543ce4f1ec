"""`tracker framework move`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.doors.frameworks import a_draft
from tests.factories.ratings import rate
from tests.factories.sides import YES
from tests.factories.versions import AFTER, next_version
from tests.factories.world import World

MOVE = ("framework", "move", "small", "--library", "City Library")
THERE, BACK = (*MOVE, "--to", "2"), (*MOVE, "--to", "1")

Said = Callable[..., str]


@pytest.fixture
def refused(app: Flask, world: World) -> Said:
    def run(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=[*words, "--json"])
        assert (done.exit_code, json.loads(done.output)["outcome"]) == (1, "refused")
        return str(json.loads(done.output)["problems"])

    return run


def test_a_dry_run_says_what_the_run_does_and_back_is_the_same_command(
    app: Flask, world: World, refused: Said
) -> None:
    runner = app.test_cli_runner()

    def said(*words: str) -> dict[str, Any]:
        done = runner.invoke(args=[*words, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.output)
        return found

    with app.app_context():
        rate(world, "ana", world.statements["technical"][0], YES)
        next_version(world, reworded={world.statements["technical"][0]: False}, added=2)
    assert "keeps the version that people are on until 2026-12-11" in refused(*THERE)
    with time_machine.travel(AFTER, tick=False):
        tried = said(*THERE, "--dry-run")
        assert tried == {
            "people": 4,
            "back_at_their_answers": 0,
            "asked_again_at_most": 1,
            "new_statements": 2,
            "outcome": "moved",
        }
        assert said(*THERE) == tried
        assert said(*THERE) == {"people": 0, "outcome": "unchanged"}
        assert said(*BACK) == {
            "people": 4,
            "back_at_their_answers": 4,
            "asked_again_at_most": 0,
            "new_statements": 0,
            "outcome": "moved",
        }
        assert runner.invoke(args=["framework", "hide", "small", "2"]).exit_code == 0
        assert "or the version is hidden" in refused(*THERE)


def test_it_says_what_there_is_not_and_of_a_draft_that_it_is_published_first(
    app: Flask, world: World, refused: Said
) -> None:
    with app.app_context():
        a_draft(world)
    assert "There is no library named “No Library”." in refused(
        "framework", "move", "small", "--library", "No Library", "--to", "2"
    )
    assert "No version of small is published as 9." in refused(*MOVE, "--to", "9")
    said = refused(*THERE)
    assert "Version 2 of small is a draft: publish it first" in said
    assert "tracker framework publish small" in said
    no_framework = ("framework", "move", "none", "--library", "City Library", "--to", "2")
    assert "No version of none is published as 2." in refused(*no_framework)


@pytest.mark.in_ci
def test_it_is_planned_for_the_end_of_the_round(app: Flask, world: World, refused: Said) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        next_version(world)
    planned = (*THERE, "--when-round-ends")
    for _again in range(2):
        tried = runner.invoke(args=[*planned, "--dry-run"])
        assert tried.exit_code == 0, tried.output
        assert "on: 2026-12-12\npeople: 4\n" in tried.output
        assert "outcome: planned\nIf the round is prolonged, the move waits" in tried.output
    assert runner.invoke(args=[*planned]).output == tried.output
    for again in (planned, THERE):
        assert "A move is planned already." in refused(*again)
    with time_machine.travel(AFTER, tick=False):
        runner.invoke(args=["work", "--clock-is-right"])
        worked = runner.invoke(args=["work", "--daily"])
        assert "People moved as planned: 4." in worked.output
        assert "No round is open" in refused(*BACK, "--when-round-ends")
