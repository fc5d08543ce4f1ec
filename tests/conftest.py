"""The app on each engine, clients that inspect every page, and a small world to act in."""

import datetime as dt
import gc
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
import time_machine
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, event
from werkzeug.routing import Rule

from config import Config
from tests.client import Client
from tests.copies import (
    BLANK,
    LAID_OUT,
    MADE,
    PAGES,
    ROWS,
    empty,
    forget_pages,
    keep_pages,
    made_once,
)
from tests.engines import LONG, REQUIRED, fresh_database, hurry
from tests.factories.world import World, make_world
from tests.repeats.listing import repeats
from tests.storage import ids_given_once, lock_order
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import WHICH_LAYOUT, db
from tracker.engines import PLAN_ANEW, SET_UP_POSTGRESQL
from tracker.record.versions import queries as versions_queries

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
pytest_plugins = ["tests.fixtures", "tests.properties"]


class TestConfig(Config):
    """The real settings, with a cheap password hash and a folder of its own."""

    __test__ = False
    made: Path | None = None
    """Where all apps of the run lay out their static files and templates, once; see `_made_once`."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__()
        self.TESTING = True
        self.SQLALCHEMY_DATABASE_URI = url
        self.DATA_DIR = folder
        self.FILES = folder / "files"
        self.BACKUP_DIR = folder / "backups"
        self.NO_ROOM_FILE = folder / "no_room"
        self.ASSETS_DIR = (self.made or folder) / "assets"
        self.ARGON2 = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
        self.RATELIMIT_ENABLED = False
        self.COPY_PERMITTED = frozenset({"small"})


MADE_ONCE = ("assets", "templates")
BUILDERS: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
build_addresses = Rule._compile_builder
lock_order.listen()
ids_given_once.listen()


def pytest_collection_finish() -> None:
    """Look no more for garbage among what stays until the end: the modules, the tables, the tests.
    And else once half a gigabyte is new: sooner takes a tenth of the time. The settings of the
    server, which tests import, switch it off: one test alone then held ten gigabytes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(3_000_000, 1, 1)
    gc.enable()


def built_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What builds the addresses of a rule is compiled for the first app that has it, not for each:
    that is most of what it takes to make an app."""
    of = rule.rule, rule.host, rule.subdomain, repr(rule.defaults), *rule._trace, append_unknown
    if of not in BUILDERS:
        BUILDERS[of] = build_addresses(rule, append_unknown)
    return BUILDERS[of]


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compressed static files and compiled templates are shared by all apps, of all workers: each
    is named by what it is made of. A command that a test runs in this process, which goes on, keeps
    nothing from being looked at as garbage."""
    shared = tmp_path_factory.getbasetemp()
    TestConfig.made = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    for folder in MADE_ONCE:
        (TestConfig.made / folder).mkdir(exist_ok=True)
    cache = FileSystemBytecodeCache(str(TestConfig.made / "templates"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": cache})
        patch.setattr(Rule, "_compile_builder", built_once)
        patch.setattr(gc, "disable", lambda: None)
        patch.setattr(gc, "freeze", lambda: None)
        yield


WEB = Path(__file__).parent / "web"
OF_A_PAGE = ("test_forms", "test_pages", "test_exports", "test_views")
"""How tests are called that ask for pages: after the kinds of files that make them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without PostgreSQL the long walks wait for CI (`in_ci`). Crawls, the walk through every door
    and every form, the pages of a topic, and what tells nothing new of PostgreSQL (tests/repeats)
    are looked at on one engine; `make test-long` looks at them on both, and at the longest. What
    races, and who may see whom (tests/policy), is looked at on both wherever PostgreSQL is."""
    told = repeats()
    for_later = {
        item
        for item in items
        if not LONG
        and (
            item.get_closest_marker("longest") is not None
            or ("postgres" not in REQUIRED and item.get_closest_marker("in_ci") is not None)
            or (
                "postgresql" in item.name
                and (_crawls(item) or _is_of_a_page(item) or item.nodeid.partition("[")[0] in told)
            )
        )
    }
    config.hook.pytest_deselected(items=list(for_later))
    items[:] = [item for item in items if item not in for_later]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was skipped, one line for each reason."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, times in reasons.most_common():
        terminalreporter.write_line(f"skipped {times}: {reason}")
    if "postgres" not in REQUIRED:
        terminalreporter.write_line(
            "not asked for: PostgreSQL, the browser and the long walks, which have make test-all"
        )
    if not LONG:
        terminalreporter.write_line("not asked for: the longest walks, which have make test-long")


def _crawls(item: pytest.Item) -> bool:
    return item.get_closest_marker("reads_at_length") is not None


def _is_of_a_page(item: pytest.Item) -> bool:
    is_of_the_frame = item.path.is_relative_to(WEB) and not item.path.is_relative_to(WEB / "http")
    is_of_a_page = is_of_the_frame or item.path.name.startswith(OF_A_PAGE)
    return is_of_a_page and item.get_closest_marker("races") is None


ENGINES = ["sqlite", "postgresql"] if "postgres" in REQUIRED else ["sqlite"]


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_app(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app and one migrated database for the session and engine; `app` empties it between
    tests."""
    folder = tmp_path_factory.mktemp(engine_name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA_DIR", str(folder))
        with fresh_database(engine_name, folder) as url:
            app = create_app(TestConfig(url, folder))
            with app.app_context():
                hurry(db.engine)
                upgrade()
                if engine_name == "sqlite":
                    keep_pages(BLANK, db.engine)
                db.engine.dispose()
            with fresh_database(engine_name, folder, like=url.rpartition("/")[2]) as blank:
                LAID_OUT[engine_name] = blank.rpartition("/")[2]
                KEPT.add(app)
                yield app
            KEPT.remove(app)
            with app.app_context():
                db.engine.dispose()
            forget_pages()
            MADE.clear()
            ROWS.clear()


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    """Every test runs at NOW; one that needs another moment travels on."""
    with time_machine.travel(NOW, tick=False):
        yield


KEPT = WeakSet[Flask]()
"""Apps whose connections outlive a test."""


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> Iterator[None]:
    """Those of an app of a test's own are closed with the test. What is left to be collected would
    fail another one."""
    yield
    for app, engines in [*db._app_engines.items()]:
        if app not in KEPT:
            for engine in engines.values():
                engine.dispose()


@pytest.fixture(autouse=True)
def _in_one_order() -> Iterator[None]:
    """No use case of the test locks rows in another order than others do, or deletes one whose id
    could be given again."""
    lock_order.breaches.clear()
    ids_given_once.breaches.clear()
    yield
    assert list(dict.fromkeys(lock_order.breaches + ids_given_once.breaches)) == []


@pytest.fixture(autouse=True)
def _as_patient_as_it_takes(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a race whoever comes second waits as long as a busy machine takes. How long people wait
    stands in tests/web/http."""
    if request.node.get_closest_marker("races") is not None:
        monkeypatch.setattr("tracker.engines._patience", ContextVar("patience", default=60_000))
        monkeypatch.setattr("tracker.db.patience_left", lambda: 60_000)


@pytest.fixture
def app(migrated_app: Flask, engine_name: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An empty database, and no files; the world's pages replace all others, so that nothing is
    emptied before them. No application context is held: it would leak the signed-in user between
    clients."""
    if engine_name != "sqlite" or "world" not in {*PAGES} & {*request.fixturenames}:
        with migrated_app.app_context():
            empty(db.engine)
    versions_queries.READ.clear()
    files = migrated_app.config["FILES"]  # a test's own is still in its place when this ends
    yield migrated_app
    with migrated_app.app_context():
        db.session.remove()
    shutil.rmtree(files, ignore_errors=True)


@pytest.fixture
def world(app: Flask, engine_name: str) -> World:
    """Two libraries, teams, and one person of every kind, with a small framework
    (tests/factories/world.py). In place of all that other fixtures have written."""

    def alone() -> World:
        empty(db.engine)
        return make_world(NOW)

    with app.app_context():
        return made_once("world", engine_name, alone)


@pytest.fixture
def client(app: Flask) -> Client:
    """Somebody who is not signed in."""
    return Client(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Client]:
    """A client of somebody signed in, by their email address. The way in through the page is told
    in tests/accounts."""

    def as_person(email: str) -> Client:
        somebody = Client(app)
        somebody.enter(email)
        return somebody

    return as_person


class Queries(list[str]):
    """The queries run while it listened, without transaction control."""


def is_reading_a_version() -> bool:
    """What a process reads once, whichever test asks first."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code is not versions_queries._version.__code__:
        frame = frame.f_back
    return frame.f_back is not None


@pytest.fixture
def count_sql(app: Flask) -> Iterator[Queries]:
    """Collects every query of the test; clear() it before the request that counts."""
    seen = Queries()

    def note(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if lock_order.is_looking(connection) or is_reading_a_version():
            return
        if statement == WHICH_LAYOUT and connection.get_execution_options().get("tracker_write"):
            return
        if not statement.startswith(
            (*("PRAGMA", "BEGIN", "SET ", "COMMIT", "ROLLBACK"), *(SET_UP_POSTGRESQL, PLAN_ANEW))
        ):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
