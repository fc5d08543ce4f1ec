"""Knock on every door as every kind of person, by real requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for

from tests.client import Client
from tests.conftest import TestConfig
from tests.copies import made_once
from tests.doors import ACTORS, DOORS, Door
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.app import create_app
from tracker.web.http.access import check_doors


def endpoints(app: Flask) -> set[tuple[str, str]]:
    """Every endpoint with each method that it answers, but for HEAD and OPTIONS."""
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def missing(app: Flask) -> set[tuple[str, str]]:
    return endpoints(app) - {(door.endpoint, door.method) for door in DOORS}


def test_every_endpoint_is_in_the_table(migrated_app: Flask) -> None:
    assert missing(migrated_app) == set()


def test_no_row_is_of_an_endpoint_that_is_gone(migrated_app: Flask) -> None:
    assert {(door.endpoint, door.method) for door in DOORS} - endpoints(migrated_app) == set()


@pytest.fixture
def other_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app of its own, to spoil."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    return create_app(TestConfig(f"sqlite:///{tmp_path / 'other.sqlite3'}", tmp_path))


def test_an_endpoint_that_is_not_in_the_table_is_found(other_app: Flask) -> None:
    app = other_app
    app.add_url_rule("/rogue", "rogue", lambda: "in")
    assert ("rogue", "GET") in missing(app)


def test_a_route_without_a_permission_stops_the_start(other_app: Flask) -> None:
    app = other_app
    app.add_url_rule("/rogue", "rogue", lambda: "in")
    with pytest.raises(RuntimeError, match="rogue"):
        check_doors(app)


@pytest.fixture
def clients(app: Flask, world: World, engine_name: str) -> dict[str, Client]:
    """One of ACTORS each; they signed in once, before the first of these tests."""

    def enter() -> dict[str, tuple[str, dict[Any, Any]]]:
        kept = {}
        for name in ACTORS[1:]:
            client = Client(app)
            with app.app_context():
                client.enter(world.email(name))
            kept[name] = client.token, client.http._cookies or {}
        return kept

    with app.app_context():
        kept = made_once("signed_in", engine_name, enter)
    found = {name: Client(app) for name in ACTORS}
    for name, (token, cookies) in kept.items():
        found[name].token, found[name].http._cookies = token, cookies
    return found


@pytest.mark.reads_at_length
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method}-{door.endpoint}")
def test_who_gets_what(app: Flask, world: World, clients: dict[str, Client], door: Door) -> None:
    with app.app_context():
        door.arrange(world)
    with app.test_request_context():
        url = url_for(door.endpoint, **door.values(world))
    got = {}
    for name, client in clients.items():
        response = client.get(url) if door.method == "GET" else client.post(url, door.data)
        got[name] = response.status_code
    assert got == door.statuses


def test_a_wrong_expectation_is_found(app: Flask, world: World, clients: dict[str, Client]) -> None:
    open_to_all = Door("accounts.show", "200 200 200 200 200 200 200 200 200")
    with pytest.raises(AssertionError):
        test_who_gets_what(app, world, clients, open_to_all)


FOR_OPERATORS = {
    "admin_backup.index",
    "corrections.index",
    "framework_drafts.index",
    "framework_versions.show",
    "libraries.new",
    "readers.queue",
    "system.index",
}
"""What somebody without any role in a team gets in for being an operator."""


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_operator_has_the_system_and_nobodys_record(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    """Carl, of whose team nothing is asked below, once without and once as operator."""
    got: dict[bool, dict[str, int]] = {}
    nothing = Door("", "").arrange
    doors = [door for door in DOORS if door.method == "GET" and door.arrange is nothing]
    with app.test_request_context():
        urls = {door.endpoint: url_for(door.endpoint, **door.values(world)) for door in doors}
    for is_operator in (False, True):
        with app.app_context():
            set_operator(world.email("carl"), is_operator, world.now)
        client = sign_in(world.email("carl"))
        got[is_operator] = {name: client.get(url).status_code for name, url in urls.items()}
    more = {name for name, status in got[True].items() if status != got[False][name]}
    assert more == FOR_OPERATORS
    assert {got[True][name] for name in more} == {200}
