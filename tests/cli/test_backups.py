"""The commands: a backup, a look through it, and bringing it back; each says what came of it."""

import datetime as dt
import re
import tarfile
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config import ROOT
from tests.conftest import NOW
from tests.factories.answers import Answer
from tests.factories.evidence import PDF, piece
from tests.factories.sides import actor
from tests.factories.tried import kept_backup
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.cli.backups import REASONS
from tracker.db import db
from tracker.evidence.files.rules import Upload
from tracker.models import BackupTest
from tracker.operations.backups.rules import FINDINGS, Finding
from tracker.operations.checks import queries as checks_queries


@pytest.fixture
def files(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the evidence lies and the backups go, apart from other tests."""
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    monkeypatch.setitem(app.config, "FILES", tmp_path / "files")
    monkeypatch.setitem(app.config, "BACKUP_DIR", tmp_path / "backups")
    return tmp_path / "files"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def test_it_says_what_is_in_the_backup(app: Flask, world: World, files: Path) -> None:
    with app.app_context():
        piece(world, folder=files.parent, upload=Upload("proof.pdf", PDF))
    done = run(app, "backup")
    assert done.exit_code == 0, done.output
    path, said = done.output.split(": ", 1)
    assert Path(path) == files.parent / "backups" / "tracker-20261124-100000.tar"
    assert re.fullmatch(r"\d\.\d MiB, 11 people, 0 ratings, 1 evidence files\.\n", said)
    again = run(app, "backup")
    assert (again.exit_code, again.output) == (
        1,
        "A file of that name is there already. Nothing was written.\n",
    )
    tested = run(app, "backup", "test", path)
    assert tested.exit_code == 0, tested.output
    assert "made on 2026-11-24 at 10:00 UTC" in tested.output
    assert "1 evidence files, nothing wrong." in tested.output
    with app.app_context():
        assert db.session.query(BackupTest).count() == 1


def test_what_is_wrong_is_said_and_the_command_fails(app: Flask, world: World, files: Path) -> None:
    with app.app_context():
        piece(world, folder=files.parent, upload=Upload("proof.pdf", PDF))
    next(path for path in files.rglob("*") if path.is_file()).unlink()
    done = run(app, "backup")
    assert done.exit_code == 1
    assert "gone or damaged already" in done.output
    path = done.stdout.partition(":")[0]
    tested = run(app, "backup", "test", path)
    assert tested.exit_code == 1
    assert "This backup cannot be relied on." in tested.output
    restored = run(app, "restore", path, "--replace")
    assert restored.exit_code == 1
    assert "Nothing was changed. With --despite-faults it is restored as it is." in restored.output


def test_people_are_not_replaced_by_mistake(app: Flask, world: World, files: Path) -> None:
    path = run(app, "backup").output.partition(":")[0]
    done = run(app, "restore", path)
    assert done.exit_code == 1
    assert "There are people in this database. Nothing was changed." in done.output
    assert "not in it" not in done.output
    with app.app_context():
        at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
        for name, count in (("ana", 2), ("ben", 1)):
            for statement_id in world.statements["communication"][:count]:
                me = actor(world, name, at)
                ratings_actions.rate(me, statement_id, Answer.PARTLY, 0, at)
                ratings_actions.rate(me, statement_id, Answer.CONSISTENTLY, 1, at)
    done = run(app, "restore", path)
    assert re.match(r"3 ratings by 2 people since \d{4}-.* UTC are not in it\.", done.output)


def test_any_other_file_is_no_backup(app: Flask, world: World, files: Path) -> None:
    other = files.parent / "other.tar"
    with tarfile.open(other, "w") as archive:
        archive.add(ROOT / "LICENSE", "../../etc/passwd")
    for command in (("backup", "test"), ("restore",)):
        done = run(app, *command, str(other))
        assert done.exit_code == 1
        assert done.output.startswith("This is no whole backup")
    assert run(app, "backup", "test", str(files.parent / "none.tar")).exit_code == 2


def test_a_backup_of_a_version_that_is_not_known_is_refused_in_one_sentence(
    app: Flask, world: World, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = run(app, "backup").output.partition(":")[0]
    monkeypatch.setattr(
        "tracker.cli.backups.system_actions.known_layouts", lambda _folder: frozenset({"later"})
    )
    for command in (("backup", "test", path), ("restore", path, "--replace", "--despite-faults")):
        done = run(app, *command)
        assert (done.exit_code, done.output) == (1, f"{REASONS['backup_unknown']}\n")


def test_faults_are_said_and_the_copy_counts_as_none(
    app: Flask, world: World, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage = [Finding("database_damaged", "page 7")]
    monkeypatch.setattr(checks_queries, "damage", lambda _connection: iter(damage))
    done = run(app, "backup")
    assert done.exit_code == 1
    assert "is damaged: page 7" in done.output
    assert "counts as no backup" in done.output
    assert run(app, "backup", "prune").exit_code == 1
    daily = run(app, "work", "--daily")
    assert (daily.exit_code, "has faults" in daily.output) == (1, True), daily.output


@pytest.mark.in_ci
def test_the_newest_is_tested_and_old_ones_go(app: Flask, world: World, files: Path) -> None:
    assert "There is no backup in" in run(app, "backup", "test").output
    run(app, "backup")
    (newest,) = (files.parent / "backups").iterdir()
    with app.app_context():
        kept_backup(newest.parent, "old.tar", NOW - dt.timedelta(days=31))
    refused = run(app, "backup", "prune")
    assert refused.exit_code == 1
    assert f"The newest backup, {newest.name}, is untested, so no older one" in refused.output
    tested = run(app, "backup", "test")
    assert (tested.exit_code, tested.output.startswith(newest.name)) == (0, True), tested.output
    assert run(app, "backup", "prune", "--days", "40").output == ""
    assert run(app, "backup", "prune").output == "Deleted: old.tar\n"
    assert "Newest backup: passed." in run(app, "work", "--daily").output


def codes(name: str, source: str) -> set[str]:
    return set(re.findall(rf'{name}\("([a-z_]+)"', source))


def test_every_finding_and_every_refusal_has_its_words() -> None:
    names = (
        "queries/core/seals",
        "operations/checks/queries",
        "operations/checks/queries_record",
        "operations/checks/queries_chains",
        "storage/archives",
        "storage/postgresql_copies",
        "operations/backups/actions",
        "operations/backups/rules",
    )
    source = "".join((ROOT / "tracker" / f"{name}.py").read_text() for name in names)
    of_migrations = (ROOT / "migrations" / "env.py").read_text()
    named = (
        codes("Finding", of_migrations)
        | codes("_named", source)
        | set(re.findall(r'yield "([a-z_]+)"', source))
    )
    assert codes("Finding", source) | named == set(FINDINGS)
    refusals = codes("Conflict", source) | codes("Invalid", source) | codes("NoBackup", source)
    assert refusals - set(REASONS) == {"backup_faulty"}
    assert codes("Finding", 'Finding("unheard_of")') - set(FINDINGS) == {"unheard_of"}
