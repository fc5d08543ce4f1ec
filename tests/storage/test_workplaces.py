"""Copies of a database lie where only their owner can look, and go when nobody uses them."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import ROOT
from tests.conftest import NOW
from tracker.storage.workplaces import workplace

PROGRAM = """
import sys, time
from pathlib import Path
from tracker.storage.workplaces import workplace
with workplace(Path(sys.argv[1]), ".restore-") as place:
    (place / "database").write_bytes(b"everybody's ratings")
    print(place, flush=True)
    time.sleep(600)
"""


@contextmanager
def at_work(folder: Path) -> Iterator[Path]:
    """Another process has a workplace here, for an hour already; it is killed at the end."""
    other = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert other.stdout is not None
    place = Path(other.stdout.readline().decode().strip())
    age(place)
    try:
        yield place
    finally:
        other.kill()
        other.communicate()


def age(place: Path) -> None:
    long_ago = NOW.timestamp() - 3600
    os.utime(place, (long_ago, long_ago))


def test_what_a_killed_command_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    with at_work(tmp_path) as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        with workplace(tmp_path, ".restore-"):
            assert (place / "database").exists(), "it is in use"
        age(place)
    assert (place / "database").exists(), "nobody tidied up"
    with workplace(tmp_path, ".backup-"):
        assert place.exists(), "of another kind of command"
    with workplace(tmp_path, ".restore-") as own:
        assert list(tmp_path.iterdir()) == [own]
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_made_a_moment_ago_is_not_taken_for_left_behind(tmp_path: Path) -> None:
    """Its maker is about to lock it."""
    young = tmp_path / ".restore-young"
    young.mkdir()
    os.utime(young, (NOW.timestamp(), NOW.timestamp()))
    with workplace(tmp_path, ".restore-"):
        assert young.exists()
