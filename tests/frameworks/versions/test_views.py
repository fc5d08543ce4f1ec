"""The page of a published version: who uses it, hiding it, withdrawing it; and who sees what is
hidden."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.sides import actor
from tests.factories.versions import next_version
from tests.factories.world import World
from tests.frameworks.drafts.pages import words
from tests.frameworks.next_files import seed
from tracker.administration.library.actions import set_framework_editor
from tracker.administration.version_moves import actions as version_moves_actions

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PAGE = "/system/frameworks"
SignIn = Callable[[str], Client]


@pytest.fixture
def editor(app: Flask, world: World, sign_in: SignIn) -> Client:
    """Ana, a learner whom an operator let edit frameworks."""
    with app.app_context():
        set_framework_editor(None, world.email("ana"), True, NOW)
    return sign_in(world.email("ana"))


@pytest.fixture
def unused(app: Flask, editor: Client) -> str:
    """The address of a version that nobody uses."""
    with app.app_context():
        return f"{PAGE}/versions/{first_version(seed(), NOW)}"


def test_the_page_says_who_uses_it(world: World, editor: Client) -> None:
    seen = words(editor.get(f"{PAGE}/versions/{world.framework_id}"))
    assert "People who are on it: 5." in seen
    assert "Newcomers of 2 libraries begin with it." in seen
    assert "2 rounds are for it." in seen
    assert "It can’t be withdrawn while it is used as listed above." in seen
    assert "/withdraw" not in editor.get(f"{PAGE}/versions/{world.framework_id}").text
    refused = editor.post(f"{PAGE}/versions/{world.framework_id}/withdraw", {})
    assert "This version can’t be withdrawn" in words(editor.get(refused.location))


def test_hiding_names_the_move_that_is_planned_to_it(
    app: Flask, world: World, editor: Client
) -> None:
    with app.app_context():
        version = next_version(world)
        version_moves_actions.plan(
            actor(world, "adam"), world.libraries["city"], version.framework_id, world.now
        )
    at = f"{PAGE}/versions/{version.framework_id}"
    assert "City Library plans to move to version 2." in words(editor.get(at))
    assert not re.findall(r'action="[^"]*/hide', editor.get(at).text), "no button that refuses"
    older = editor.get(f"{PAGE}/versions/{version.before_id}").text
    assert re.findall(r'action="[^"]*/(hide[^"]*)"', older) == ["hide"]
    for button in ("hide", "hide-all"):
        refused = editor.post(f"{at}/{button}", {})
        assert (
            "City Library plans to move to version 2. Ask its administrators to cancel that move, "
            "or hide the version after it."
        ) in words(editor.get(refused.location))


def test_a_version_that_nobody_uses_is_withdrawn(
    client: Client, editor: Client, unused: str
) -> None:
    assert "Who uses it Nobody." in words(editor.get(unused))
    done = editor.post(f"{unused}/withdraw", {})
    seen = words(editor.get(done.location))
    assert "The version is withdrawn." in seen
    assert "withdrawn Nobody can choose it" in seen
    assert "Library Technicians 26.05 withdrawn" in words(editor.get(PAGE))
    assert "Library Technicians" not in words(client.get("/frameworks/"))
    public = "/frameworks/library-technicians/"
    assert [client.get(each).status_code for each in (public, f"{public}?version=26.05")] == [
        404
    ] * 2
    assert editor.get(public).status_code == 404
    told = words(editor.get(f"{public}?version=26.05"))
    assert "Version 26.05 was withdrawn. Nobody can choose it." in told
    assert editor.get(f"{public}framework.json?version=26.05").json is not None


@pytest.mark.in_ci
def test_a_hidden_framework_is_read_by_who_is_in_it_and_listed_to_who_looks_after_it(
    world: World, client: Client, editor: Client, sign_in: SignIn
) -> None:
    page, at = "/frameworks/small/", f"{PAGE}/versions/{world.framework_id}"
    assert client.get(page).status_code == 200
    done = editor.post(f"{at}/hide", {})
    assert "The version is hidden. Undo" in words(editor.get(done.location))
    assert client.get(page).status_code == 404
    assert "Small framework" not in words(client.get("/frameworks/"))
    ben, adam = sign_in(world.email("ben")), sign_in(world.email("adam"))
    assert "Version 1 is hidden." in words(ben.get(page))
    assert "Small framework" not in words(ben.get("/frameworks/"))
    assert "Hidden" in words(adam.get("/frameworks/"))
    assert "Small framework 1" in words(adam.get("/frameworks/"))
    assert "framework hidden" in words(adam.get("/admin/role-profiles"))
    assert "Add a job profile" not in words(adam.get("/admin/role-profiles"))
    assert adam.get("/admin/role-profiles/new").status_code == 404
    assert "Small framework 1 (hidden)" in words(adam.get("/admin/rounds/new"))
    assert ben.get("/assess/small/technical/technical").status_code == 200
    editor.post(f"{at}/show-again", {})
    assert client.get(page).status_code == 200
    assert "framework hidden" not in words(adam.get("/admin/role-profiles"))


def test_all_versions_are_hidden_at_once(
    app: Flask, world: World, client: Client, editor: Client
) -> None:
    with app.app_context():
        next_version(world)
    at = f"{PAGE}/versions/{world.framework_id}"
    assert "Hide all its versions" in words(editor.get(at))
    editor.post(f"{at}/hide", {})
    assert "Version 1" not in words(client.get("/frameworks/small/"))
    assert client.get("/frameworks/small/?version=1").status_code == 404
    seen = words(editor.get("/frameworks/small/?version=1"))
    assert "This is version 1. The newest is 2." in seen
    editor.post(f"{at}/hide-all", {})
    assert client.get("/frameworks/small/").status_code == 404
