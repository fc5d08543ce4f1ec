"""When something cannot be done: what happened, that nothing was lost, what to do, and a way on for
each role."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.exceptions import Conflict, RequestEntityTooLarge, TooManyRequests

from tests.client import Client
from tests.factories.world import World
from tracker.web.http import errors

SignIn = Callable[[str], Client]
WAYS = {
    "ana": {"/assess", "/evidence", "/reviews", "/profile", "/teams", "/frameworks/"},
    "sue": {"/assess", "/evidence", "/reviews", "/profile", "/teams", "/frameworks/"},
    "cora": {"/reviews", "/teams", "/frameworks/"},
    "adam": {"/admin", "/frameworks/"},
}


def main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("name", WAYS)
def test_a_page_that_is_not_there_shows_each_role_a_way_on(
    world: World, sign_in: SignIn, name: str
) -> None:
    response = sign_in(world.email(name)).get("/nowhere")
    assert response.status_code == 404
    said = main(response.text)
    assert "Nothing was lost." in said
    assert set(re.findall(r'href="(/[^"]+)"', said)) == WAYS[name]
    assert 'href="/">Go to Today<' in said


def test_signed_out_it_leads_to_the_framework_and_the_sign_in(client: Client) -> None:
    said = main(client.get("/nowhere").text)
    assert set(re.findall(r'href="(/[^"]+)"', said)) == {"/frameworks/", "/login"}
    assert "Today" not in said


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Conflict(), 409, "Nothing was lost."),
        (RequestEntityTooLarge(), 413, "Everything saved before is still there."),
        (RuntimeError("canary"), 500, "What was saved before is still there"),
    ],
)
def test_every_kind_says_that_nothing_was_lost(
    app: Flask,
    world: World,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    status: int,
    said: str,
) -> None:
    def fail(**_values: object) -> str:
        raise fault

    ana = sign_in(world.email("ana"))
    monkeypatch.setitem(app.view_functions, "accounts.show", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    response = ana.get("/account")
    assert response.status_code == status
    assert said in response.text
    assert "What you can do" in response.text
    assert f"Reference: {response.headers['X-Request-ID']}" in response.text
    assert "canary" not in response.text


def test_too_many_tries_say_how_long_to_wait(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_values: object) -> str:
        raise TooManyRequests

    ana = sign_in(world.email("ana"))
    monkeypatch.setitem(app.view_functions, "accounts.show", fail)
    for minutes, words in ((None, "Wait a while"), (1, "Wait a minute,"), (12, "Wait 12 minutes,")):
        monkeypatch.setattr(errors, "minutes_to_wait", lambda minutes=minutes: minutes)
        response = ana.get("/account")
        assert response.status_code == 429
        assert words in response.text


@pytest.mark.parametrize("body", [1, "x", [1], {"title": {"a": 1}}, {"title": -1}])
def test_json_fills_no_form(world: World, sign_in: SignIn, body: object) -> None:
    ana = sign_in(world.email("ana"))
    assert ana.post_json("/evidence", body).status_code == 422
