"""A real Chromium before a real server with its own SQLite database: the small world, or the
demo."""

import copy
import datetime as dt
import fcntl
import importlib.util
import os
import pickle
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.browser.atlas import PEOPLE, Place, explore
from tests.client import Client
from tests.conftest import TestConfig
from tests.copies import copy_pages, forget_pages, keep_pages
from tests.demo.people import load_cast
from tests.engines import REQUIRED, fresh_database, hurry
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), "")
CHROMIUM = os.environ.get("TRACKER_CHROMIUM") or CHROMIUM
"""The same engine without a window's parts where there is one: it needs a third less work."""


def trouble() -> str | None:
    """Why there is no browser here; None when there is one."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed (make test-browser installs it)"
    if not CHROMIUM or not Path(CHROMIUM).exists():
        return "no chromium: install one, or say where it is in TRACKER_CHROMIUM"
    return None


LONGEST = ("test_pages", "test_languages", "test_words", "test_pictures")
"""Modules that walk over many pages of the demo."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip in the open where there is no browser, unless one is required. The browser's clock is
    the real one.

    One test has the demo made, the others that need nothing of it are done meanwhile, and then the
    longest come first: none is left for one worker at the end.
    """
    items.sort(key=_turn)  # A sort leaves what is alike in its order.
    turns = [_turn(item) for item in items]
    if {1, 2} <= {*turns}:
        items.insert(turns.index(1), items.pop(turns.index(2)))
    why = trouble()
    for item in items:
        if (
            Path(__file__).parent in item.path.parents
            and why is not None
            and "browser" not in REQUIRED
        ):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture
def _at_now() -> None:
    """The clock runs here: a server and a browser keep time themselves."""


def _turn(item: pytest.Item) -> int:
    """0 elsewhere; here 1 for what needs no demo, 2 for what walks over it, 3 for the rest."""
    if Path(__file__).parent not in item.path.parents:
        return 0
    if "demo" not in getattr(item, "fixturenames", ()):
        return 1
    return 2 if item.path.stem in LONGEST else 3


class Server:
    """A server that answers for an app. It can stop, and come back at the same address."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = make_server("127.0.0.1", self._port, self._app, threaded=True)
        self._port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def served(app: Flask) -> Iterator[Server]:
    server = Server(app)
    yield server
    server.stop()
    with app.app_context():
        db.engine.dispose()


@dataclass
class Live:
    """A running server, the app behind it and the people in it."""

    server: Server
    app: Flask
    world: World

    @property
    def url(self) -> str:
        return self.server.url


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The small world in a database of its own; `live` sets it back for each test."""
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch, fresh_database("sqlite", folder) as url:
        patch.setenv("TRACKER_DATA_DIR", str(folder))
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
            upgrade()
            world = make_world(dt.datetime.now(dt.UTC))
            keep_pages("browser", db.engine)
        with served(app) as server:
            yield Live(server, app, world)
    forget_pages()


@pytest.fixture
def live(one_server: Live) -> Iterator[Live]:
    """As it was at first, and no files."""
    with one_server.app.app_context():
        copy_pages("browser", db.engine)
    yield Live(one_server.server, one_server.app, copy.deepcopy(one_server.world))
    with one_server.app.app_context():
        db.session.remove()
    shutil.rmtree(one_server.app.config["FILES"], ignore_errors=True)


@dataclass
class Site:
    """The demo as `make run` serves it: its address, the app behind it, and every page that its
    people can reach."""

    url: str
    app: Flask
    places: list[Place]
    cookies: dict[str, Any]

    def someone(self, browser: Any, role: str, **options: Any) -> Any:
        """A browser context of that role, which signs in once for all its contexts."""
        if role not in self.cookies:
            context = browser.new_context(base_url=self.url)
            if (email := PEOPLE[role]) is not None:
                enter(context.new_page(), email, load_cast().password)
            self.cookies[role] = context.storage_state()
            context.close()
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        return browser.new_context(base_url=self.url, storage_state=self.cookies[role], **options)

    def to_talk_about(self, role: str) -> str:
        """The differences page of a review of that role with something left to talk about."""
        client = Client(self.app)
        client.sign_in(str(PEOPLE[role]), load_cast().password)
        reviews = re.findall(r'href="(/reviews/\d+)"', client.get("/reviews").text)
        found = (f"{path}/differences" for path in reviews)
        return next(
            path for path in found if "agenda-row" in client.get(path, follow_redirects=True).text
        )


PLACES = "places.pickle"
ROSTERS = Path(__file__).parents[1] / "administration" / "roster" / "files"


@contextmanager
def demo_app(folder: Path) -> Iterator[Flask]:
    with fresh_database("sqlite", folder) as url:
        with pytest.MonkeyPatch.context() as only_while_it_is_made:
            only_while_it_is_made.setenv("TRACKER_DATA_DIR", str(folder))
            only_while_it_is_made.setenv("TRACKER_DEMO", "yes")
            only_while_it_is_made.setenv("TRACKER_DEBUG_PAGES", "yes")
            app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
        yield app
        with app.app_context():
            db.engine.dispose()


def upload_a_roster(app: Flask) -> None:
    """One that isn't imported yet, with columns and rows that ask something: the demo has none."""
    administrator = Client(app)
    administrator.sign_in(str(PEOPLE["administrator"]), load_cast().password)
    with (ROSTERS / "county.xlsx").open("rb") as file:
        uploaded = administrator.post("/admin/people/import", {"file": file})
    assert uploaded.status_code == 303, uploaded.text


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's data and with every page that its people can reach: made once, by
    the first worker that needs it, while the others wait."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = base / "demo"
    with (base / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / PLACES).exists():
            folder.mkdir(exist_ok=True)
            with demo_app(folder) as app:
                loaded = app.test_cli_runner().invoke(args=["demo", "load"])
                assert loaded.exit_code == 0, loaded.output
                upload_a_roster(app)
                places = explore(app, load_cast().password)
            (folder / PLACES).write_bytes(pickle.dumps(places))
    return folder


@pytest.fixture(scope="session")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(demo, folder, dirs_exist_ok=True)
    with demo_app(folder) as app, served(app) as server:
        yield Site(server.url, app, pickle.loads((folder / PLACES).read_bytes()), {})


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def enter(page: Any, email: str, password: str) -> None:
    """Sign in through the page."""
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.fixture
def visit(live: Live, browser: Any) -> Iterator[Callable[..., object]]:
    """A signed-in page: `visit("ana", width=390, java_script_enabled=False)`."""
    contexts = []

    def signed_in(name: str, *, width: int = 1280, height: int = 900, **options: object) -> object:
        context = browser.new_context(
            base_url=live.url, viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        somebody = Client(live.app)
        somebody.sign_in(live.world.email(name))
        session = somebody.http.get_cookie("session")
        assert session is not None
        context.add_cookies([{"name": "session", "value": session.value, "url": live.url}])
        page = context.new_page()
        page.goto("/")
        return page

    yield signed_in
    for context in contexts:
        context.close()
