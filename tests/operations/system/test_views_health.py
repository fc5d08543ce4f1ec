"""What a watcher is told: that the process lives, and whether to send people here."""

import datetime as dt
import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import text

from tests.client import Client
from tests.conftest import NOW, Queries, TestConfig
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.models import DailyWork
from tracker.models.triggers import guards
from tracker.operations.daily_work.rules import DailyPart
from tracker.operations.system import actions as system_actions
from tracker.storage import file_folder


def test_alive_asks_no_database(
    world: World, sign_in: Callable[[str], Client], count_sql: Queries
) -> None:
    ana = sign_in(world.email("ana"))
    count_sql.clear()
    response = ana.get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})
    assert count_sql == []
    ana.get("/readyz")
    assert count_sql != []


def test_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (200, {"status": "ready"})


def not_ready(client: Client) -> list[str]:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.json or {}) == {"status", "failing"}
    found: list[str] = (response.json or {})["failing"]
    return found


def test_not_ready_says_what_is_not_right_by_its_name(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "MIN_FREE_BYTES", 2**62)
        assert not_ready(client) == ["disk"]
    (tmp_path / "a file").write_text("")
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "FILES", tmp_path / "a file")
        assert not_ready(client) == ["files"]
    with monkeypatch.context() as patch:
        patch.setitem(system_actions.CHECKS, "writable", lambda _settings: False)
        assert not_ready(client) == ["writable"]
    with app.app_context():
        head = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    rename(app, "29990101_later")
    assert not_ready(client) == ["schema"]
    rename(app, str(head))
    assert client.get("/readyz").status_code == 200
    with app.app_context():
        trigger = guards(db.engine.dialect.name, ["audit_events"])[0]
        on = " ON audit_events" if db.engine.dialect.name == "postgresql" else ""
        with db.engine.execution_options(tracker_write=True).begin() as connection:
            connection.execute(text(f"DROP TRIGGER {trigger}{on}"))
    assert not_ready(client) == ["schema"]
    done = app.test_cli_runner().invoke(args=["check"])
    assert (done.exit_code, trigger in done.output) == (1, True)


def test_a_full_disk_is_not_writable(
    app: Flask, world: World, sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For as long as saves are answered with 507, and a minute; and where nobody saves, at once."""
    ana = sign_in(world.email("ana"))
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(**_values: object) -> str:
        raise full

    with monkeypatch.context() as patch:
        patch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        patch.setitem(app.view_functions, "accounts.show", fail)
        assert ana.get("/account").status_code == 507
    noted = app.config["NO_ROOM_FILE"]
    os.utime(noted, (NOW.timestamp() - 30,) * 2)
    assert not_ready(ana) == ["writable"]
    os.utime(noted, (NOW.timestamp() - 61,) * 2)
    assert ana.get("/readyz").status_code == 200
    if db_is_sqlite(app):
        with monkeypatch.context() as patch:
            patch.setattr(system_actions.tempfile, "TemporaryFile", Mock(side_effect=full))
            assert not_ready(ana) == ["writable"]
    with app.app_context():
        set_operator(world.email("adam"), True, NOW)
    operator = sign_in(world.email("adam"))
    assert "tracker backup prune --days 7" not in operator.get("/system").text
    monkeypatch.setitem(app.config, "MIN_FREE_BYTES", 2**62)
    assert "tracker backup prune --days 7" in operator.get("/system").text


def db_is_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def rename(app: Flask, revision: str) -> None:
    with app.app_context(), db.engine.execution_options(tracker_write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


def test_a_database_that_does_not_answer_is_not_ready_and_no_secret(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> str:
        raise OSError("canary: password@host")

    monkeypatch.setattr(system_actions.system_queries, "revision", away)
    assert not_ready(client) == ["schema"]
    assert "canary" not in client.get("/readyz").text
    assert client.get("/healthz").status_code == 200


def test_damage_that_is_known_is_told_and_none_is_supposed(
    app: Flask, client: Client, world: World, tmp_path: Path
) -> None:
    """The partner: a database without tables lacks its layout, and nothing else is said of it."""
    with app.app_context(), transaction() as tx:
        noted = {"failing_since": NOW, "tries": 1, "next_try_at": NOW}
        tx.add(DailyWork(part=DailyPart.DAMAGE, **noted))
    assert not_ready(client) == ["damage"]
    empty = create_app(TestConfig(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    assert not_ready(Client(empty)) == ["schema"]


def test_whether_a_database_takes_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite3"
    assert not system_actions.takes_rows(path)
    assert not path.exists()
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("CREATE TABLE t (id INTEGER)")
        assert system_actions.takes_rows(path)
        somebody.execute("BEGIN IMMEDIATE")
        assert system_actions.takes_rows(path), "a lock that is held for a moment is nothing wrong"
        somebody.execute("ROLLBACK")
    path.write_bytes(b"no database" * 1_000)
    assert not system_actions.takes_rows(path)


def test_whether_a_folder_takes_files(tmp_path: Path) -> None:
    assert file_folder.takes_files(tmp_path / "not" / "made")
    (tmp_path / "file").write_text("")
    assert not file_folder.takes_files(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("security@library.org", "mailto:security@library.org"),
        ("mailto:security@library.org", "mailto:security@library.org"),
        ("https://library.org/report", "https://library.org/report"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/skills"])
def test_who_finds_a_hole_is_told_where_to_write_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, contact: str, prefix: str
) -> None:
    """RFC 9116: what has to be there, once each, and good for less than a year from today."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_BASE_URL", "https://skills.library.org")
    monkeypatch.setenv("TRACKER_URL_PREFIX", prefix)
    monkeypatch.setenv("TRACKER_SECURITY_CONTACT", given)
    address = f"https://skills.library.org{prefix}/.well-known/security.txt"
    config = TestConfig(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path)
    response = create_app(config).test_client().get(address)
    assert (response.status_code, response.content_type) == (200, "text/plain; charset=utf-8")
    fields = [line.split(": ", 1) for line in response.text.splitlines()]
    assert [name for name, _value in fields] == [
        "Contact",
        "Expires",
        "Preferred-Languages",
        "Canonical",
    ]
    said = dict(fields)
    assert said["Contact"] == contact
    assert said["Canonical"] == address
    assert said["Preferred-Languages"] == "en"
    left = dt.datetime.fromisoformat(said["Expires"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=178) < left <= dt.timedelta(days=180)


def test_without_a_contact_there_is_no_such_file(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("given", ["nobody", "http://library.org", "a@b.org\nExpires: x", "@"])
def test_a_contact_that_cannot_be_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_SECURITY_CONTACT", given)
    with pytest.raises(ValueError, match="TRACKER_SECURITY_CONTACT must be an email address"):
        create_app()
