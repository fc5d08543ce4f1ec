"""Backups: make one of the whole installation, try one out, bring one back, and delete old
ones."""

import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Update, delete, distinct, func, inspect, select, update
from sqlalchemy.exc import OperationalError

from tracker.db import Base, own_engine, session, transaction
from tracker.evidence.files.rules_backends import FileBackend
from tracker.models import (
    AddressChange,
    BackupTest,
    Framework,
    Invitation,
    Job,
    Library,
    Person,
    Rating,
    RatingEntry,
    ResetRequest,
    ScaleAnswer,
    SignIn,
    Statement,
)
from tracker.models.joins import scale_answer
from tracker.operations.backups import queries as backups_queries
from tracker.operations.backups.queries import KnownBackup
from tracker.operations.backups.rules import (
    FAULTY,
    BackupState,
    DatabaseContents,
    Finding,
    Manifest,
    NoBackup,
)
from tracker.operations.checks import queries as checks_queries
from tracker.records import audit as audit_records, jobs as jobs_records
from tracker.records.core import outbox as outbox_records
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.faults import Fault, fault_of
from tracker.storage import archives, files as storage_files, postgresql_copies, sqlite_copies
from tracker.storage.workplaces import workplace

COPIES: dict[str, ModuleType] = {"sqlite": sqlite_copies, "postgresql": postgresql_copies}


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was written. With `findings` its name ends with FAULTY, and it counts as
    none."""

    path: Path
    size: int
    manifest: Manifest
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RestoreTest:
    """What a look through a backup found; nothing wrong where `findings` is empty. Not noted where
    the database in use has another version's layout."""

    manifest: Manifest
    size: int
    findings: tuple[Finding, ...]
    is_noted: bool = True


def make(target: Path, evidence: FileBackend, now: dt.datetime) -> BackupMade:
    """Copy the database as it is at one moment, and the evidence files that it names, into one new
    file, and look through the copy.

    Nobody has to stop working. Files are added after the database and are never changed, so all
    that the copy names are there. A copy with faults is better than none: the last one is kept
    under a name of its own. Raises Conflict: backup_exists, backup_empty (nothing laid out),
    pg_tool_missing, pg_tool_failed; Unreachable; DatabaseError where it cannot even be counted.
    """
    if target.exists():
        raise Conflict("backup_exists")
    if not _has(Person):
        raise Conflict("backup_empty")
    engine = own_engine()
    kind = engine.dialect.name
    with workplace(target.parent, ".backup-") as folder:
        database = folder / "database"
        contents, wanted_guards, wrong = COPIES[kind].take(engine, database, _looked_through)
        if wrong:
            target = target.with_suffix(FAULTY)

        def manifest(missing: list[str]) -> Manifest:
            digest, size = archives.digest_of(database), database.stat().st_size
            return Manifest(
                made_at=now,
                engine=kind,
                sha256=digest,
                size=size,
                contents=contents,
                guards=wanted_guards,
                missing=tuple(missing),
            )

        made = archives.write(
            target, folder, database, kind, evidence, sorted(contents.files), manifest
        )
    os.utime(target, (now.timestamp(),) * 2)
    for earlier in target.parent.glob(f"{target.stem.rsplit('-', 2)[0]}-*{FAULTY}"):
        if wrong and earlier != target:
            earlier.unlink()
    return BackupMade(target, target.stat().st_size, made, wrong)


def _looked_through(
    connection: Connection,
) -> tuple[DatabaseContents, tuple[str, ...], tuple[Finding, ...]]:
    contents, guards = checks_queries.contents(connection), checks_queries.guards_of(connection)
    return contents, guards, tuple(checks_queries.broken(connection, contents, guards))


def try_out(path: Path, folder: Path, known: Collection[str], now: dt.datetime) -> RestoreTest:
    """Bring a backup back into a place of its own below `folder`, look through it, and keep what
    was found.

    `known`: the revisions that this program can work with. Nothing of the library is touched.
    Raises Invalid: backup_unreadable, backup_newer, backup_unknown, backup_other_engine; Conflict:
    pg_tool_missing, pg_tool_failed.
    """
    with _brought_out(path, folder, known) as (_archive, _database, tried):
        pass
    if not _has(BackupTest):
        return tried
    try:
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
    except OperationalError as error:
        if fault_of(error) is not Fault.ANOTHER_LAYOUT:
            raise
        return replace(tried, is_noted=False)
    return tried


def bring_back(
    path: Path,
    evidence: FileBackend,
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
        hopeless = "database_damaged" in {finding.code for finding in tried.findings}
        if hopeless or (tried.findings and not despite):
            raise Conflict("backup_faulty", findings=tried.findings, hopeless=hopeless)
        if _has_people():
            if aside is None:
                raise Conflict("database_not_empty")
            make(aside, evidence, now)
        for content in archive.files():
            storage_files.keep(evidence, content)
        COPIES[archive.manifest.engine].put_back(database, own_engine(), _closings(now))
    lay_out()
    _note_restored(now)
    return tried


def opened(path: Path) -> Manifest:
    """What a backup says of itself. Raises Invalid: backup_unreadable, backup_newer."""
    try:
        with archives.opened(path) as archive:
            return archive.manifest
    except NoBackup as error:
        raise Invalid(str(error)) from error


def rated_since(path: Path) -> tuple[int, int, dt.datetime]:
    """What that backup doesn't have of the database in use: so many ratings that were
    given or changed, by so many people, since when. Raises as `opened`."""
    made_at = opened(path).made_at
    if not _has(RatingEntry):
        return 0, 0, made_at
    whose = select(RatingEntry.person_id, RatingEntry.skill_id).distinct()
    rated = whose.where(RatingEntry.rated_at > made_at).subquery()
    counted = select(func.count(), func.count(distinct(rated.c.person_id))).select_from(rated)
    ratings, people = session().execute(counted).one()
    session().rollback()
    return ratings, people, made_at


KeptRatings = dict[tuple[int, str, str], list[tuple[str, str, str, str]]]
"""By person's id and name and by framework: code, answer, day, and note for oneself."""


def ratings_in(path: Path, folder: Path, since: dt.datetime) -> KeptRatings:
    """What stands in a backup and was rated after that moment. It may be of a later version: what
    is read of it is older than that. Raises as `try_out`, but for backup_unknown."""
    query = (
        select(
            Person.id,
            Person.name,
            Framework.slug,
            Statement.code,
            ScaleAnswer.label,
            Rating.rated_at,
            Rating.own_note,
        )
        .join(Rating, Rating.person_id == Person.id)
        .join(Statement, Statement.id == Rating.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Rating.answer))
        .where(Rating.rated_at > since)
        .order_by(Person.id, Framework.slug, Statement.position)
    )
    kept: KeptRatings = {}
    with (
        _brought_out(path, folder, None) as (archive, database, _tried),
        COPIES[archive.manifest.engine].opened(database, own_engine()) as engine,
        engine.connect() as connection,
    ):
        for person_id, name, slug, code, label, rated_at, note in connection.execute(query):
            rows = kept.setdefault((person_id, name, slug), [])
            rows.append((code, label, f"{rated_at:%Y-%m-%d}", note))
    return kept


def is_still_so(path: Path) -> bool:
    """Whether the database has as many rows in every table as when that backup of it was made: of
    all that people do some table keeps a row more."""
    try:
        kept = opened(path).contents
    except Invalid:
        return False
    now = checks_queries.contents(session().connection())
    session().rollback()
    return kept == now


def newest(folder: Path) -> KnownBackup | None:
    """Of those in the folder, the one with faults among them."""
    return next(iter(backups_queries.of(archives.newest_first(folder))), None)


def prune(folder: Path, before: dt.datetime) -> list[Path]:
    """Delete the backups that were written before then, and return them. None goes unless the
    newest one passed its test: the good ones may be the old ones.

    Raises Conflict: newest_not_tested, with its `state`.
    """
    known = backups_queries.of(archives.newest_first(folder))
    if known and known[0].state is not BackupState.PASSED:
        raise Conflict("newest_not_tested", file=known[0].file.path.name, state=known[0].state)
    old = [backup.file.path for backup in known[1:] if backup.file.written_at < before]
    for path in old:
        path.unlink()
    return old


@contextmanager
def _brought_out(
    path: Path, folder: Path, known: Collection[str] | None
) -> Iterator[tuple[archives.Archive, Path, RestoreTest]]:
    """The archive, its database as a file, and what is wrong with both. `known`: None for a look
    into a backup of any version, without a test of it."""
    with workplace(folder, ".restore-") as place:
        database = place / "database"
        try:
            with archives.opened(path) as archive:
                if archive.manifest.engine != own_engine().dialect.name:
                    raise Invalid("backup_other_engine", engine=archive.manifest.engine)
                if known is not None and archive.manifest.contents.revision not in known:
                    raise Invalid("backup_unknown")
                findings = archive.database(database)
                if known is not None:
                    findings = [*findings, *_look_through(archive, database)]
                yield (
                    archive,
                    database,
                    RestoreTest(archive.manifest, path.stat().st_size, tuple(findings)),
                )
        except NoBackup as error:
            raise Invalid(str(error)) from error


def _look_through(archive: archives.Archive, database: Path) -> list[Finding]:
    manifest = archive.manifest
    try:
        with (
            COPIES[manifest.engine].opened(database, own_engine()) as engine,
            engine.connect() as connection,
        ):
            findings = checks_queries.broken(connection, manifest.contents, manifest.guards)
    except Conflict as refusal:
        if refusal.code != "pg_tool_failed" or refusal.facts["tool"] != "pg_restore":
            raise
        findings = [Finding("database_damaged", str(refusal.facts["said"]))]
    return findings + archive.damaged_files()


def _has(model: type[Base]) -> bool:
    """Whether its table was laid out. Nothing is held open: a copy may be about to take the
    database's place."""
    has_table = inspect(own_engine()).has_table(model.__tablename__)
    session().rollback()
    return has_table


def _has_people() -> bool:
    count = session().scalar(select(func.count()).select_from(Person)) if _has(Person) else 0
    session().rollback()
    return bool(count)


def _closings(now: dt.datetime) -> list[Update]:
    """Every sign-in ends, and every one-time link: in the copy, before anybody sees it."""
    return [
        update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now),
        update(Invitation).where(Invitation.closed_at.is_(None)).values(closed_at=now),
        update(AddressChange).where(AddressChange.ended_at.is_(None)).values(ended_at=now),
    ]


def _note_restored(now: dt.datetime) -> None:
    """Work in the background ends, and its files go: what was erased since the backup may stand in
    them."""
    with transaction() as tx:
        tx.execute(delete(ResetRequest))
        for library_id in tx.scalars(select(Library.id)):
            audit_records.note(tx, "backup_restored", now, library_id=library_id, actor_id=None)
        outbox_records.doubt_all(tx, now)
        jobs_records.delete_jobs(tx, tx.scalars(select(Job.id)).all())
