"""Evidence files in a folder of the file system."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from tracker.evidence.files.rules_backends import INCOMING, FoundFile, is_ours, path_of
from tracker.logs import said_of
from tracker.rules.errors import Unkept

LOG = structlog.get_logger("tracker.files")


class FileFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_there(self, sha256: str) -> bool:
        return (self._folder / path_of(sha256)).is_file()

    def content(self, sha256: str) -> bytes | None:
        try:
            return (self._folder / path_of(sha256)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            LOG.error("file_unreadable", sha256=sha256, error=said_of(error))
            return None

    def write(self, sha256: str, content: bytes) -> None:
        """Raises Unkept("file_not_kept") when the disk refuses; nothing of it stays."""
        try:
            self._write(self._folder / path_of(sha256), content)
        except OSError as error:
            LOG.error("file_not_kept", sha256=sha256, error=said_of(error))
            raise Unkept("file_not_kept") from error

    def remove(self, path: str) -> bool:
        target = self._folder / path
        if not target.is_file():
            return False
        target.unlink(missing_ok=True)
        _force(target.parent)
        return True

    def found(self) -> Iterator[FoundFile]:
        for path in self._folder.rglob("*"):
            if is_ours(path.name) and path.is_file():
                changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
                yield FoundFile(path.relative_to(self._folder).as_posix(), path.name, changed)

    def is_ready(self) -> bool:
        return takes_files(self._folder)

    def _write(self, target: Path, content: bytes) -> None:
        """Write aside, force to disk, then rename: a reader sees the whole file or none."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, aside = tempfile.mkstemp(prefix=INCOMING, dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).replace(target)
        except OSError:
            Path(aside).unlink(missing_ok=True)
            raise
        for changed in (target.parent, target.parent.parent, self._folder):
            _force(changed)


def _force(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def takes_files(folder: Path) -> bool:
    """Whether files can be put into it, or it can be made."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
