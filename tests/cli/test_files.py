"""Evidence files on the disk, compared with what was stored; leftovers go by command and every
day."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.factories.evidence import PDF, TXT, piece
from tests.factories.world import World
from tracker.db import db
from tracker.evidence.files.rules import Upload


@pytest.fixture
def folder(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Two evidence files, and what two uploads left that were killed two days ago."""
    files = tmp_path / "files"
    monkeypatch.setitem(app.config, "FILES", files)
    with app.app_context():
        piece(world, folder=tmp_path, upload=Upload("proof.pdf", PDF))
        piece(world, folder=tmp_path, upload=Upload("more.txt", TXT))
        db.session.remove()
    for name in ("incoming-half", "0" * 64):
        (files / name).write_bytes(b"half")
        long_ago = world.now.timestamp() - 2 * 24 * 3600
        os.utime(files / name, (long_ago, long_ago))
    return files


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def test_leftovers_are_told_and_swept(app: Flask, folder: Path) -> None:
    told = run(app, "files", "check")
    assert told.exit_code == 0, told.output
    assert told.output == (
        "Evidence files: 2. Missing: 0. Damaged: 0.\n"
        "Leftovers: 2, of which 2 are older than a day.\n"
    )
    assert run(app, "files", "check", "--sweep").output.endswith(
        "Leftovers: 0, of which 0 are older than a day.\nLeftovers of uploads removed: 2.\n"
    )
    assert not (folder / "incoming-half").exists()


def test_the_daily_work_sweeps(app: Flask, folder: Path) -> None:
    assert "Leftovers of uploads removed: 2.\n" in run(app, "work", "--daily").output
    assert sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file()) == [PDF, TXT]


def test_in_front_of_another_database_the_files_stay(app: Flask, folder: Path) -> None:
    """It names two of five. Half a file belongs to no database."""
    for name in ("1" * 64, "2" * 64):
        shutil.copy2(folder / ("0" * 64), folder / name)
    told = run(app, "work", "--daily").output
    assert "Leftovers of uploads removed: 1.\n" in told
    assert "- 3 files belong to nothing, more than this database names: is it the right" in told
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 5


def test_a_missing_and_a_damaged_file_are_told(app: Flask, folder: Path) -> None:
    one, other = (path for path in folder.rglob("*/*/*") if path.is_file())
    one.unlink()
    other.write_bytes(b"something else")
    told = run(app, "files", "check")
    assert told.exit_code == 1
    assert "Missing: 1. Damaged: 1." in told.output
    assert f"- An evidence file is missing: {one.name}" in told.output
    assert f"- An evidence file is damaged: {other.name}" in told.output
    assert "Restore these files from a backup" in told.output
