"""Evidence files and the rows that name them.

An erasure leaves a row for each file (FileRemoval), so that a crash after it only delays the
removal. Files that no row names are what a refusal takes back at once, and what a killed process
left.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.db import apart_from_work, empty_log, session, session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.evidence.files.rules import Accepted, FileStore
from tracker.evidence.files.rules_backends import INCOMING, FileBackend, FoundFile
from tracker.models import FileRemoval, Person, StoredFile
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid, Unreachable
from tracker.storage import files as storage_files

LOG = structlog.get_logger("tracker.files")
OLD = dt.timedelta(days=1)
"""What is younger may be on its way: a file is written before the row that names it."""
DISCARD_TIMEOUT_MS = 50
PATIENCE = 4
"""For how many seconds to wait for one's turn."""
AT_ONCE = 100
"""How many files are removed in one transaction, while nobody else can write on SQLite."""

LOCK = 4_702_111_831
"""The advisory lock on PostgreSQL under which a row comes to name a file, or a file is removed.
SQLite has one writer at a time."""


def lock(tx: Session) -> None:
    """From here to the commit no file is removed that a new row names."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(LOCK)))


@contextmanager
def kept_on_disk(
    person_id: int, accepted: list[Accepted], store: FileStore | None
) -> Iterator[list[Accepted]]:
    """The files in their place, before the transaction of the block: a crash in it leaves files
    that no row names, a refusal nothing.

    One person's uploads take turns, so that no more than one of them is on its way and all together
    stay within the room that they have. Raises Invalid("files_full"), Conflict("files_on_the_way"),
    Unkept("file_not_kept"), Unreachable("file_store_away").
    """
    if store is None or not accepted:
        yield accepted
        return
    busy = Conflict("files_on_the_way")
    with storage_files.turn_of(store.place, [str(person_id)], busy, PATIENCE):
        session_afresh()
        _check_room(session(), person_id, sum(len(file.content) for file in accepted), store)
        try:
            for file in accepted:
                storage_files.keep(store.place, file.content)
            yield accepted
        except Exception:
            discard(store.place, {storage_files.digest_of(file.content) for file in accepted})
            raise


def add_file(
    tx: Session, person_id: int, file: Accepted | None, store: FileStore | None
) -> int | None:
    if file is None or store is None:
        return None
    tx.scalar(held(select(Person.id).where(Person.id == person_id)))
    _check_room(tx, person_id, len(file.content), store)
    lock(tx)
    sha256 = storage_files.digest_of(file.content)
    if not storage_files.is_there(store.place, sha256):
        storage_files.keep(store.place, file.content)
    row = StoredFile(
        person_id=person_id,
        sha256=sha256,
        size=len(file.content),
        media_type=file.media_type,
        name=file.name,
    )
    tx.add(row)
    tx.flush()
    return row.id


def _check_room(tx: Session, person_id: int, size: int, store: FileStore) -> None:
    """Raises Invalid("files_full"). Asked before the file is written, and again under the lock of
    the person."""
    used = (
        tx.scalar(select(func.sum(StoredFile.size)).where(StoredFile.person_id == person_id)) or 0
    )
    if used + size > store.total:
        raise Invalid("files_full", "file", total=store.total // (1024 * 1024))


def finish(place: FileBackend) -> int:
    """Remove the files of erasures, and what the log of the database still holds of them. Returns
    how many files went. Doing it again is harmless."""
    count = 0
    with transaction() as tx:
        lock(tx)
        for removal in tx.scalars(select(FileRemoval)).all():
            named = select(StoredFile.id).where(StoredFile.sha256 == removal.sha256).limit(1)
            if tx.scalar(named) is None:
                count += storage_files.remove(place, removal.sha256)
            tx.delete(removal)
    empty_log()
    return count


def finish_or_leave(place: FileBackend) -> None:
    """The same after an erasure, which stands in any case: where the store is away, the daily work
    removes them."""
    try:
        finish(place)
    except Unreachable as error:
        session_afresh()
        LOG.warning("erased_files_left", error=error.code)


def newest_is_whole(place: FileBackend) -> bool | None:
    """Whether the file that was added last can be read and is what was stored; None: there is none.
    Raises Unreachable."""
    newest = session().scalar(select(StoredFile.sha256).order_by(StoredFile.id.desc()).limit(1))
    return None if newest is None else storage_files.whole(place, newest) is not None


@dataclass(frozen=True, slots=True)
class FilesFound:
    """`missing` and `damaged` are digests; `orphans` are files that no row names, and `old` those
    of them that a sweep removes."""

    named: int
    missing: list[str]
    damaged: list[str]
    orphans: list[FoundFile]
    old: list[FoundFile]


def check(place: FileBackend, now: dt.datetime) -> FilesFound:
    """Read every file, and compare it with the digest that it is named after."""
    named = set(session().scalars(select(StoredFile.sha256).distinct()))
    missing = sorted(sha256 for sha256 in named if not storage_files.is_there(place, sha256))
    present = named - set(missing)
    damaged = sorted(sha256 for sha256 in present if storage_files.whole(place, sha256) is None)
    orphans = sorted(_orphans(place), key=lambda orphan: orphan.path)
    old = [orphan for orphan in orphans if _is_old(orphan, now)]
    return FilesFound(named=len(named), missing=missing, damaged=damaged, orphans=orphans, old=old)


@dataclass(frozen=True, slots=True)
class Swept:
    """`spared`: whole files that were left, because there are more of them than the database
    names: it is likely another one than theirs."""

    removed: int
    spared: int


def sweep(place: FileBackend, now: dt.datetime) -> Swept:
    """Remove the orphans that are OLD. Doing it again is harmless; in front of another database,
    so is doing it once."""
    old = [orphan for orphan in _orphans(place) if _is_old(orphan, now)]
    whole = [orphan for orphan in old if not orphan.name.startswith(INCOMING)]
    named = session().scalar(select(func.count(StoredFile.sha256.distinct()))) or 0
    spared = whole if len(whole) > named else []
    going = [orphan for orphan in old if orphan not in spared]
    for start in range(0, len(going), AT_ONCE):
        with transaction() as tx:
            lock(tx)
            for orphan in going[start : start + AT_ONCE]:
                if not _is_named(tx, orphan.name):
                    storage_files.remove_found(place, orphan)
    return Swept(len(going), len(spared))


def discard(place: FileBackend, digests: Collection[str]) -> None:
    """Remove those that no row came to name, after a refusal. It waits for nobody: what cannot be
    removed now goes with the next sweep."""
    try:
        with apart_from_work(), waiting_at_most(DISCARD_TIMEOUT_MS), transaction() as tx:
            lock(tx)
            for sha256 in digests:
                if not _is_named(tx, sha256):
                    storage_files.remove(place, sha256)
    except (SQLAlchemyError, OSError, Unreachable) as error:
        session_afresh()
        LOG.warning("files_left_for_the_sweep", count=len(digests), error=type(error).__name__)


def _orphans(place: FileBackend) -> Iterator[FoundFile]:
    """Files by digest that neither a file's row nor a removal names, and those half written."""
    known = set(session().scalars(select(StoredFile.sha256).union(select(FileRemoval.sha256))))
    for file in storage_files.found(place):
        if file.name not in known:
            yield file


def _is_named(tx: Session, sha256: str) -> bool:
    return tx.scalar(select(StoredFile.id).where(StoredFile.sha256 == sha256).limit(1)) is not None


def _is_old(file: FoundFile, now: dt.datetime) -> bool:
    return file.changed_at < now - OLD
