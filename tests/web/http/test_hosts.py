"""The site has one address, its own: no request names another, and X-Forwarded-* is believed only
where a proxy is declared."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request

from tests.client import PASSWORD, Client
from tests.conftest import TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.web.http.hosts import is_own, own_hosts
from tracker.web.http.redirects import own_address, own_path

Make = Callable[..., Flask]
EVIL = "http://evil.example.com"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """An application with these settings."""

    def made(**settings: str) -> Flask:
        monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
        for name, value in settings.items():
            monkeypatch.setenv(f"TRACKER_{name}", value)
        return create_app(TestConfig(f"sqlite:///{tmp_path / 'tracker.sqlite3'}", tmp_path))

    return made


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/login"), ("GET", "/frameworks"), ("GET", "/nowhere"), ("DELETE", "/login")],
    ids=["a page", "308", "404", "405"],
)
def test_another_host_is_refused_in_words(make: Make, method: str, path: str) -> None:
    app = make()
    assert app.test_client().open(path, method=method).status_code != 400
    response = app.test_client().open(path, method=method, base_url=EVIL)
    assert response.status_code == 400
    assert "Its address is http://127.0.0.1:8000." in response.text
    assert "evil" not in response.text + str(response.headers)


def test_a_slash_leads_on_without_a_host(client: Client) -> None:
    response = client.http.get("/frameworks?a=1")
    assert (response.status_code, response.headers["Location"]) == (308, "/frameworks/?a=1")


def test_a_path_with_two_slashes_leads_nowhere_else(app: Flask) -> None:
    assert own_path("http://127.0.0.1//evil.example.com/") == "/evil.example.com/"
    with app.test_request_context():
        assert own_address("http://[::1", "/") == "/"
        assert own_address("/account?a=1", "/") == "/account?a=1"


@pytest.mark.parametrize(
    "wanted", ["http://[::1", "//[", "/\\[", "https://evil.example.com", "\u2028"]
)
def test_signing_in_leads_to_today_where_the_way_on_is_none(
    app: Flask, world: World, wanted: str
) -> None:
    somebody = Client(app)
    somebody.get("/login")
    sent = {"email": world.email("ana"), "password": PASSWORD}
    response = somebody.post("/login", sent, query_string={"next": wanted})
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    response = somebody.get("/login", query_string={"next": wanted})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_names_of_the_own_host() -> None:
    own = own_hosts("https://Skills.Library.org:8443", ["tracker.internal"])
    good = (
        "skills.library.org",
        "skills.library.org:8443",
        "SKILLS.library.org:1",
        "tracker.internal",
    )
    bad = (
        "",
        "localhost",
        "library.org",
        "skills.library.org.evil.com",
        "a@skills.library.org",
        "[::1",
        "x:99999999",
    )
    assert [host for host in (*good, *bad) if is_own(host, own)] == [*good]
    assert is_own("localhost:9", own_hosts("http://127.0.0.1:8000", []))
    assert is_own("[::1]:9", own_hosts("http://127.0.0.1:8000", []))


def test_a_second_name_is_answered_where_it_is_set(make: Make) -> None:
    app = make(BASE_URL="http://skills.library.org", MORE_HOSTS="tracker.internal, 10.0.0.7")
    for name, status in (("tracker.internal", 200), ("10.0.0.7:8000", 200), ("localhost", 400)):
        assert app.test_client().get("/login", base_url=f"http://{name}").status_code == status


def test_a_probe_is_answered_by_any_name(make: Make) -> None:
    assert make().test_client().get("/healthz", base_url=EVIL).status_code == 200


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "skills.library.org",
    "X-Forwarded-Prefix": "/elsewhere",
}


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        ("no", ("127.0.0.1", "http", "localhost", "")),
        ("yes", ("203.0.113.9", "https", "skills.library.org", "")),
    ],
)
def test_what_a_proxy_says_counts_only_where_one_is_declared(
    make: Make, monkeypatch: pytest.MonkeyPatch, trusted: str, seen: tuple[str, ...]
) -> None:
    app = make(BASE_URL="https://skills.library.org", MORE_HOSTS="localhost", TRUST_PROXY=trusted)

    def tell() -> list[object]:
        return [request.remote_addr, request.scheme, request.host, request.root_path.rstrip("/")]

    monkeypatch.setitem(app.view_functions, "health.alive", tell)
    response = app.test_client().get("/healthz", headers=FORWARDED)
    assert tuple(response.json or ()) == seen


def test_a_forwarded_host_is_checked_as_well(make: Make) -> None:
    app = make(BASE_URL="https://skills.library.org", TRUST_PROXY="yes")
    for host, status in (("skills.library.org", 200), ("evil.example.com", 400)):
        headers = {**FORWARDED, "X-Forwarded-Host": host}
        assert app.test_client().get("/login", headers=headers).status_code == status
