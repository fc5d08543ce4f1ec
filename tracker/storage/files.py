"""Files by the SHA-256 of their content, in folders of two levels. Written before the row that
names them, removed after it (storage/erased_files)."""

import hashlib
import os
import tempfile
from pathlib import Path

import structlog

from tracker.rules.errors import Conflict

LOG = structlog.get_logger("tracker.files")


def place(folder: Path, sha256: str) -> Path:
    """Where the file with this digest lies."""
    return folder / sha256[:2] / sha256[2:4] / sha256


def keep(folder: Path, content: bytes) -> str:
    """Store the content so that it is there after a crash; returns its digest. The same content is
    stored once.

    Raises Conflict("file_not_kept") when the disk refuses; nothing of it stays.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = place(folder, sha256)
    try:
        if not _holds(target, sha256):
            _write(folder, target, content)
    except OSError as error:
        LOG.error("file_not_kept", sha256=sha256, error=str(error))
        raise Conflict("file_not_kept") from error
    return sha256


def read(folder: Path, sha256: str) -> bytes:
    """The content. Raises Conflict("file_damaged") when it is gone or is not what was stored."""
    try:
        content = place(folder, sha256).read_bytes()
    except OSError as error:
        LOG.error("file_missing", sha256=sha256, error=str(error))
        raise Conflict("file_damaged") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        LOG.error("file_damaged", sha256=sha256)
        raise Conflict("file_damaged")
    return content


def is_there(folder: Path, sha256: str) -> bool:
    return place(folder, sha256).is_file()


def remove(folder: Path, sha256: str) -> bool:
    """Take it from the disk for good. Returns whether it was there."""
    target = place(folder, sha256)
    if not target.is_file():
        return False
    target.unlink()
    _force(target.parent)
    return True


def _holds(target: Path, sha256: str) -> bool:
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256


def _write(folder: Path, target: Path, content: bytes) -> None:
    """Write aside, force to disk, then rename: a reader sees the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, aside = tempfile.mkstemp(prefix="incoming-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(target)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise
    for changed in (target.parent, target.parent.parent, folder):
        _force(changed)


def _force(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
