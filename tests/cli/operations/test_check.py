"""`tracker check`: one sentence for each thing that is wrong, and a status that a timer can see."""

import datetime as dt
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import text, update

from config import ROOT
from tests.benches.pages import free_port
from tests.client import Client
from tests.conftest import NOW
from tests.factories.audit import happened
from tests.factories.evidence import PDF, piece
from tests.factories.tried import kept_backup
from tests.factories.world import World
from tests.storage.second_migration import MIGRATIONS, of_version, with_second
from tracker.cli.operations import round_trip
from tracker.cli.operations.deployed import DEPLOYED, RIGHTS
from tracker.db import db, transaction
from tracker.evidence.files.rules import Upload
from tracker.models import DailyWork
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import queries as checks_queries
from tracker.operations.system import actions as system_actions, rules as system_rules
from tracker.operations.system.queries import ExcessRight
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.core.mail import mail_server

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
    monkeypatch.setattr(round_trip, "faults", lambda _config, _now: iter(()))
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        monkeypatch.setattr("tracker.cli.operations.deployed.excess_rights", tuple)
    return app


def check(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["check", *arguments])


def test_nothing_is_wrong(sound: Flask) -> None:
    done = check(sound)
    assert (done.exit_code, done.output) == (0, "Nothing is wrong.\n")
    done = check(sound, "--deploy")
    assert (done.exit_code, done.output.endswith("Nothing is wrong.\n")) == (0, True), done.output
    lines = re.findall(r"^- (held|not known|not held): ([A-Z][a-z ]+)\.", done.output, re.M)
    told = {name: answer for answer, name in lines}
    unknown = {"Mail", "Evidence files", "Daily work", "Clock"}
    assert told == {
        name: "not known" if name in unknown else "held" for name in ("Work", *DEPLOYED)
    }


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
    assert (done.exit_code, done.output.count("- not held: ")) == (1, 1), done.output
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


def test_rights_that_the_program_did_not_give(sound: Flask, world: World) -> None:
    with sound.app_context(), transaction() as tx:
        tx.execute(
            text("UPDATE people SET operator = TRUE WHERE id = :id"), {"id": world.people["ben"]}
        )
        tx.execute(text("UPDATE libraries SET names_to_coordinators = FALSE"))
        tx.execute(text("UPDATE rounds SET ends_on = '2027-01-01'"))
    done = check(sound)
    assert done.exit_code == 1
    assert (
        f"Rows were changed past the program: people {world.people['ben']} (person" in done.output
    )
    assert "Rows were changed past the program: libraries" in done.output
    assert "Rows were changed past the program: rounds" in done.output


def test_a_damaged_database(sound: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """How it is found stands in tests/operations/backups/test_actions.py."""
    findings = [Finding("database_damaged", "page 7"), Finding("rows_without_parent", "people")]
    monkeypatch.setattr(checks_queries, "damage", lambda _connection: iter(findings))
    done = check(sound)
    assert (done.exit_code, done.output.count("go back to the newest one that passes")) == (1, 2)
    assert "The database is damaged: page 7." in done.output


def test_what_others_could_read(sound: Flask, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = check(sound, "--deploy")
    assert (
        f"- not held: Secrets. Other users of this machine can look into {tmp_path}. Run: chmod 700 "
        f"{tmp_path}\n"
    ) in done.output
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755, "it only looks"


def test_what_keeps_it_from_its_work(
    sound: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setitem(sound.config, "FILES", tmp_path / "a file")
    monkeypatch.setitem(sound.config, "MIN_FREE_BYTES", 2**62)
    monkeypatch.setitem(system_actions.CHECKS, "writable", lambda _settings: False)
    done = check(sound)
    assert done.exit_code == 1
    for said in ("The database takes no writes", "are free where", "No files can be written to"):
        assert said in done.output
    with sound.app_context(), db.engine.execution_options(tracker_write=True).begin() as write:
        head = write.scalar(text("SELECT version_num FROM alembic_version"))
        write.execute(text("UPDATE alembic_version SET version_num = '20270201_approvals'"))
    try:
        assert REMEDIES[SchemaState.UNKNOWN] in check(sound).output
    finally:
        with sound.app_context(), db.engine.execution_options(tracker_write=True).begin() as write:
            write.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    of_version(sound, with_second(tmp_path))
    try:
        assert REMEDIES[SchemaState.OLDER] in check(sound).output
    finally:
        of_version(sound, MIGRATIONS)


def test_the_owner_of_the_tables_is_found(app: Flask, world: World, engine_name: str) -> None:
    """The suite connects as a superuser. What a role of its own may do stands in test_grants.py."""
    said = RIGHTS[ExcessRight.SUPERUSER] in check(app, "--deploy").output
    assert said == (engine_name == "postgresql")


def test_every_right_has_its_words() -> None:
    assert set(RIGHTS) == set(ExcessRight)


@pytest.mark.in_ci
def test_an_empty_folder_stays_empty(tmp_path: Path) -> None:
    """Also one that is not there."""
    environment = {**os.environ, "TRACKER_DATA_DIR": str(tmp_path / "data")}
    for _each in range(2):
        done = subprocess.run(
            [str(Path(sys.executable).parent / "tracker"), "check", "--deploy"],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "Run: tracker setup" in done.stderr
        assert "not known: Backups." in done.stderr
        assert [*tmp_path.rglob("*")] == [tmp_path / "data"] * (tmp_path / "data").exists()
        (tmp_path / "data").mkdir(exist_ok=True)


def test_an_evidence_file_is_read(sound: Flask, world: World, tmp_path: Path) -> None:
    with sound.app_context():
        piece(world, folder=tmp_path, upload=Upload("proof.pdf", PDF))
    assert "- held: Evidence files." in check(sound, "--deploy").output
    (file,) = (each for each in (tmp_path / "files").rglob("*") if each.is_file())
    file.write_bytes(b"other")
    assert "not held: Evidence files. The evidence file that was" in check(sound, "--deploy").output


def test_mail_is_held_once_the_code_was_typed_in(
    sound: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    server = mail_server("smtp://localhost:25?tls=no", "Tracker <t@example.org>")
    monkeypatch.setitem(sound.extensions, "tracker_mail", server)
    monkeypatch.setattr(
        "tracker.cli.operations.deployed.smtp.send",
        lambda _server, message: sent.append(message.get_content()),
    )

    def said(typed: str) -> str:
        monkeypatch.setattr(
            "tracker.cli.operations.deployed.secrets.token_hex", lambda _n: "c0de42"
        )
        asked = ["check", "--deploy", "--mail", "ana@example.org"]
        return sound.test_cli_runner().invoke(args=asked, input=f"{typed}\n").output

    assert "- held: Mail." in said(" C0DE42")
    assert "Its code: c0de42" in sent[0]
    assert "not known: Mail. The mail server took the message" in said("")
    assert "not known: Mail. Nobody has typed in" in check(sound, "--deploy").output


@pytest.mark.in_ci
def test_work_and_clock(sound: Flask, world: World) -> None:
    assert sound.test_cli_runner().invoke(args=["work", "--once"]).exit_code == 0
    with sound.app_context():
        happened(world, "team_added", "adam", team="New")
    now = check(sound, "--deploy").output
    assert "- held: Daily work." in now
    assert "- held: Clock." in now
    with time_machine.travel(NOW + dt.timedelta(hours=31), tick=False):
        assert "not held: Daily work. It was last done" in check(sound, "--deploy").output
    for days in (400, -1):
        with time_machine.travel(NOW + dt.timedelta(days=days), tick=False):
            assert "not held: Clock. The clock of the server says" in (
                check(sound, "--deploy").output
            )
    with sound.app_context(), transaction() as tx:
        failing = {"failing_since": NOW, "tries": 1}
        tx.execute(update(DailyWork).where(DailyWork.part == "seals").values(**failing))
    assert "not held: Daily work. These parts fail: seals." in check(sound, "--deploy").output


@pytest.mark.parametrize(
    ("trusted", "seen", "said"),
    [
        (True, {}, ""),
        (False, {"client": "127.0.0.1", "forwarded": round_trip.PRETENDED}, ""),
        (True, {"client": round_trip.PRETENDED}, "can say which address they come from"),
        (True, {"forwarded": ""}, "doesn't say who asks"),
        (False, {}, "Set TRACKER_TRUST_PROXY=yes."),
        (True, {"scheme": "http"}, "the program sees http."),
        (True, {"host": "127.0.0.1:8000"}, "sees the host 127.0.0.1:8000"),
    ],
)
def test_what_the_program_sees_through_its_proxy(
    trusted: bool, seen: dict[str, str], said: str
) -> None:
    config = {"BASE_URL": "https://skills.library.org", "TRUST_PROXY": trusted}
    usual = {
        "client": "198.51.100.7",
        "forwarded": "198.51.100.7",
        "scheme": "https",
        "host": "skills.library.org",
    }
    found = list(round_trip._as_seen(config, {**usual, **seen}))
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_what_is_seen_is_told_to_nobody_else(client: Client, app: Flask) -> None:
    key, now = app.config["SECRET_KEY"], NOW.timestamp()
    for told in (
        "",
        "x",
        f"{now:.0f}.",
        system_rules.signed("other", now),
        system_rules.signed(key, now - 61),
    ):
        answer = client.get("/healthz", headers={"X-Tracker-Probe": told})
        assert answer.json == {"status": "ok"}
    answer = client.get("/healthz", headers={"X-Tracker-Probe": system_rules.signed(key, now)})
    assert answer.json["seen"]["client"] == "127.0.0.1"


def test_an_address_where_nobody_answers() -> None:
    config = {"BASE_URL": f"http://127.0.0.1:{free_port()}", "SECRET_KEY": STRONG}
    (said,) = round_trip.faults(config, NOW.timestamp())
    assert "can't be reached from this machine: [Errno" in said
