"""Backups as files: one tar that its owner alone may read, with the database, the evidence files
and the manifest."""

import datetime as dt
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tracker.evidence.files.rules_backends import SHA256, FileBackend
from tracker.operations.backups.rules import (
    DATABASES,
    FAULTY,
    FILES,
    MANIFEST,
    MANIFEST_MAX,
    BackupFile,
    Finding,
    Manifest,
    NoBackup,
    read as read_manifest,
    written,
)
from tracker.storage import files as storage_files
from tracker.storage.workplaces import STEP, settle

CHUNK = 1024 * 1024


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(
    target: Path,
    workplace: Path,
    database: Path,
    engine: str,
    evidence: FileBackend,
    wanted: list[str],
    made: Callable[[list[str]], Manifest],
) -> Manifest:
    """Write a backup so that it is whole or not there, by way of `workplace`, a folder on the same
    disk. `wanted` are the digests of the evidence
    files to take along; those that are gone or damaged are left out and handed to `made`, which
    gives the manifest.

    Raises OSError, and Unreachable where the files cannot be asked for.
    """
    aside = workplace / "backup"
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with io.BufferedWriter(_InSteps(descriptor, "w")) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            with database.open("rb") as copy:
                _put(archive, DATABASES[engine], copy, database.stat().st_size)
            missing = [sha256 for sha256 in wanted if not _put_file(archive, evidence, sha256)]
            manifest = made(missing)
            text = written(manifest)
            _put(archive, MANIFEST, io.BytesIO(text), len(text))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)
    return manifest


def _put(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    part = tarfile.TarInfo(name)
    part.size, part.mode = size, 0o600
    archive.addfile(part, content)


class _InSteps(io.FileIO):
    """Settles after each STEP that is written to it."""

    unsettled = 0

    def write(self, content: Any) -> int:
        written = super().write(content)
        self.unsettled += written
        if self.unsettled >= STEP:
            settle(self.fileno())
            self.unsettled = 0
        return written


def _put_file(archive: tarfile.TarFile, evidence: FileBackend, sha256: str) -> bool:
    content = storage_files.whole(evidence, sha256)
    if content is None:
        return False
    _put(archive, FILES + sha256, io.BytesIO(content), len(content))
    return True


class Archive:
    """A backup that is open for reading. Only parts of known names are looked at, and nothing is
    unpacked by name."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            self._parts = {part.name: part for part in tar.getmembers() if part.isreg()}
            part = self._parts[MANIFEST]
        except (KeyError, tarfile.TarError, OSError, ValueError, EOFError) as error:
            raise NoBackup("backup_unreadable") from error
        if part.size > MANIFEST_MAX:
            raise NoBackup("backup_unreadable")
        self.manifest = read_manifest(self._content(part).read())

    def database(self, target: Path) -> list[Finding]:
        """Bring the copy of the database out, to `target`. Raises NoBackup when it is not there."""
        part = self._parts.get(DATABASES[self.manifest.engine])
        if part is None:
            raise NoBackup("backup_unreadable")
        digest = hashlib.sha256()
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in self._chunks(part):
                digest.update(chunk)
                file.write(chunk)
        return [] if digest.hexdigest() == self.manifest.sha256 else [Finding("database_changed")]

    def damaged_files(self) -> list[Finding]:
        """Evidence files that the database names, and that are not in the backup as they were
        stored."""
        findings = []
        for sha256 in sorted(self.manifest.contents.files):
            if sha256 in self.manifest.missing:
                findings.append(Finding("file_was_missing", sha256))
            elif FILES + sha256 not in self._parts:
                findings.append(Finding("file_missing", sha256))
            elif self._digest(self._parts[FILES + sha256]) != sha256:
                findings.append(Finding("file_damaged", sha256))
        return findings

    def files(self) -> Iterator[bytes]:
        """The evidence files that are whole."""
        for name, part in self._parts.items():
            sha256 = name.removeprefix(FILES)
            if name.startswith(FILES) and SHA256.fullmatch(sha256) and self._digest(part) == sha256:
                yield self._content(part).read()

    def _digest(self, part: tarfile.TarInfo) -> str:
        digest = hashlib.sha256()
        for chunk in self._chunks(part):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, part: tarfile.TarInfo) -> Iterator[bytes]:
        content = self._content(part)
        while chunk := content.read(CHUNK):
            yield chunk

    def _content(self, part: tarfile.TarInfo) -> IO[bytes]:
        content = self._tar.extractfile(part)
        if content is None:
            raise NoBackup("backup_unreadable")
        return content


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises NoBackup for a file that is no whole backup, and OSError where it cannot be read."""
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115  (closed below, whatever its content turns out to be)
    except tarfile.TarError as error:
        raise NoBackup("backup_unreadable") from error
    with tar:
        yield Archive(tar)


def newest_first(folder: Path) -> list[BackupFile]:
    """Those in it, also what was made before an update or a restore, and the copy with faults.

    Raises OSError: the folder cannot be read.
    """
    files = []
    for path in [*folder.glob("*.tar"), *folder.glob(f"*{FAULTY}")]:
        with suppress(FileNotFoundError):
            about = path.stat()
            at = dt.datetime.fromtimestamp(about.st_mtime, dt.UTC)
            files.append(BackupFile(path, about.st_size, at))
    return sorted(files, key=lambda file: (file.written_at, file.path.name), reverse=True)
