"""When something cannot be done: what happened, that nothing was lost, what to do, and a way on for
each role."""

import errno
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from psycopg.errors import DataCorrupted, DiskFull, UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    RequestEntityTooLarge,
    TooManyRequests,
    abort,
)

from tests.client import Client
from tests.factories.evidence import PDF
from tests.factories.world import World
from tests.web.hindrances import full, held
from tracker.db import db
from tracker.engines import waiting_at_most, without_transactions
from tracker.rules import last_resort as last_resort_rules
from tracker.rules.last_resort import STRICT
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
        (FileNotFoundError("canary"), 500, "What was saved before is still there"),
        (OSError(errno.ENOSPC, "canary"), 507, "Everything saved before is still there"),
        (OSError(errno.EDQUOT, "canary"), 507, "you can go on reading"),
        (PoolTimeout("canary"), 503, "Nothing that was saved is lost."),
        (DatabaseError("canary", {}, DiskFull()), 507, "so what you sent was not saved"),
        (DatabaseError("canary", {}, DataCorrupted()), 503, "The database is damaged where"),
        (IntegrityError("canary", {}, UniqueViolation()), 500, "It is our fault, not yours."),
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


def test_a_database_that_is_held_is_said_to_be_busy_and_when_to_come_again(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Reading goes on meanwhile; what was typed is refused whole, and kept when sent again."""
    ana = sign_in(world.email("ana"))
    form = {"title": "Trained two pages", "form_key": "key-of-a-rendered-form-here"}
    saving = f"/statements/{world.statements['technical'][0]}/rating"
    with held(app), waiting_at_most(20):
        response = ana.post("/evidence", form)
        asked = ana.post_json(saving, {"answer": "partly", "base_version": 0})
        assert ana.get("/evidence").status_code == 200
    for each in (response, asked):
        assert (each.status_code, each.headers["Retry-After"]) == (503, "5")
    assert "Nothing that was saved is lost." in response.text
    assert "Nothing that was saved is lost" in asked.json["error"]
    assert ana.post("/evidence", form).status_code == 303


def test_a_connection_that_the_server_dropped_is_made_anew(
    app: Flask, world: World, sign_in: SignIn, engine_name: str
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite has no server")
    ana = sign_in(world.email("ana"))
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with (
        app.app_context(),
        without_transactions(db.engine.url) as engine,
        engine.connect() as server,
    ):
        dropped = server.execute(others).all()
    assert dropped
    assert ana.get("/account").status_code == 200


def test_a_full_disk_is_named_and_reading_goes_on(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(app.config, "FILES", tmp_path)
    ana = sign_in(world.email("ana"))
    form = {"title": "Trained two pages", "form_key": "key-of-a-rendered-form-here"}
    saving = f"/statements/{world.statements['technical'][0]}/rating"
    with full(app):
        response = ana.post("/evidence", form)
        asked = ana.post_json(saving, {"answer": "partly", "base_version": 0})
        assert ana.get("/evidence").status_code == 200
    assert (response.status_code, asked.status_code) == (507, 507)
    assert "<h1>The server has no room left</h1>" in response.text
    assert "has no room to save this" in asked.json["error"]
    with_file = {**form, "title": "Kept as typed", "file": (io.BytesIO(PDF), "plan.pdf")}
    with monkeypatch.context() as disk:
        disk.setattr("tracker.storage.file_folder.FileFolder._write", _no_space)
        refused = ana.post("/evidence", with_file)
    assert refused.status_code == 507
    for each in (response, asked, refused):
        assert each.headers["Retry-After"] == "60"
    assert "tracker backup prune" in response.text, "also for who can't sign in"
    assert "The server has no room for the file" in refused.text
    assert 'value="Kept as typed"' in refused.text
    assert ana.post("/evidence", form).status_code == 303


def _no_space(*_values: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_too_many_tries_say_how_long_to_wait(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_values: object) -> str:
        raise TooManyRequests

    ana = sign_in(world.email("ana"))
    monkeypatch.setitem(app.view_functions, "accounts.show", fail)
    for seconds, words in (
        (None, "Wait a while"),
        (60, "Wait a minute,"),
        (661, "Wait 12 minutes,"),
    ):
        monkeypatch.setattr(errors, "seconds_to_wait", lambda seconds=seconds: seconds)
        response = ana.get("/account")
        assert response.status_code == 429
        assert response.headers.get("Retry-After") == (seconds and str(seconds))
        assert words in response.text


@pytest.mark.parametrize("body", [1, "x", [1], {"title": {"a": 1}}, {"title": -1}])
def test_json_fills_no_form(world: World, sign_in: SignIn, body: object) -> None:
    ana = sign_in(world.email("ana"))
    assert ana.post_json("/evidence", body).status_code == 415


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("application/problem+json, application/json;q=0.5", True),
        ("application/json, text/plain, */*", True),
        ("text/html;q=0.5, application/json;q=0.9", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", False),
        ("text/html, application/json", False),
        ("text/html;q=0.9, application/json;q=0.5", False),
        ("application/json;q=0.5, */*", False),
        ("application/json;q=0", False),
        ("application/json;q=0.5, text/*", False),
        ("*/*", False),
        ("image/*", False),
        ("", False),
        ("nonsense, ;;q=x", False),
    ],
)
def test_who_likes_json_better_than_a_page_gets_it(
    client: Client, accept: str, is_json: bool
) -> None:
    response = client.http.get("/nowhere", headers={"Accept": accept})
    assert response.status_code == 404
    assert response.mimetype == ("application/json" if is_json else "text/html")


@pytest.mark.parametrize("status", [*errors.WHAT_HAPPENED, 415])
def test_an_error_says_the_same_in_json_as_on_its_page(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    fault = RuntimeError("canary") if status == 500 else fault_of_status(status)

    def fail(**_values: object) -> str:
        raise fault

    ana = sign_in(world.email("ana"))
    monkeypatch.setitem(app.view_functions, "accounts.show", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    page = ana.get("/account")
    told = ana.http.get(
        "/account", headers={"Accept": "application/json", "Accept-Encoding": "gzip, br"}
    )
    assert (page.status_code, told.status_code) == (status, status)
    assert (page.mimetype, told.mimetype) == ("text/html", "application/json")
    assert told.json is not None
    assert set(told.json) == {"error", "request_id"}
    assert told.json["request_id"] == told.headers["X-Request-ID"]
    assert html.escape(told.json["error"]) in page.text
    assert [name for name in STRICT if name not in told.headers] == []


def fault_of_status(status: int) -> Exception:
    if status == 507:
        return OSError(errno.ENOSPC, "canary")
    try:
        abort(status)
    except HTTPException as error:
        return error


def test_a_page_that_a_view_made_to_refuse_is_json_too(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in(world.email("ana"))
    asked = {"Accept": "application/json", "Accept-Encoding": "gzip, br"}
    refused = ana.post("/evidence", {"title": ""}, headers=asked)
    assert refused.status_code == 422
    assert refused.json["fields"] == {"title": ["Give it a title."]}
    page = ana.http.get("/account").get_data(as_text=True)
    monkeypatch.setitem(app.view_functions, "accounts.show", lambda: (page, 409))
    told = ana.http.get("/account", headers=asked)
    assert (told.status_code, told.mimetype) == (409, "application/json")
    assert "so your change was not made over it" in told.json["error"]


def test_signed_out_it_is_said_in_json_and_a_browser_is_led_to_the_sign_in(client: Client) -> None:
    told = client.http.get("/account", headers={"Accept": "application/json;charset=utf-8"})
    assert (told.status_code, told.mimetype) == (401, "application/json")
    assert client.http.get("/account", headers={"Accept": "text/html,*/*;q=0.8"}).status_code == 302


def test_outside_the_pages_it_is_json_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_values: object, **_more: object) -> str:
        raise RuntimeError("canary")

    asked = {"Accept": "application/json"}
    monkeypatch.setattr(app, "full_dispatch_request", fail)
    monkeypatch.setattr(app, "handle_exception", fail)
    told = Client(app).http.get("/", headers=asked)
    assert (told.status_code, told.mimetype) == (500, "application/json")
    assert told.json is not None
    assert told.json["request_id"] == told.headers["X-Request-ID"]
    status, fields, body = last_resort_rules.elsewhere("/skills", "abc", "application/json")
    assert (status, fields[0][1]) == ("404 Not Found", "application/json")
    assert b'"error": "Skills Tracker is at /skills/."' in body
