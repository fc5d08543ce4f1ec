"""Files that no row names: what a refusal takes back at once, and what a killed process left."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.db import apart_from_work, session, session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.models import FileRemoval, StoredFile
from tracker.rules.errors import Unreachable
from tracker.rules.evidence.places import INCOMING, FilePlace, FoundFile
from tracker.storage import erased_files, files

LOG = structlog.get_logger("tracker.files")
OLD = dt.timedelta(days=1)
"""What is younger may be on its way: a file is written before the row that names it."""
DISCARD_TIMEOUT_MS = 50
AT_ONCE = 100
"""How many files are removed in one transaction, while nobody else can write on SQLite."""


@dataclass(frozen=True, slots=True)
class FilesFound:
    """`missing` and `damaged` are digests; `orphans` are files that no row names, and `old` those
    of them that a sweep removes."""

    named: int
    missing: list[str]
    damaged: list[str]
    orphans: list[FoundFile]
    old: list[FoundFile]


def check(place: FilePlace, now: dt.datetime) -> FilesFound:
    """Read every file, and compare it with the digest that it is named after."""
    named = set(session().scalars(select(StoredFile.sha256).distinct()))
    missing = sorted(sha256 for sha256 in named if not files.is_there(place, sha256))
    there = named - set(missing)
    damaged = sorted(sha256 for sha256 in there if files.whole(place, sha256) is None)
    found = sorted(_orphans(place), key=lambda each: each.path)
    return FilesFound(
        len(named), missing, damaged, found, [each for each in found if _is_old(each, now)]
    )


@dataclass(frozen=True, slots=True)
class Swept:
    """`spared`: whole files that were left, because there are more of them than the database
    names: it is likely another one than theirs."""

    removed: int
    spared: int


def sweep(place: FilePlace, now: dt.datetime) -> Swept:
    """Remove the orphans that are OLD. Doing it again is harmless; in front of another database,
    so is doing it once."""
    old = [each for each in _orphans(place) if _is_old(each, now)]
    whole = [each for each in old if not each.name.startswith(INCOMING)]
    named = session().scalar(select(func.count(StoredFile.sha256.distinct()))) or 0
    spared = whole if len(whole) > named else []
    going = [each for each in old if each not in spared]
    for start in range(0, len(going), AT_ONCE):
        with transaction() as tx:
            erased_files.lock(tx)
            for each in going[start : start + AT_ONCE]:
                if not _is_named(tx, each.name):
                    files.remove_found(place, each)
    return Swept(len(going), len(spared))


def discard(place: FilePlace, digests: Collection[str]) -> None:
    """Remove those that no row came to name, after a refusal. It waits for nobody: what cannot be
    removed now goes with the next sweep."""
    try:
        with apart_from_work(), waiting_at_most(DISCARD_TIMEOUT_MS), transaction() as tx:
            erased_files.lock(tx)
            for sha256 in digests:
                if not _is_named(tx, sha256):
                    files.remove(place, sha256)
    except (SQLAlchemyError, OSError, Unreachable) as error:
        session_afresh()
        LOG.warning("files_left_for_the_sweep", count=len(digests), error=type(error).__name__)


def _orphans(place: FilePlace) -> Iterator[FoundFile]:
    """Files by digest that neither a file's row nor a removal names, and those half written."""
    known = set(session().scalars(select(StoredFile.sha256).union(select(FileRemoval.sha256))))
    for each in files.found(place):
        if each.name not in known:
            yield each


def _is_named(tx: Session, sha256: str) -> bool:
    return tx.scalar(select(StoredFile.id).where(StoredFile.sha256 == sha256).limit(1)) is not None


def _is_old(file: FoundFile, now: dt.datetime) -> bool:
    return file.changed_at < now - OLD
