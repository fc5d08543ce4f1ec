"""`tracker check`: one sentence for each thing that is wrong, and a status that a timer can see."""

import datetime as dt
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from tests.conftest import NOW
from tests.factories.backups import kept_backup
from tests.factories.world import World
from tracker.cli.operations.check import RIGHTS
from tracker.db import db
from tracker.queries.operations import invariants
from tracker.queries.operations.database_rights import ExcessRight
from tracker.rules.operations.backups import Finding
from tracker.services.operations import readiness

STRONG = "0Eg4lVP0AfxWe5denNnlEALxcWEK0f9u1RpHd4WbD6B2O4eejlL4"


@pytest.fixture
def sound(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Flask:
    """An installation with nothing wrong, where its database has no roles."""
    with app.app_context():
        at = NOW - dt.timedelta(hours=8)
        kept_backup(tmp_path / "backups", "tracker-20261124-020000.tar", at)
    tmp_path.chmod(0o700)
    for name, value in {
        "DATA_DIR": tmp_path,
        "FILES": tmp_path / "files",
        "BACKUP_DIR": tmp_path / "backups",
        "SECRET_KEY": STRONG,
        "BASE_URL": "https://skills.library.org",
    }.items():
        monkeypatch.setitem(app.config, name, value)
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        monkeypatch.setattr("tracker.cli.operations.check.excess", tuple)
    return app


def check(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["check", *arguments])


def test_nothing_is_wrong(sound: Flask) -> None:
    for arguments in ((), ("--deploy",)):
        done = check(sound, *arguments)
        assert (done.exit_code, done.output) == (0, "Nothing is wrong.\n"), arguments


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "changeme" * 5, "The secret key can be guessed. Make one at random"),
        ("SECRET_KEY_FALLBACKS", ["a" * 40], "TRACKER_SECRET_KEY_FALLBACKS can be guessed"),
        ("DEMO", True, "the demo's passwords are public"),
        ("DEBUG_PAGES", True, "TRACKER_DEBUG_PAGES is on"),
        ("PSEUDO_LANGUAGE", "accented", "TRACKER_PSEUDO_LANGUAGE is on"),
        ("BASE_URL", "http://skills.library.org", "passwords travel in the clear"),
        ("SQLALCHEMY_DATABASE_URI", "postgresql://tracker:library1@db/x", "The password in"),
    ],
)
def test_a_setting_that_is_not_safe(
    sound: Flask, monkeypatch: pytest.MonkeyPatch, name: str, value: object, said: str
) -> None:
    monkeypatch.setitem(sound.config, name, value)
    assert check(sound).exit_code == 0
    done = check(sound, "--deploy")
    assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
    assert said in done.output


def test_the_debug_mode_of_flask(sound: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert "FLASK_DEBUG is on" in check(sound, "--deploy").output


def test_backups(sound: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (backup,) = folder.iterdir()
    os.utime(backup, (NOW.timestamp() - 3600 * 37,) * 2)
    assert "is of 2026-11-22 at 21:00 UTC. Run tracker backup" in check(sound, "--deploy").output
    for number, (more, said) in enumerate(
        [
            ({"is_tested": False}, "tracker-1.tar, was not tested"),
            ({"findings": "guard_missing x"}, "tracker-2.tar, has faults"),
        ]
    ):
        with sound.app_context():
            kept_backup(
                folder, f"tracker-{number + 1}.tar", NOW + dt.timedelta(minutes=number), **more
            )  # type: ignore[arg-type]
        assert said in check(sound, "--deploy").output
    (folder / "x.tar").touch()
    os.utime(folder / "x.tar", (NOW.timestamp() + 600,) * 2)
    assert "x.tar, cannot be opened" in check(sound, "--deploy").output
    monkeypatch.setitem(sound.config, "BACKUP_DIR", tmp_path)
    assert f"There is no backup in {tmp_path}." in check(sound, "--deploy").output


def test_a_damaged_database(sound: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """How it is found stands in tests/services/operations/test_backups.py."""
    findings = [Finding("database_damaged", "page 7"), Finding("rows_without_parent", "people")]
    monkeypatch.setattr(invariants, "damage", lambda _connection: iter(findings))
    done = check(sound)
    assert (done.exit_code, done.output.count("go back to the newest one that passes")) == (1, 2)
    assert "The database is damaged: page 7." in done.output


def test_what_others_could_read(sound: Flask, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = check(sound, "--deploy")
    assert (
        done.output
        == f"- Other users of this machine can look into {tmp_path}. Run: chmod 700 {tmp_path}\n"
    )
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755, "it only looks"


def test_what_keeps_it_from_its_work(
    sound: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setitem(sound.config, "FILES", tmp_path / "a file")
    monkeypatch.setitem(sound.config, "MIN_FREE_BYTES", 2**62)
    monkeypatch.setattr(readiness, "_takes_writes", lambda: False)
    done = check(sound)
    assert done.exit_code == 1
    for said in ("The database takes no writes.", "are free where", "No files can be written to"):
        assert said in done.output
    with sound.app_context(), db.engine.execution_options(tracker_write=True).begin() as write:
        head = write.scalar(text("SELECT version_num FROM alembic_version"))
        write.execute(text("UPDATE alembic_version SET version_num = '20261223_older'"))
    try:
        assert "newer version of the program" in check(sound).output
    finally:
        with sound.app_context(), db.engine.execution_options(tracker_write=True).begin() as write:
            write.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})


def test_the_owner_of_the_tables_is_found(app: Flask, world: World, engine_name: str) -> None:
    """The suite connects as a superuser. What a role of its own may do stands in test_grants.py."""
    said = RIGHTS[ExcessRight.SUPERUSER] in check(app, "--deploy").output
    assert said == (engine_name == "postgresql")


def test_every_right_has_its_words() -> None:
    assert set(RIGHTS) == set(ExcessRight)
