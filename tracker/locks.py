"""Locks on files, among all processes that see the disk. The system gives one back however its
process ends."""

import fcntl
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

PAUSE = 0.0005
"""Seconds between two tries. The system's own waiting has no end that one could set."""
_in_line = threading.Lock()
"""Of the threads of this process that wait for a turn one asks for it."""


def lock(file: Path, patience: float = 0) -> int:
    """The descriptor that holds the lock until it is closed. Raises BlockingIOError when somebody
    else still holds it after `patience` seconds."""
    until = time.monotonic() + patience
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        while not _taken(descriptor, insist=time.monotonic() >= until):
            time.sleep(PAUSE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def share(file: Path) -> int:
    """A descriptor that holds the lock with others who share it, and children of this process."""
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_held(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        os.close(lock(file))
    except BlockingIOError:
        return True
    return False


def _taken(descriptor: int, *, insist: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if insist:
            raise
        return False
    return True


def turn_at(file: Path, until: float) -> int:
    """The descriptor that holds the lock, for which threads of this process wait in line. Raises
    BlockingIOError when it does not come in time."""
    with suppress(BlockingIOError):
        return lock(file)
    if not _in_line.acquire(timeout=max(0, until - time.monotonic())):
        raise BlockingIOError
    try:
        return lock(file, until - time.monotonic())
    finally:
        _in_line.release()
