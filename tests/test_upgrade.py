"""From a version to the one after it and back, with the demo in it: a backup first, the same ratings
after it, and the database as it was once the backup is put back."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import MetaData, select, text

from config import ROOT, Config
from tests.benches.pages import free_port
from tests.client import Client
from tests.conftest import TestConfig
from tests.demo.rows import DAY, ROWS
from tests.engines import fresh_database, hurry
from tests.storage.second_migration import FIRST, SECOND, of_version, with_second
from tracker.app import create_app, create_server
from tracker.cli import faults
from tracker.cli.database import upgrade
from tracker.db import db
from tracker.operations.backups import actions as backups
from tracker.operations.system import queries as schema
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.core.mail import mail_server
from tracker.rules.errors import Conflict
from tracker.storage import archives
from tracker.today.demo import actions as rows

RATINGS = "SELECT person_id, statement_id, answer, version FROM ratings ORDER BY 1, 2"
PAGES = ("/", "/assess", "/profile", "/evidence", "/reviews", "/account")


@contextmanager
def installation(
    engine_name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, str]]:
    """An empty one, with its context held, and the address of its database."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(folder))
    with fresh_database(engine_name, folder) as url:
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
        yield app, url
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def ratings(app: Flask) -> list[tuple[object, ...]]:
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(RATINGS))]


def look(app: Flask) -> tuple[str, str | None]:
    """A digest of every row of every table, and the layout."""
    found = hashlib.sha256()
    tables = MetaData()
    with app.app_context(), db.engine.connect() as connection:
        tables.reflect(connection)
        for table in sorted(tables.tables.values(), key=lambda table: table.name):
            told = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            found.update("\n".join([table.name, *told]).encode())
        revision = schema.revision()
        db.session.remove()
    return found.hexdigest(), revision


def pages_of_a_learner(app: Flask) -> str:
    ana = Client(app)
    ana.sign_in("ana.ruiz@example.org", rows.head_of(ROWS)["password"])
    assert {url: ana.get(url, follow_redirects=True).status_code for url in PAGES} == dict.fromkeys(
        PAGES, 200
    )
    return ana.get("/assess/library-technicians/technical/technical").text


def answers(page: str) -> list[str]:
    return re.findall(r"<input[^>]* checked[^>]*>", page)


@pytest.mark.in_ci
def test_there_and_back(engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        app.config["DEMO"] = True
        assert run(app, "demo", "load", "--today", DAY.isoformat()).exit_code == 0
        before, rated = look(app), ratings(app)
        assert before[1] == FIRST
        assert len(rated) > 1000

        of_version(app, with_second(tmp_path))
        done = run(app, "setup")
        assert done.exit_code == 0, done.output
        (backup,) = (tmp_path / "backups").iterdir()
        assert f"A backup of the database as it was: {backup}\n" in done.output
        assert (look(app)[1], ratings(app)) == (SECOND, rated)
        page = pages_of_a_learner(app)
        assert answers(page)

        assert run(app, "setup").exit_code == 0
        assert [*(tmp_path / "backups").iterdir()] == [backup], "nothing was to be migrated"

        done = run(app, "restore", str(backup), "--replace")
        assert done.exit_code == 0, done.output
        assert (look(app)[1], ratings(app)) == (SECOND, rated)
        assert answers(pages_of_a_learner(app)) == answers(page)

        with app.app_context(), archives.opened(backup) as archive:
            assert archive.database(tmp_path / "as-it-was") == []
            backups.COPIES[engine_name].put_back(tmp_path / "as-it-was", db.engine, [])
            db.engine.dispose()
        assert look(app) == before


FAULTS = [
    (Conflict("pg_tool_missing", tool="pg_dump"), "pg_dump is not installed here."),
    (OSError(ENOSPC, "No space left", "backups"), "The disk is full or failing: backups."),
]


@pytest.mark.in_ci
def test_without_its_backup_nothing_is_migrated(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        with app.app_context():
            upgrade()
            db.session.remove()
        before = look(app)
        of_version(app, with_second(tmp_path))
        for fault, said in FAULTS:
            with monkeypatch.context() as patch:
                patch.setattr(backups, "make", Mock(side_effect=fault))
                done = run(app, "setup")
            assert done.exit_code == 1
            if isinstance(fault, OSError):
                assert done.exception is fault
                assert (faults.sentence(fault) or "").startswith(said)
            else:
                assert done.output.startswith(said)
                assert len(done.output.splitlines()) == 1
            assert look(app) == before
        assert run(app, "setup", "--without-backup").exit_code == 0
        assert look(app)[1] == SECOND


@pytest.mark.in_ci
def test_it_serves_and_works_unattended_where_the_database_fits_and_nowhere_else(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, url):
        monkeypatch.setenv("TRACKER_DATABASE_URL", url)
        assert refused() == unattended(app) == REMEDIES[SchemaState.NONE]
        with app.app_context():
            upgrade()
            db.session.remove()
        assert refused() is unattended(app) is None

        class Later(Config):
            def __init__(self) -> None:
                super().__init__()
                self.MIGRATIONS_DIR = later

        later = with_second(tmp_path)
        of_version(app, later)
        monkeypatch.setattr("tracker.app.Config", Later)
        assert refused() == unattended(app) == REMEDIES[SchemaState.OLDER]
        with app.app_context():
            upgrade()
            db.session.remove()
        assert refused() is unattended(app) is None

        monkeypatch.setattr("tracker.app.Config", Config)
        of_version(app, ROOT / "migrations")
        before = look(app)
        assert refused() == unattended(app) == REMEDIES[SchemaState.UNKNOWN]
        done = run(app, "setup")
        assert (done.exit_code, done.output) == (
            1,
            f"{REMEDIES[SchemaState.UNKNOWN]} Nothing was changed.\n",
        )
        assert look(app) == before
        assert not (tmp_path / "backups").exists()


def unattended(app: Flask) -> str | None:
    """With what the commands of a timer end, each the same; None: they do their work."""
    app.extensions["tracker_mail"] = mail_server("console:", "")
    ended = [run(app, "work", "--once"), run(app, "work", "--daily")]
    (said,) = {each.output.strip() if each.exit_code else None for each in ended}
    return said


def refused() -> str | None:
    try:
        server = create_server()
    except SystemExit as end:
        return str(end.code)
    with server.app_context():
        db.engine.dispose()
    return None


@pytest.mark.in_ci
def test_the_command_itself_ends_with_that_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "tracker"),
            "serve",
            "--port",
            str(free_port()),
            "--workers",
            "1",
        ],
        cwd=ROOT,
        env={**os.environ, "TRACKER_DATA_DIR": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().splitlines()[-1] == REMEDIES[SchemaState.NONE]
    assert "Traceback" not in done.stderr
