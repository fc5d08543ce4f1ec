"""Every view fails in the product's own words only: whatever is sent to it, whatever goes wrong
within it, and where not even an error page can be made."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from tests.client import Client
from tests.doors import ACTORS, DOORS, Door
from tests.doors.valid_forms import SENDS, Send
from tests.engines import LONG
from tests.factories.world import World
from tracker.rules.last_resort import STRICT
from tracker.web.http import errors, headers

SignIn = Callable[[str], Client]
REQUEST_ID = re.compile(r"[0-9a-f]{16}")


def not_ours(response: TestResponse) -> list[str]:
    """What an answer lacks that every answer has, and what none may hold."""
    said = response.text if response.mimetype in ("text/html", "application/json") else ""
    request_id = response.headers.get("X-Request-ID", "")
    found = [name for name in STRICT if name not in response.headers]
    found += [word for word in ("Traceback", "canary", "Werkzeug") if word in said]
    if not REQUEST_ID.fullmatch(request_id):
        found.append("no request id")
    if response.status_code >= 500 and request_id not in said:
        found.append("a fault without its reference")
    if response.status_code >= 400 and said and "Skills Tracker" not in said:
        found += [] if response.mimetype == "application/json" else ["another page than ours"]
    return found


def address(app: Flask, endpoint: str) -> str:
    """Of that view; what is not there is not asked for before the view is."""
    (rule, *_others) = app.url_map.iter_rules(endpoint)
    with app.test_request_context():
        return url_for(endpoint, **dict.fromkeys(rule.arguments, 1))


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_fault_in_any_view_is_our_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_values: object) -> str:
        raise RuntimeError("canary")

    client = Client(app)
    client.get("/login")
    found: dict[str, object] = {}
    for door in DOORS:
        with monkeypatch.context() as patch:
            patch.setitem(app.view_functions, door.endpoint, fail)
            url = address(app, door.endpoint)
            for accept in ("text/html", "application/json"):
                response = client.http.open(
                    url, method=door.method, headers={"Accept": accept, "X-CSRFToken": client.token}
                )
                wrong = not_ours(response)
                if response.status_code != 500 or wrong:
                    found[f"{door.method} {door.endpoint} {accept}"] = response.status_code, wrong
    assert found == {}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_where_no_error_page_can_be_made_there_is_one_of_last_resort(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_values: object, **_more: object) -> str:
        raise RuntimeError("canary")

    monkeypatch.setitem(app.view_functions, "dashboard.index", fail)
    monkeypatch.setattr(errors, "render", fail)
    response = Client(app).get("/")
    assert response.status_code == 500
    assert not_ours(response) == []
    assert response.headers["X-Request-ID"] in capsys.readouterr().out


@dataclass(frozen=True)
class Hostile:
    """Added to a request. `query` goes behind the address."""

    query: str = ""
    options: dict[str, Any] = field(default_factory=dict)


PASSED = (200, 302, 303, 422)
HOSTILE = {
    "an address that is none": Hostile("?next=http%3A%2F%2F%5B%3A%3A1&framework=%5B&page=%5B"),
    "half of a character": Hostile("?next=%ED%A0%80&framework=%00&page=99999999999999999999"),
    "another path, and languages that are none": Hostile(
        options={
            "environ_overrides": {"SCRIPT_NAME": "/elsewhere"},
            "headers": {"Accept-Language": "x-;q=9,*;q=a", "Range": "bytes=9-1"},
        }
    ),
    "another host": Hostile(options={"base_url": "http://evil.example.com"}),
    "a host that is none": Hostile(options={"headers": {"Host": "[::1"}}),
    "a long host": Hostile(options={"headers": {"Host": "a" * 70 + ".example.com"}}),
    "a cookie that is none": Hostile(options={"headers": {"Cookie": "session=.eJ%%%; =; x"}}),
    "a list as JSON": Hostile(options={"data": b"[1]", "content_type": "application/json"}),
    "a key twice": Hostile(options={"data": b'{"a":1,"a":2}', "content_type": "application/json"}),
    "deep JSON": Hostile(options={"data": b"[" * 99_999, "content_type": "application/json"}),
    "no boundary": Hostile(options={"data": b"x", "content_type": "multipart/form-data"}),
    "a charset that is none": Hostile(
        options={"data": b"a=1", "content_type": "application/x-www-form-urlencoded;charset=x-9"}
    ),
}


BODIES = [word for word, each in HOSTILE.items() if "data" in each.options]
BEFORE_ANY_DOOR = [word for word, each in HOSTILE.items() if not each.query and word not in BODIES]
"""What no view gets to see: each door is sent one of them, in turn; in `make test-long` all."""


def hostile_to(door: Door) -> dict[str, Hostile]:
    """Who only looks reads no body: one kind of it is enough there. Who takes one is sent two kinds,
    in turn; in `make test-long` all."""
    at = DOORS.index(door)
    turn = BEFORE_ANY_DOOR[at % len(BEFORE_ANY_DOOR)]
    bodies = {BODIES[at % len(BODIES)], BODIES[(at + 2) % len(BODIES)]}
    return {
        word: each
        for word, each in HOSTILE.items()
        if (door.method != "GET" or word not in BODIES or word == "deep JSON")
        and (LONG or word not in BEFORE_ANY_DOOR or word == turn)
        and (LONG or word not in BODIES or door.method == "GET" or word in bodies)
    }


def inside(door: Door) -> str:
    """Somebody whom this door lets in, rather one who is signed in."""
    passes = (name for name in (*ACTORS[1:], *ACTORS) if door.statuses[name] in PASSED)
    return next(passes, ACTORS[1])


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method}-{door.endpoint}")
def test_what_nobody_should_send_is_refused_in_our_words(
    app: Flask, world: World, sign_in: SignIn, door: Door
) -> None:
    with app.app_context():
        door.arrange(world)
    with app.test_request_context():
        url = url_for(door.endpoint, **door.values(world))
    name = inside(door)
    client = Client(app) if name == "anonymous" else sign_in(world.email(name))
    client.get("/an-address-that-is-not-there")
    found = {}
    for word, hostile in hostile_to(door).items():
        options = {**hostile.options}
        options["headers"] = {"X-CSRFToken": client.token, **options.get("headers", {})}
        response = client.http.open(url + hostile.query, method=door.method, **options)
        wrong = not_ours(response)
        if response.status_code >= 500 or wrong or "evil" in response.headers.get("Location", ""):
            found[word] = response.status_code, wrong
        client.http.delete_cookie("session", domain="evil.example.com")
    assert found == {}


def spoiled(data: dict[str, str]) -> Iterator[dict[str, str]]:
    """What a form sends, with one field at a time blank or an address that is none: in turn; in
    `make test-long` both."""
    values = ("http://[::1", " ")
    for turn, name in enumerate(data):
        for value in values if LONG else values[turn % 2 :][:1]:
            yield {**data, name: value}
    for name in ("next", "ground"):
        for value in values if LONG else values[:1]:
            yield {**data, name: value}


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("each", SENDS, ids=lambda each: each.endpoint)
def test_a_form_that_is_right_but_for_one_field(
    app: Flask, world: World, sign_in: SignIn, each: Send
) -> None:
    with app.app_context():
        each.prepare(world)
        data = {
            name: str(value)
            for name, value in each.data(world).items()
            if isinstance(value, str | int)
        }
    with app.test_request_context():
        url = url_for(each.endpoint, **each.address(world))
    client = sign_in(world.email(each.who)) if each.who else Client(app)
    found = {}
    for sent in spoiled(data):
        response = client.post(url, sent)
        if response.status_code >= 500 or not_ours(response):
            found[str(sent)] = response.status_code, not_ours(response)
        if response.status_code == 400:
            client.token = ""
    assert found == {}


def test_a_page_that_is_not_ours_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers.EveryAnswer, "__call__", lambda self, *both: self._inner(*both))
    monkeypatch.setitem(app.view_functions, "dashboard.index", lambda: ("<h1>canary</h1>", 500))
    wrong = not_ours(app.test_client().get("/"))
    assert {*STRICT, "canary", "no request id", "another page than ours"} <= {*wrong}
