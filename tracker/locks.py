"""Locks on files, among all processes that see the disk. The system gives one back however its
process ends."""

import fcntl
import os
import time
from pathlib import Path

PAUSE = 0.0005
"""Seconds between two tries. The system's own waiting has no end that one could set."""


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


def _taken(descriptor: int, *, insist: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if insist:
            raise
        return False
    return True
