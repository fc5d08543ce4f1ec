"""What a watcher is told: that the process lives, and whether to send people here."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.client import Client
from tests.conftest import Queries, TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.operations.system import actions as readiness
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
        patch.setattr(readiness, "_takes_writes", lambda: False)
        assert not_ready(client) == ["writable"]
    with app.app_context():
        head = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    rename(app, "29990101_later")
    assert not_ready(client) == ["schema"]
    rename(app, str(head))
    assert client.get("/readyz").status_code == 200


def rename(app: Flask, revision: str) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


def test_a_database_that_does_not_answer_is_not_ready_and_no_secret(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> str:
        raise OSError("canary: password@host")

    monkeypatch.setattr(readiness.schema, "revision", away)
    assert not_ready(client) == ["schema"]
    assert "canary" not in client.get("/readyz").text
    assert client.get("/healthz").status_code == 200


def test_whether_a_database_takes_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite3"
    assert not readiness.takes_rows(path)
    assert not path.exists()
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("CREATE TABLE t (id INTEGER)")
        assert readiness.takes_rows(path)
        somebody.execute("BEGIN IMMEDIATE")
        assert readiness.takes_rows(path), "a lock that is held for a moment is nothing wrong"
        somebody.execute("ROLLBACK")
    path.write_bytes(b"no database" * 1_000)
    assert not readiness.takes_rows(path)


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
