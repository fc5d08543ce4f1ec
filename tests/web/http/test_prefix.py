"""The site below a path: nothing that it hands out leads out of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from tests.client import Client, links
from tests.conftest import TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.cli.server.connections import Doors
from tracker.db import db

PREFIX = "/skills"
ADDRESS = re.compile(r"""(?<![\w<*])["'(](/[^"')<\s]*)["')]""")
"""In a page, a script or a style: what is quoted and begins with a slash."""
OUTSIDE = ("/login", "/skillset", "/skills/../mail", "/skills/%2e%2e/mail", "//skills/")
PAGES = 12
PEOPLE = ("ana", "sue", "cora", "adam")


class Below(Client):
    """Signs in below the prefix; looks at every answer."""

    def get(self, url: str, **options: Any) -> TestResponse:
        return self._within(super().get(below(url), **options))

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self._within(super().post(below(url), data, **options))

    def _within(self, answer: TestResponse) -> TestResponse:
        text = answer.text if answer.mimetype in ("text/html", "application/json") else ""
        found = [*ADDRESS.findall(text), *answer.headers.getlist("Location")]
        out = [each for each in found if each != PREFIX and not each.startswith(f"{PREFIX}/")]
        assert not out, f"{answer.request.path}: {out}"
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert f"; Path={PREFIX}" in cookie, cookie
        return answer


def below(url: str) -> str:
    return url if url.startswith(f"{PREFIX}/") else PREFIX + url


@pytest.fixture
def site(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """On the same database."""
    monkeypatch.setenv("TRACKER_URL_PREFIX", f"{PREFIX}/")
    made = create_app(TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"]))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_no_page_leads_out(site: Flask, world: World) -> None:
    visitor = Below(site)
    asked = visitor.get("/account?a=1")
    assert asked.headers["Location"] == "/skills/login?next=/skills/account?a%3D1"
    page = visitor.get("/login").text
    for found in set(re.findall(rf'(?:href|src)="({PREFIX}/assets/[^"]+)"', page)):
        with visitor.http.get(found) as served:
            assert served.status_code == 200, found
            leads = re.findall(rb"""(?:url\(|import |from |fetch\()["'](/[^"']*)""", served.data)
            assert leads == [], found
    for name in PEOPLE:
        client = Below(site)
        client.get("/login?next=/skills/account")
        data = {"email": world.email(name), "password": "correct horse battery"}
        entered = client.post("/login?next=/skills/account", data)
        assert entered.headers["Location"] == "/skills/account", name
        to_do, seen = ["/skills/", "/skills/account"], set()
        while to_do and len(seen) < PAGES:
            url = to_do.pop(0)
            if url in seen or "/assets/" in url:
                continue
            seen.add(url)
            answer = client.get(url)
            assert answer.status_code in (200, 302, 303), url
            if answer.mimetype == "text/html":
                to_do += links(answer.text, url)
        assert len(seen) == PAGES, name
        assert client.get("/not-there").status_code == 404
        if name == "adam":
            made = client.post(f"/admin/people/{world.people['ben']}/link").text
            assert "http://127.0.0.1:8000/skills/welcome/" in made
        for wanted in OUTSIDE:
            led = client.get("/login", query_string={"next": wanted})
            assert led.headers["Location"] == "/skills/", wanted
        client.token = ""
        assert "Clear-Site-Data" not in client.post("/logout").headers


def test_what_is_beside_it_is_not_answered(site: Flask, client: Client) -> None:
    bare = site.test_client()
    for path in ("/", "/login", "/healthz", "/skillset/", "/skills/../login", "/assets/x"):
        answer = bare.get(path)
        assert answer.status_code == 404, path
        assert "Content-Security-Policy" in answer.headers
    assert "Skills Tracker is at /skills/." in bare.get("/").text
    assert bare.get("/skills/healthz").status_code == bare.get("/skills/readyz").status_code == 200


def test_what_is_made_without_a_request(site: Flask) -> None:
    asked = [Doors(site).endpoint("POST", path) for path in ("/skills/login", "/login")]
    assert asked == ["accounts.sign_in_now", None]
    with site.test_request_context(base_url=site.config["BASE_URL"]):
        assert url_for("accounts.show", _external=True) == "http://127.0.0.1:8000/skills/account"


def test_a_shared_host(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    monkeypatch.setenv("TRACKER_URL_PREFIX", PREFIX)
    monkeypatch.setenv("TRACKER_BASE_URL", "https://library.org/skills/")
    made = create_app(TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"]))
    assert made.config["BASE_URL"] == "https://library.org/skills"
    answer = made.test_client().get("/skills/login", base_url="https://library.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-session=")
    assert "; Secure; HttpOnly; Path=/skills; SameSite=Lax" in cookie
    with made.app_context():
        db.engine.dispose()
    for name, value, wrong in (
        ("TRACKER_BASE_URL", "https://library.org/other", "names a path: set TRACKER_URL_PREFIX"),
        ("TRACKER_URL_PREFIX", "skills", "must be a path such as /skills"),
        ("TRACKER_URL_PREFIX", "/a/../b", "must be a path such as /skills"),
    ):
        monkeypatch.setenv(name, value)
        with pytest.raises(ValueError, match=wrong):
            create_app()
