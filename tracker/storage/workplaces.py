"""Folders for what is there only while a command runs: whole copies of the database. They are
written in steps, so that nobody waits long for the disk.

Each is its owner's alone, and holds a lock as long as it is in use. What a killed command left is
removed by the next one.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.locks import lock

LOCK = "lock"
YOUNG = 60
"""Seconds after which a folder that nobody has locked is nobody's: a new one is about to be."""


STEP = 512 * 1024
"""Bytes that are written to a large file at a time."""


def settle(descriptor: int) -> None:
    """Let what was written to it reach the disk, then leave the disk to others for as long as that
    took."""
    begun = time.monotonic()
    os.fdatasync(descriptor)
    time.sleep(min(time.monotonic() - begun, 1))


@contextmanager
def workplace(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder for as long as the block lasts; those of the same prefix that nobody uses are
    removed first."""
    _remove_unused(parent, prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as folder:
        place = Path(folder)
        descriptor = lock(place / LOCK)
        try:
            yield place
        finally:
            os.close(descriptor)


def _remove_unused(parent: Path, prefix: str) -> None:
    for left in parent.glob(f"{prefix}*"):
        if not left.is_dir() or time.time() - left.stat().st_mtime < YOUNG:
            continue
        try:
            descriptor = lock(left / LOCK)
        except BlockingIOError:
            continue
        try:
            shutil.rmtree(left)
        finally:
            os.close(descriptor)
