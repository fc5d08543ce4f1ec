"""`tracker framework move`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.doors.frameworks import a_draft
from tests.factories.ratings import rate
from tests.factories.sending import YES
from tests.factories.versions import AFTER, next_version
from tests.factories.world import World

MOVE = ("framework", "move", "small", "--library", "City Library")
THERE, BACK = (*MOVE, "--from", "1", "--to", "2"), (*MOVE, "--from", "2", "--to", "1")

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
        assert said(*BACK, "--person", str(world.people["ana"]))["people"] == 1
        assert said(*BACK) == {
            "people": 3,
            "back_at_their_answers": 3,
            "asked_again_at_most": 0,
            "new_statements": 0,
            "outcome": "moved",
        }
        assert said(*THERE, "--team", str(world.teams["harbour"]))["people"] == 1
        again = said(*THERE, "--team", str(world.teams["harbour"]))
        assert again == {"people": 0, "outcome": "unchanged"}
        stranger = str(world.people["otto"])
        assert "no such team or person" in refused(*THERE, "--person", stranger)


def test_it_says_what_there_is_not_and_of_a_draft_that_it_is_published_first(
    app: Flask, world: World, refused: Said
) -> None:
    with app.app_context():
        a_draft(world)
    assert "There is no library named “No Library”." in refused(
        "framework", "move", "small", "--library", "No Library", "--from", "1", "--to", "2"
    )
    assert "No version of small is published as 9." in refused(*MOVE, "--from", "1", "--to", "9")
    said = refused(*THERE)
    assert "Version 2 of small is a draft: publish it first" in said
    assert "tracker framework publish small" in said
    no_framework = ("framework", "move", "none", "--library", "City Library")
    said = refused(*no_framework, "--from", "1", "--to", "2")
    assert "No version of none is published as 1." in said


@pytest.mark.in_ci
def test_it_is_planned_for_a_day_or_the_end_of_the_round(
    app: Flask, world: World, refused: Said
) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        next_version(world)
    team = (*THERE, "--team", str(world.teams["central"]))
    both = runner.invoke(args=[*THERE, "--on", "2027-01-04", "--when-round-ends"])
    assert both.exit_code == 2
    assert "Choose one of --on and --when-round-ends." in both.output
    assert "day after today" in refused(*THERE, "--on", "2026-11-24")
    assert "until 2026-12-11. Move them after that day" in refused(*THERE, "--on", "2026-12-11")
    for _again in range(2):
        tried = runner.invoke(args=[*THERE, "--when-round-ends", "--dry-run"])
        assert tried.exit_code == 0, tried.output
        assert "on: 2026-12-12\npeople: 4\n" in tried.output
        assert "outcome: planned\nIf the round is prolonged, the move waits" in tried.output
    assert runner.invoke(args=[*THERE, "--when-round-ends"]).output == tried.output
    assert "planned already" in refused(*THERE, "--on", "2027-01-04")
    day = json.loads(runner.invoke(args=[*team, "--on", "2027-01-04", "--json"]).output)
    assert (day["outcome"], day["on"], day["people"]) == ("planned", "2027-01-04", 3)
    with time_machine.travel(AFTER, tick=False):
        assert "No round is open" in refused(*team, "--when-round-ends")
        runner.invoke(args=["work", "--clock-is-right"])
        worked = runner.invoke(args=["work", "--daily"])
        assert "People moved as planned: 4." in worked.output
