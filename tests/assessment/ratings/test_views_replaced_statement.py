"""An answer from a page that was loaded before its owner was moved to another version."""

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask

from tests.assessment.posted import fields
from tests.client import Client
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tests.reading import words

SignIn = Callable[[str], Client]
TYPED = {"answer": "partly", "base_version": "0", "own_note": "typed here"}


@pytest.fixture
def version(app: Flask, world: World) -> Iterator[NextVersion]:
    """The first of Technical is reworded, the second retired, the third split."""
    first, second, third = world.statements["technical"][:3]
    with app.app_context():
        found = next_version(world, reworded={first: False}, retired=[second], split={third: False})
        carried(world, found)
    with time_machine.travel(AFTER, tick=False):
        yield found


def test_what_was_typed_is_kept_and_saved_at_what_takes_its_place(
    world: World, version: NextVersion, sign_in: SignIn
) -> None:
    ana, first = sign_in(world.email("ana")), world.statements["technical"][0]
    told = ana.post(f"/statements/{first}/rating", TYPED)
    assert told.status_code == 409
    assert "You are on version 2 of the framework now" in words(told.text)
    assert f'href="/statements/{first}"' in told.text
    (new,) = version.became[first]
    assert re.findall(r'data-action="(/statements/\d+/rating)"', told.text) == [
        f"/statements/{new}/rating"
    ]
    assert re.findall(r'name="answer-\d+"[^>]* value="(\w+)" checked', told.text) == ["partly"]
    assert ">typed here</textarea>" in told.text
    assert "save-button page-save is-needed" in told.text, "no script saves on this page"
    assert ana.post("/assess/ratings", fields(told.text)).location == f"/statements/{new}"
    assert ">typed here</textarea>" in ana.get(f"/statements/{new}").text
    assert f'id="s-{new}-partly" value="partly" checked' in ana.get(f"/statements/{new}").text


def test_of_what_is_split_each_part_is_offered(
    world: World, version: NextVersion, sign_in: SignIn
) -> None:
    ana, third = sign_in(world.email("ana")), world.statements["technical"][2]
    told = ana.post(f"/statements/{third}/rating", TYPED)
    actions = re.findall(r'data-action="/statements/(\d+)/rating"', told.text)
    assert [int(action) for action in actions] == version.became[third]
    assert not re.findall(r'name="answer-\d+"[^>]* checked', told.text)


def test_what_is_retired_says_so(world: World, version: NextVersion, sign_in: SignIn) -> None:
    ana, second = sign_in(world.email("ana")), world.statements["technical"][1]
    told = ana.post(f"/statements/{second}/rating", TYPED)
    assert told.status_code == 409
    assert "this statement isn’t in it" in words(told.text)
    assert "For myself typed here" in words(told.text)


def test_the_script_is_told_why(world: World, version: NextVersion, sign_in: SignIn) -> None:
    ana, first = sign_in(world.email("ana")), world.statements["technical"][0]
    told = ana.post_json(f"/statements/{first}/rating", {"answer": "partly", "base_version": 0})
    assert told.status_code == 409
    assert "check it against the statement of that version" in told.json["error"]


@pytest.mark.parametrize("number", [0, 2, 3])
def test_it_is_so_on_the_way_back_too(
    app: Flask, world: World, version: NextVersion, sign_in: SignIn, number: int
) -> None:
    """To what was reworded, split, or is the same."""
    old = world.statements["technical"][number]
    with app.app_context():
        carried(world, version, back=True)
    ana = sign_in(world.email("ana"))
    new = version.became[old][-1]
    told = ana.post(f"/statements/{new}/rating", TYPED)
    assert told.status_code == 409
    assert "You are on version 1 of the framework now" in words(told.text)
    assert re.findall(r'data-action="(/statements/\d+/rating)"', told.text) == [
        f"/statements/{old}/rating"
    ]
    assert ">typed here</textarea>" in told.text
    assert f'href="/statements/{old}"' in ana.get(f"/statements/{new}").text
    of_ana = f"/people/{world.people['ana']}/statements"
    assert sign_in(world.email("sue")).get(f"{of_ana}/{new}").status_code == 200


def test_a_statement_of_nobody_s_own_is_none(
    world: World, version: NextVersion, sign_in: SignIn
) -> None:
    otto, first = sign_in(world.email("otto")), world.statements["technical"][0]
    assert otto.post(f"/statements/{version.became[first][0]}/rating", TYPED).status_code == 404
    ana = sign_in(world.email("ana"))
    assert ana.post("/statements/99999/rating", TYPED).status_code == 404
