"""Backups: make one of the whole installation, try one out, bring one back."""

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy import func, inspect, select, update

from tracker.db import Base, own_engine, session, transaction
from tracker.models import BackupTest, Invitation, Library, OutboxMail, Person, SignIn
from tracker.queries.operations import invariants
from tracker.records import audit, outbox
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.operations.backups import Finding, Manifest, NoBackup
from tracker.storage import archives, files, postgresql_copies, sqlite_copies

COPIES: dict[str, ModuleType] = {"sqlite": sqlite_copies, "postgresql": postgresql_copies}


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was written."""

    path: Path
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class RestoreTest:
    """What a look through a backup found; nothing wrong where `findings` is empty."""

    manifest: Manifest
    size: int
    findings: tuple[Finding, ...]


def make(target: Path, evidence: Path, now: dt.datetime) -> BackupMade:
    """Copy the database as it is at one moment, and the evidence files that it names, into one new
    file.

    Nobody has to stop working. Files are added after the database and are never changed, so all
    that the copy names are there. Raises Conflict: backup_exists, backup_empty (nothing laid out),
    pg_tool_missing, pg_tool_failed.
    """
    if target.exists():
        raise Conflict("backup_exists")
    if not _has(Person):
        raise Conflict("backup_empty")
    engine = own_engine()
    kind = engine.dialect.name
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        database = Path(folder) / "database"
        found, wanted_guards = COPIES[kind].take(
            engine,
            database,
            lambda connection: (invariants.contents(connection), invariants.guards_of(connection)),
        )

        def manifest(missing: list[str]) -> Manifest:
            digest, size = archives.digest_of(database), database.stat().st_size
            return Manifest(now, kind, digest, size, found, wanted_guards, tuple(missing))

        made = archives.write(target, database, kind, evidence, sorted(found.files), manifest)
    return BackupMade(target, target.stat().st_size, made)


def try_out(path: Path, folder: Path, known: Collection[str], now: dt.datetime) -> RestoreTest:
    """Bring a backup back into a place of its own below `folder`, look through it, and keep what
    was found.

    `known`: the revisions that this program can work with. Nothing of the library is touched.
    Raises Invalid: backup_unreadable, backup_newer, backup_other_engine; Conflict: pg_tool_missing,
    pg_tool_failed.
    """
    with _brought_out(path, folder, known) as (_archive, _database, tried):
        pass
    if not _has(BackupTest):
        return tried
    with transaction() as tx:
        tx.add(
            BackupTest(
                file=path.name[:200],
                size=tried.size,
                made_at=tried.manifest.made_at,
                tested_at=now,
                findings="\n".join(map(str, tried.findings)),
            )
        )
    return tried


def bring_back(
    path: Path,
    evidence: Path,
    folder: Path,
    known: Collection[str],
    now: dt.datetime,
    *,
    aside: Path | None,
    lay_out: Callable[[], None],
    despite: bool = False,
) -> RestoreTest:
    """Put a backup in the place of the database, and its files beside those that are there.

    A database with people in it is replaced only where `aside` says where a backup of it goes
    first. `lay_out` then brings it up to date with the program, which could not write into an older
    layout. Every sign-in ends and every one-time link is worth nothing: some were ended after the
    backup was made. Mails that waited then may have gone out since, so none of them goes by itself.
    Raises as `try_out` does, Conflict("database_not_empty"), and Conflict("backup_faulty") with its
    findings unless `despite` them; nothing is changed then.
    """
    with _brought_out(path, folder, known) as (archive, database, tried):
        hopeless = {finding.code for finding in tried.findings} & {
            "database_damaged",
            "revision_unknown",
        }
        if hopeless or (tried.findings and not despite):
            raise Conflict("backup_faulty", findings=tried.findings, hopeless=bool(hopeless))
        if _has_people():
            if aside is None:
                raise Conflict("database_not_empty")
            make(aside, evidence, now)
        for content in archive.files():
            files.keep(evidence, content)
        COPIES[archive.manifest.engine].put_back(database, own_engine())
    lay_out()
    _close_doors(now)
    return tried


@contextmanager
def _brought_out(
    path: Path, folder: Path, known: Collection[str]
) -> Iterator[tuple[archives.Archive, Path, RestoreTest]]:
    """The archive, its database as a file, and what is wrong with both."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as place:
        database = Path(place) / "database"
        try:
            with archives.opened(path) as archive:
                if archive.manifest.engine != own_engine().dialect.name:
                    raise Invalid("backup_other_engine", engine=archive.manifest.engine)
                findings = [*archive.database(database), *_look_through(archive, database, known)]
                yield (
                    archive,
                    database,
                    RestoreTest(archive.manifest, path.stat().st_size, tuple(findings)),
                )
        except NoBackup as error:
            raise Invalid(str(error)) from error


def _look_through(
    archive: archives.Archive, database: Path, known: Collection[str]
) -> list[Finding]:
    manifest = archive.manifest
    try:
        with (
            COPIES[manifest.engine].opened(database, own_engine()) as engine,
            engine.connect() as connection,
        ):
            findings = invariants.broken(connection, manifest.contents, manifest.guards)
    except Conflict as refusal:
        if refusal.code != "pg_tool_failed" or refusal.facts["tool"] != "pg_restore":
            raise
        findings = [Finding("database_damaged", str(refusal.facts["said"]))]
    if manifest.contents.revision not in known:
        findings.append(Finding("revision_unknown", manifest.contents.revision))
    return findings + archive.damaged_files()


def _has(model: type[Base]) -> bool:
    """Whether its table was laid out. Nothing is held open: a copy may be about to take the
    database's place."""
    there = inspect(own_engine()).has_table(model.__tablename__)
    session().rollback()
    return there


def _has_people() -> bool:
    count = session().scalar(select(func.count()).select_from(Person)) if _has(Person) else 0
    session().rollback()
    return bool(count)


def _close_doors(now: dt.datetime) -> None:
    mails = _has(OutboxMail)
    with transaction() as tx:
        tx.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now))
        tx.execute(update(Invitation).where(Invitation.closed_at.is_(None)).values(closed_at=now))
        for library_id in tx.scalars(select(Library.id)):
            audit.note(tx, "backup_restored", now, library_id=library_id, actor_id=None)
        if mails:
            outbox.doubt_all(tx, now)
