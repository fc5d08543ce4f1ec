"""What every answer carries: strict headers, compression, far-future names, a request id in the
log."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.client import Client
from tests.conftest import TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.rules.last_resort import POLICY


@pytest.mark.parametrize(
    "url", ["/", "/login", "/no-such-page", "/account", "/healthz", "/login?next=%00"]
)
def test_strict_headers_on_every_answer(client: Client, url: str) -> None:
    headers = client.get(url).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY


def test_pages_are_compressed(client: Client) -> None:
    answer = client.http.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < len(client.get("/").data)


def test_static_files_have_far_future_names(client: Client) -> None:
    names = re.findall(r'href="(/assets/[^"]+\.(?:css|svg))"', client.get("/").text)
    assert len(names) >= 2
    for name in names:
        assert re.match(r"/assets/[0-9a-f]{16}/", name)
        with client.http.get(name, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Encoding"] == "br"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_fault_is_a_page_with_headers_and_no_trace(
    migrated_app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(migrated_app.view_functions, "dashboard.index", fail)
    monkeypatch.setitem(migrated_app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = Client(migrated_app).get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    logged = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")
    ]
    assert [line["request_id"] for line in logged if line["event"] == "unhandled"] == [
        answer.headers["X-Request-ID"]
    ]


def test_a_database_that_does_not_answer_is_503(
    migrated_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> str:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setitem(migrated_app.view_functions, "health.alive", gone)
    answer = Client(migrated_app).get("/healthz")
    assert answer.status_code == 503


def test_the_log_has_a_line_for_each_request_and_nothing_that_was_typed(
    app: Flask,
    world: World,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(app, "testing", False)
    client.sign_in(world.email("ana"))
    client.get("/account?secret=canary")
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert [line["path"] for line in lines] == ["/login", "/login", "/account"]
    assert lines[-1]["person_id"] == world.people["ana"]
    assert all(line["request_id"] for line in lines)
    assert "canary" not in out
    assert "correct horse" not in out


def test_the_cookie_is_strict(client: Client) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_behind_https_the_cookie_is_secure_and_browsers_stay_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: Client
) -> None:
    monkeypatch.setenv("TRACKER_BASE_URL", "https://skills.example.org")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    config = TestConfig(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path)
    behind = Client(create_app(config)).http.get("/login", base_url="https://skills.example.org")
    assert behind.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in behind.headers["Set-Cookie"]
    assert behind.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/login").headers


FORMS = (
    "/search?q=otter",
    "/evidence",
    "/evidence/new",
    "/assess/small/durable/communication",
    "/login",
)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def runs(token: str) -> set[str]:
    return {token[at : at + 8] for at in range(len(token) - 7)}


@pytest.mark.parametrize("url", FORMS)
def test_no_part_of_a_token_is_in_two_answers(
    app: Flask, world: World, sign_in: Callable[[str], Client], url: str
) -> None:
    """Who has somebody's page asked for again and again, each time with another guess in its
    address, learns from its size what it repeats (BREACH)."""
    ana = sign_in(world.email("ana"))
    client = ana.http if url != "/login" else app.test_client()
    answers = [client.get(url, follow_redirects=True) for _each in range(3)]
    pages = [answer.get_data(as_text=True) for answer in answers]
    tokens = [set(TOKEN.findall(page)) for page in pages]
    assert [len(of_one) for of_one in tokens] == [1, 1, 1], "one for all forms of a page"
    first, second, third = (of_one.pop() for of_one in tokens)
    assert not runs(first) & runs(second)
    assert not runs(second) & runs(third)
    with client.session_transaction() as kept:
        assert kept["csrf_token"] not in "".join(pages)


def test_a_page_that_was_opened_before_still_saves(
    world: World, sign_in: Callable[[str], Client]
) -> None:
    ana = sign_in(world.email("ana")).http
    tokens = [TOKEN.findall(ana.get("/evidence").get_data(as_text=True))[0] for _each in range(3)]
    for number, token in enumerate(tokens):
        sent = {"csrf_token": token, "line": f"Helped {number}"}
        assert ana.post("/evidence/jot", data=sent).status_code == 303


def test_nobody_else_s_and_no_made_up_token_saves(
    world: World, sign_in: Callable[[str], Client]
) -> None:
    """The partner: a mask alone opens nothing."""
    ana, ben = (sign_in(world.email(name)).http for name in ("ana", "ben"))
    (own, *_more) = TOKEN.findall(ana.get("/evidence").get_data(as_text=True))
    (other, *_more) = TOKEN.findall(ben.get("/evidence").get_data(as_text=True))
    with ana.session_transaction() as kept:
        raw = kept["csrf_token"]
    for token in (other, own[:-4], own[4:], own[::-1], raw, "", "x", "é", "=", "A" * 240, None):
        sent = {"line": "Helped"} if token is None else {"csrf_token": token, "line": "Helped"}
        assert ana.post("/evidence/jot", data=sent).status_code == 400, token
