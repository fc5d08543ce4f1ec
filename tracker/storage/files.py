"""Files by the SHA-256 of their content, in a folder or in a bucket. Written before the row that
names them, removed after it (storage/file_rows)."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import structlog

from tracker.evidence.files.rules_backends import FileBackend, FoundFile, path_of
from tracker.locks import lock
from tracker.logs import said_of
from tracker.rules.errors import Damaged, Refusal, Unkept
from tracker.storage.file_folder import FileFolder

LOG = structlog.get_logger("tracker.files")


class Files(Protocol):
    """What a folder and a bucket can do. Every act may raise Unreachable: the store is away."""

    def is_there(self, sha256: str) -> bool: ...
    def content(self, sha256: str) -> bytes | None: ...
    def write(self, sha256: str, content: bytes) -> None: ...
    def remove(self, path: str) -> bool: ...
    def found(self) -> Iterator[FoundFile]: ...
    def is_ready(self) -> bool: ...


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def turn_of(
    place: FileBackend, names: Iterable[str], otherwise: Refusal, patience: float = 0
) -> Iterator[None]:
    """Only one block of a name runs at a time, on every server that shares the disk; who dies in it
    gives the turn back. With a bucket, on every machine by itself. Of several names it has the
    first that is free. Raises `otherwise` where none comes in time, and Unkept("file_not_kept")."""
    try:
        turns = place.with_name(f"{place.name}-turns") if isinstance(place, Path) else place.turns
        turns.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = _first_free([turns / name for name in names], patience)
    except OSError as error:
        LOG.error("file_not_kept", error=said_of(error))
        raise Unkept("file_not_kept") from error
    if descriptor is None:
        raise otherwise
    try:
        yield
    finally:
        os.close(descriptor)


def _first_free(turns: list[Path], patience: float) -> int | None:
    for turn in turns:
        with suppress(BlockingIOError):
            return lock(turn, patience)
    return None


def keep(place: FileBackend, content: bytes) -> str:
    """Store the content so that it is there after a crash; returns its digest. The same content is
    stored once.

    Raises Unkept("file_not_kept") when the disk refuses, and nothing of it stays;
    Unreachable("file_store_away").
    """
    sha256 = digest_of(content)
    if not is_there(place, sha256) or whole(place, sha256) is None:
        _files(place).write(sha256, content)
    return sha256


def read(place: FileBackend, sha256: str) -> bytes:
    """The content. Raises Damaged("file_damaged") when it is gone or is not what was stored, and
    Unreachable("file_away")."""
    content = whole(place, sha256)
    if content is None:
        LOG.error("file_damaged", sha256=sha256)
        raise Damaged("file_damaged")
    return content


def whole(place: FileBackend, sha256: str) -> bytes | None:
    """The content, if it is there as it was stored."""
    content = _files(place).content(sha256)
    return None if content is None or digest_of(content) != sha256 else content


def is_there(place: FileBackend, sha256: str) -> bool:
    return _files(place).is_there(sha256)


def remove(place: FileBackend, sha256: str) -> bool:
    """Take it out of the place for good. Returns whether it was there."""
    return _files(place).remove(path_of(sha256))


def found(place: FileBackend) -> Iterator[FoundFile]:
    """Every file that is named after a digest, and those half written."""
    return _files(place).found()


def remove_found(place: FileBackend, file: FoundFile) -> None:
    _files(place).remove(file.path)


def are_ready(place: FileBackend) -> bool:
    """Whether files can be put there, as far as one can tell without doing it."""
    return _files(place).is_ready()


def faults(place: FileBackend) -> Iterator[str]:
    """What is wrong with a bucket, seen by trying. Nothing of a folder."""
    return iter(()) if isinstance(place, Path) else _bucket(place).faults()


def _files(place: FileBackend) -> Files:
    return FileFolder(place) if isinstance(place, Path) else _bucket(place)


def _bucket(place: FileBackend) -> Any:
    """What it needs is installed where somebody has a bucket."""
    return import_module("tracker.storage.file_bucket").FileBucket(place)
