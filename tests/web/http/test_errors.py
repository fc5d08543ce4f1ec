"""When something cannot be done: what happened, that nothing was lost, what to do, and a way on for
each role."""

import errno
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from psycopg.errors import DataCorrupted, DiskFull, UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import Conflict, RequestEntityTooLarge, TooManyRequests

from tests.client import Client
from tests.factories.evidence import PDF
from tests.factories.world import World
from tests.web.http.hindrances import full, held
from tracker.db import db
from tracker.engines import waiting_at_most, without_transactions
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
        (DatabaseError("canary", {}, DataCorrupted()), 503, "Nothing that was saved is lost."),
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
    assert ana.post_json("/evidence", body).status_code == 422
