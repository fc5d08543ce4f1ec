"""A real Chromium before a real server with its own SQLite database and the small world."""

import datetime as dt
import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from werkzeug.serving import make_server

from tests.client import PASSWORD
from tests.conftest import TestConfig
from tests.engines import REQUIRED, fresh_database
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.db import db

CHROMIUM = os.environ.get("TRACKER_CHROMIUM") or shutil.which("chromium") or ""


def trouble() -> str | None:
    """Why there is no browser here; None when there is one."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed (make test-browser installs it)"
    if not CHROMIUM or not Path(CHROMIUM).exists():
        return "no chromium: install one, or say where it is in TRACKER_CHROMIUM"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip in the open where there is no browser, unless one is required. The browser's clock is the real one."""
    why = trouble()
    for item in items:
        if Path(__file__).parent in item.path.parents and why is not None and "browser" not in REQUIRED:
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture
def _at_now() -> None:
    """The clock runs here: a server and a browser keep time themselves."""


@dataclass
class Live:
    """A running server: its address, the app behind it and the people in it."""

    url: str
    app: Flask
    world: World


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with fresh_database("sqlite", tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            upgrade()
            world = make_world(dt.datetime.now(dt.UTC))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Live(f"http://127.0.0.1:{server.port}", app, world)
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(live: Live, browser: object) -> Callable[..., object]:
    """A signed-in page: `visit("ana", width=390, java_script_enabled=False)`."""

    def signed_in(name: str, *, width: int = 1280, height: int = 900, **options: object) -> object:
        context = browser.new_context(base_url=live.url, viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("E-mail").fill(live.world.email(name))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return page

    return signed_in
