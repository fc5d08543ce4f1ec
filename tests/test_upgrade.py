"""From a version to the one after it and back, with the demo in it: a backup first, the same ratings
after it, and the database as it was once the backup is put back.
Over 400 lines, as it is one way: there, held up, and back.
"""

import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import MetaData, create_engine, select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from config import ROOT, Config
from tests.assessment.imports.test_views import look as look_through, store
from tests.benches.pages import free_port
from tests.client import Client
from tests.conftest import TestConfig
from tests.demo.rows import DAY, ROWS
from tests.engines import LONG, fresh_database, hurry
from tests.factories.answers import Answer
from tests.factories.sides import send
from tests.factories.world import World, make_world
from tests.storage.second_migration import (
    FIRST,
    MIGRATIONS,
    SECOND,
    of_version,
    with_second,
    with_steps,
)
from tracker.app import create_app, create_server
from tracker.cli import faults
from tracker.cli.background import work
from tracker.cli.database import AS_IT_WAS, REPORT, UNFINISHED, upgrade
from tracker.cli.setup import ALIVE
from tracker.db import db, newest_layout, transaction
from tracker.engines import waiting_at_most
from tracker.operations.backups import actions as backups_actions
from tracker.operations.system import queries as system_queries
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.core.mail import mail_server
from tracker.rules.errors import Conflict
from tracker.storage import archives, files as storage_files
from tracker.today.demo import actions as demo_actions

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


def laid_out(app: Flask) -> World:
    """With a few people in it."""
    with app.app_context():
        upgrade()
        world = make_world(dt.datetime.now(dt.UTC))
        db.session.remove()
    return world


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
        revision = system_queries.revision()
        db.session.remove()
    return found.hexdigest(), revision


Rows = dict[str, tuple[list[str], list[str]]]
"""By table: its columns, and its rows."""


def rows(app: Flask, like: Rows | None = None) -> Rows:
    """Of every table, or of those, and then of their columns alone."""
    there = MetaData()
    with app.app_context(), db.engine.connect() as connection:
        there.reflect(connection)
        there.remove(there.tables["alembic_version"])
        of_table = {name: table.columns.keys() for name, table in there.tables.items()}
        wanted = (
            of_table if like is None else {name: columns for name, (columns, _) in like.items()}
        )
        return {
            name: (
                columns,
                sorted(
                    repr(tuple(row))
                    for row in connection.execute(
                        select(*(there.tables[name].columns[column] for column in columns))
                    )
                ),
            )
            for name, columns in wanted.items()
        }


def pages_of_a_learner(app: Flask) -> str:
    ana = Client(app)
    ana.sign_in("ana.ruiz@example.org", demo_actions.head_of(ROWS)["password"])
    assert {url: ana.get(url, follow_redirects=True).status_code for url in PAGES} == dict.fromkeys(
        PAGES, 200
    )
    return ana.get("/assess/library-technicians/technical/technical").text


def answers(page: str) -> list[str]:
    return re.findall(r"<input[^>]* checked[^>]*>", page)


KEPT = sorted((ROOT / "tests" / "kept").glob("*.tar"))
"""Backups of the demo as each version left it that was released (docs/releases)."""


def begin(app: Flask, kept: Path | None, folder: Path) -> None:
    """The demo, as this version has it, or as that backup has."""
    app.config["DEMO"] = True
    if kept is None:
        assert run(app, "demo", "load", "--today", DAY.isoformat()).exit_code == 0
        return
    with app.app_context(), archives.opened(kept) as archive:
        engine = archive.manifest.engine
        if engine != db.engine.dialect.name:
            pytest.skip(f"a backup of {engine}")
        assert archive.database(folder / "kept") == []
        for content in archive.files():
            storage_files.keep(app.config["FILES"], content)
        backups_actions.COPIES[engine].put_back(folder / "kept", db.engine, [])
        db.engine.dispose()


@pytest.mark.in_ci
@pytest.mark.parametrize("kept", [None, *KEPT], ids=lambda kept: kept.stem if kept else "now")
def test_there_and_back(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Path | None
) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        begin(app, kept, tmp_path)
        before, rated, held = look(app), ratings(app), rows(app)
        assert kept or before[1] == FIRST
        assert len(rated) > 1000

        of_version(app, with_second(tmp_path, "always" if engine_name == "sqlite" else "auto"))
        done = run(app, "setup")
        assert done.exit_code == 0, done.output
        (backup,) = (tmp_path / "backups").iterdir()
        assert f"A backup of the database as it was: {backup}\n" in done.output
        assert (look(app)[1], ratings(app)) == (SECOND, rated)
        of_all = rows(app, held)
        assert [name for name in held if held[name] != of_all[name]] == []
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
            backups_actions.COPIES[engine_name].put_back(tmp_path / "as-it-was", db.engine, [])
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
                patch.setattr(backups_actions, "make", Mock(side_effect=fault))
                done = run(app, "setup")
            assert done.exit_code == 1
            if isinstance(fault, OSError):
                assert done.exception is fault
                assert (faults.sentence(fault) or "").startswith(said)
            else:
                (told,) = set(done.output.splitlines()) - {ALIVE}
                assert told.startswith(said)
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


def test_an_older_version_that_still_runs_writes_nothing_into_a_newer_layout(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on reading; its worker ends. The partner: before, both wrote."""
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        world = laid_out(app)
        ana = Client(app)
        ana.enter(world.email("ana"))
        rating = f"/statements/{world.statements['communication'][0]}/rating"
        sent = {"answer": "partly", "base_version": 0}
        assert ana.post_json(rating, sent).status_code == 200
        before = ratings(app)

        of_version(app, with_second(tmp_path))
        with app.app_context():
            upgrade()
            db.session.remove()
        of_version(app, MIGRATIONS)
        with capture_logs() as log:
            refused = ana.post_json(rating, sent | {"answer": "consistently", "base_version": 1})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert [line["fault"] for line in log if line["event"] == "storage_fails"] == [
            "another_layout"
        ]
        assert ana.get("/assess", follow_redirects=True).status_code == 200
        assert ratings(app) == before
        with app.app_context(), pytest.raises(DBAPIError) as ended:
            work._loop(lambda: False, Event())
        said = faults.sentence(ended.value)
        assert said == (
            "Another version of the program changed the database while this one ran: its layout is "
            f"{SECOND}, not {FIRST}. Nothing was written. Start the version that the database is "
            "for."
        )


def test_the_layout_that_is_written_into_is_the_newest_migration() -> None:
    assert newest_layout(MIGRATIONS) == FIRST


@pytest.mark.in_ci
def test_what_was_rated_after_a_backup_is_taken_out_and_read_in_again(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was rated on the newer layout, and the older version went back."""
    now = dt.datetime.now(dt.UTC)
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        world = laid_out(app)
        of_version(app, with_second(tmp_path))
        assert run(app, "setup").exit_code == 0
        (backup,) = (tmp_path / "backups").iterdir()
        ana = Client(app)
        ana.enter(world.email("ana"))
        (first, second), fields = world.statements["communication"][:2], {"base_version": 0}
        note = {"answer": "not_yet", "own_note": '=Ask, then "do"'}
        with time_machine.travel(now + dt.timedelta(minutes=1), tick=False):
            ana.post_json(f"/statements/{first}/rating", fields | {"answer": "partly"})
            ana.post_json(f"/statements/{second}/rating", fields | note)
        rated = ratings(app)
        assert len(rated) == 2

        of_version(app, MIGRATIONS)
        done = run(app, "restore", str(backup), "--replace")
        assert done.exit_code == 0, done.output
        assert done.output.startswith("2 ratings by 1 person since ")
        assert ratings(app) == []
        (aside,) = (tmp_path / "backups").glob("before-restore-*.tar")
        since = f"{now:%Y-%m-%d %H:%M}"
        to = tmp_path / "kept"
        done = run(app, "ratings", "kept", str(aside), "--since", since, "--to", str(to))
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, "2 ratings in 1 files.")
        (file,) = to.iterdir()
        assert (file.stat().st_mode & 0o777, file.name) == (
            0o600,
            f"{world.people['ana']}-ana-small.csv",
        )

        ana.enter(world.email("ana"))
        assert store(ana, look_through(ana, file.read_text(encoding="utf-8"))).status_code == 303
        assert [row[:3] for row in ratings(app)] == [row[:3] for row in rated]


FAILING = """
def upgrade():
    with op.batch_alter_table("teams") as teams:
        teams.add_column(sa.Column("code", sa.String(20)))
    op.execute("UPDATE teams SET nothing = 1")
"""
LOSING = """
def upgrade():
    op.execute("DROP TRIGGER audit_events_no_delete{on}")
"""


@pytest.mark.in_ci
def test_a_migration_that_fails_says_which_what_stands_and_what_to_do(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        laid_out(app)
        before = look(app)
        of_version(app, with_steps(tmp_path, FAILING))
        done = run(app, "setup")
        assert done.exit_code == 1
        (backup,) = (tmp_path / "backups").iterdir()
        *alive, first, steps, failed, why = done.output.strip().splitlines()
        assert first == f"A backup of the database as it was: {backup}"
        assert steps == f"Migrations: {SECOND}."
        assert alive == ([] if engine_name == "sqlite" else [ALIVE])
        assert failed == f"The migration {SECOND} failed at: UPDATE teams SET nothing = 1"
        assert why.endswith(f"{AS_IT_WAS} {REPORT}")
        assert "setup" not in why
        assert look(app) == before

        on = " ON audit_events" if engine_name == "postgresql" else ""
        of_version(app, with_steps(tmp_path, LOSING.format(on=on)))
        done = run(app, "setup")
        assert done.exit_code == 1
        assert done.output.splitlines()[-5:] == [
            f"Nothing was written since its backup: {backup}",
            f"Migrations: {SECOND}.",
            "Looking through the database.",
            (
                "- A trigger that keeps history from being changed is gone, switched off, or another: "
                "audit_events_no_delete."
            ),
            f"The migration {SECOND} would leave the database so. {AS_IT_WAS} {REPORT}",
        ]
        assert [*(tmp_path / "backups").iterdir()] == [backup], "of the same no second one"
        assert look(app) == before


RAISING = """
def upgrade():
    op.add_column("thanks", sa.Column("code", sa.String(20)))
    {}["Ana"]
"""
ENDING = """
def upgrade():
    op.add_column("thanks", sa.Column("code", sa.String(20)))
    op.execute("COMMIT")
"""
EMPTYING = """
def upgrade():
    op.execute("DELETE FROM record_openings")
    op.execute("DELETE FROM notices")
"""


def test_a_migration_that_raises_or_deletes_rows_is_told_without_values(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is deleted on purpose goes through, and is counted."""
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        with app.app_context():
            upgrade()
            send(make_world(dt.datetime.now(dt.UTC)), Answer.PARTLY)
            notices = db.session.scalar(text("SELECT count(*) FROM notices"))
            db.session.remove()
        before = look(app)
        copy = with_steps(tmp_path, RAISING)
        line = (copy / "versions" / f"{SECOND}.py").read_text().splitlines().index('    {}["Ana"]')
        of_version(app, copy)
        done = run(app, "setup", "--without-backup")
        assert done.exit_code == 1
        assert done.output.splitlines()[-2:] == [
            f"The migration {SECOND} failed at: line {line + 1}",
            f"KeyError. {AS_IT_WAS} {REPORT}",
        ]
        assert look(app) == before

        of_version(app, with_steps(tmp_path, ENDING))
        assert f"RuntimeError. {AS_IT_WAS}" in run(app, "setup", "--without-backup").output
        assert look(app) == before

        of_version(app, with_steps(tmp_path, EMPTYING))
        with monkeypatch.context() as patch:
            full = OSError(ENOSPC, "No space left on device")
            patch.setattr("tracker.cli.database.take_in_shipped", Mock(side_effect=full))
            done = run(app, "setup", "--without-backup")
        assert (done.exit_code, done.exception) == (1, full)
        assert notices
        assert done.output.splitlines()[-2:] == [
            f"notices had {notices} rows, and has 0 now.",
            UNFINISHED,
        ]
        assert look(app)[1] == SECOND


@pytest.mark.in_ci
def test_who_reads_while_the_layout_changes_is_asked_to_come_again(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL, whose tables are locked meanwhile. The partner: before, they read."""
    if engine_name == "sqlite":
        pytest.skip("on SQLite whoever reads sees the database as it was")
    with installation(engine_name, tmp_path, monkeypatch) as (app, url):
        world = laid_out(app)
        ana = Client(app)
        ana.enter(world.email("ana"))
        assert ana.get("/assess", follow_redirects=True).status_code == 200
        assert ana.get("/readyz").status_code == 200
        other = create_engine(url)
        with other.connect() as connection, waiting_at_most(50):
            connection.execute(text("LOCK TABLE alembic_version, people IN ACCESS EXCLUSIVE MODE"))
            assert ana.get("/assess").status_code == 503
            ready = ana.get("/readyz")
        other.dispose()
        assert (ready.status_code, ready.json) == (
            503,
            {"failing": ["schema"], "status": "unready"},
        )


def test_a_backup_is_tested_by_an_older_version_too(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own, beside a newer database: the test is told, and not noted there."""
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        laid_out(app)
        made = run(app, "backup").output.partition(": ")[0]
        of_version(app, with_second(tmp_path))
        assert run(app, "setup", "--without-backup").exit_code == 0
        of_version(app, MIGRATIONS)
        done = run(app, "backup", "test", made)
        assert (done.exit_code, "It can be restored" in done.output) == (0, True)
        assert "This test is not noted: the database in use is another version's." in done.output


MILLION = """
INSERT INTO limit_counts (key_sha256, hits, ends_at)
WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < 1000000)
SELECT 'key ' || i, 1, '2026-12-04 00:00:00+00' FROM counted
"""
MANY = """
def upgrade():
    with keeping_triggers("limit_counts"), op.batch_alter_table(
        "limit_counts", recreate="{recreate}"
    ) as counts:
        counts.add_column(sa.Column("place", sa.String(20)))
    in_parts("limit_counts", "UPDATE limit_counts SET place = 'x' WHERE id BETWEEN :first AND :last")
"""


@pytest.mark.skipif(not LONG, reason="a million rows: make test-long")
def test_a_million_rows_and_how_far_it_is(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(engine_name, tmp_path, monkeypatch) as (app, _url):
        with app.app_context():
            upgrade()
            with transaction() as tx:
                tx.execute(text(MILLION))
            db.session.remove()
        recreate = "always" if engine_name == "sqlite" else "auto"
        of_version(app, with_steps(tmp_path, MANY.format(recreate=recreate)))
        done = run(app, "setup")
        assert done.exit_code == 0, done.output
        assert [line for line in done.output.splitlines() if line.startswith("limit_counts:")] == [
            f"limit_counts: {part * 100_000:,} of 1,000,000" for part in range(1, 11)
        ]
        with app.app_context(), db.engine.connect() as connection:
            filled = "SELECT count(*) FROM limit_counts WHERE place = 'x'"
            assert connection.scalar(text(filled)) == 1_000_000


def test_a_newer_version_in_the_folder_of_one_that_runs_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before it wrote anything, and in whatever it forks later."""
    copy = with_second(tmp_path)
    (copy / "versions" / f"{SECOND}.py").unlink()

    class OfCopy(TestConfig):
        def __init__(self) -> None:
            super().__init__(f"sqlite:///{tmp_path / 'own.sqlite3'}", tmp_path)
            self.MIGRATIONS_DIR = copy

    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    app = create_app(OfCopy())
    with_second(tmp_path / "other")
    newer = tmp_path / "other" / "migrations" / "versions" / f"{SECOND}.py"
    (copy / "versions" / newer.name).write_text(newer.read_text())
    assert newest_layout(app.config["MIGRATIONS_DIR"]) == FIRST
    newest_layout.cache_clear()
    assert newest_layout(copy) == SECOND, "the partner: who begins later sees it"


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
