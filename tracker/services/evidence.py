"""Recording what somebody can show, and what it counts for."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import (
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Person,
    Statement,
    StoredFile,
)
from tracker.policy.permissions import Actor
from tracker.queries.administration import use_statements
from tracker.queries.assessment.learners import frameworks_of
from tracker.records import evidence as versions
from tracker.records import evidence_erasures
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.evidence.content import (
    FILES_MAX,
    EvidenceContent,
    clean,
    clean_reasons,
    jotted,
    titled_for,
)
from tracker.rules.evidence.erasures import ErasureReason
from tracker.rules.evidence.uploads import Accepted, FileStore, Upload, judge
from tracker.storage import erased_files, files

NO_REASONS: Mapping[int, str] = MappingProxyType({})


def create(
    actor: Actor,
    content: EvidenceContent,
    *,
    now: dt.datetime,
    reasons: Mapping[int, str] = NO_REASONS,
    upload: Upload | None = None,
    store: FileStore | None = None,
) -> int:
    """Record a new piece of evidence; returns its id. `reasons`: why it counts (may be ""), by
    statement.

    An upload needs a `store`. Raises Invalid, and Conflict: use_statement_unread, file_not_kept.
    """
    uploads = [] if upload is None else [upload]
    return create_each(actor, content, uploads, now=now, reasons=reasons, store=store)[0]


def create_each(
    actor: Actor,
    content: EvidenceContent,
    uploads: Sequence[Upload],
    *,
    now: dt.datetime,
    reasons: Mapping[int, str] = NO_REASONS,
    store: FileStore | None = None,
) -> list[int]:
    """A piece for each file, or one without a file: all or none. Of several each is named after its
    file too.

    Raises as `create` does, and Invalid("files_many").
    """
    if not use_statements.has_read(actor):
        raise Conflict("use_statement_unread")
    content = clean(content, actor.today(now))
    linked = clean_reasons(reasons)
    if len(uploads) > FILES_MAX:
        raise Invalid("files_many", "file", most=FILES_MAX)
    files_kept = [_keep(actor, each, store) for each in uploads] or [None]
    made = []
    with transaction() as tx:
        _check_statements(tx, actor, set(linked), now)
        for kept in files_kept:
            says = titled_for(content, kept[1].name) if kept and len(uploads) > 1 else content
            file_id = _add_file(tx, actor, kept, store, now)
            evidence = versions.begin(tx, actor.person_id, says, file_id, now)
            versions.link(tx, evidence.id, linked, now)
            made.append(evidence.id)
    return made


def jot(
    actor: Actor, line: str, now: dt.datetime, statements: Collection[int] = frozenset()
) -> int:
    """Record one line as a note, linked to statements or to be linked later; returns its id. Raises
    Invalid, and Conflict("use_statement_unread")."""
    return create(actor, jotted(line), now=now, reasons=dict.fromkeys(statements, ""))


def edit(
    actor: Actor,
    evidence_id: int,
    base_version: int,
    content: EvidenceContent,
    *,
    now: dt.datetime,
    upload: Upload | None = None,
    drop_file: bool = False,
    store: FileStore | None = None,
    erase: ErasureReason | None = None,
) -> int:
    """Make a new version from what `base_version` said; returns the number that now stands.

    Without an upload the file stays, unless it is dropped. No new version where nothing changed.
    `erase`: why every earlier version is erased in the same act, which needs a new one. Raises
    Invalid("evidence_as_before"); Conflict: evidence_archived, evidence_changed (somebody saved
    after the page was made), file_not_kept.
    """
    content = clean(content, actor.today(now))
    kept = _keep(actor, upload, store)
    with transaction() as tx:
        evidence = versions.owned(tx, actor.person_id, evidence_id)
        if evidence.version != base_version:
            raise Conflict("evidence_changed")
        before, before_file = _text(tx, evidence)
        file_id = _add_file(tx, actor, kept, store, now)
        if kept is None and not drop_file:
            file_id = before_file
        if (content, file_id) != (before, before_file):
            versions.add_version(tx, evidence, content, file_id, now)
        elif erase is not None:
            raise Invalid("evidence_as_before", "text")
        version = evidence.version
        if erase is not None:
            earlier = range(1, version)
            evidence_erasures.erase(tx, evidence, earlier, erase, actor.library_id, now)
    if erase is not None and store is not None:
        erased_files.finish(store.folder)
    return version


def link(actor: Actor, evidence_id: int, reasons: Mapping[int, str], now: dt.datetime) -> None:
    """Say why the evidence counts for each of the statements; replaces the reasons of those linked
    already.

    Raises Invalid: evidence_statement_unknown, evidence_reason_long, evidence_links_none.
    """
    linked = clean_reasons(reasons)
    if not linked:
        raise Invalid("evidence_links_none", "statements")
    with transaction() as tx:
        versions.owned(tx, actor.person_id, evidence_id)
        there = tx.scalars(
            select(EvidenceLink.statement_id).where(EvidenceLink.evidence_id == evidence_id)
        )
        _check_statements(tx, actor, set(linked) - set(there), now)
        versions.link(tx, evidence_id, linked, now)


def unlink(actor: Actor, evidence_id: int, statement_id: int) -> None:
    """Take the evidence off a statement. What was sent for review keeps it. Raises Missing when it
    is not linked."""
    with transaction() as tx:
        versions.owned(tx, actor.person_id, evidence_id)
        gone = tx.scalar(
            delete(EvidenceLink)
            .where(
                EvidenceLink.evidence_id == evidence_id, EvidenceLink.statement_id == statement_id
            )
            .returning(EvidenceLink.id)
        )
        if gone is None:
            raise Missing


def archive(actor: Actor, evidence_id: int, now: dt.datetime) -> None:
    """Put it away: it counts for nothing and is not sent, until it is brought back. Nothing is
    deleted."""
    with transaction() as tx:
        evidence = versions.owned(tx, actor.person_id, evidence_id, archived=None)
        evidence.archived_at = evidence.archived_at or now


def bring_back(actor: Actor, evidence_id: int) -> None:
    with transaction() as tx:
        versions.owned(tx, actor.person_id, evidence_id, archived=None).archived_at = None


def file_content(store: FileStore, sha256: str) -> bytes:
    """What was stored. Raises Conflict("file_damaged") when it is gone or changed."""
    return files.read(store.folder, sha256)


def _text(tx: Session, evidence: Evidence) -> tuple[EvidenceContent, int | None]:
    """What the current version says and its file. Raises Missing when its text was erased."""
    text = tx.scalar(
        select(EvidenceText)
        .join(EvidenceVersion, EvidenceVersion.id == EvidenceText.version_id)
        .where(
            EvidenceVersion.evidence_id == evidence.id, EvidenceVersion.number == evidence.version
        )
    )
    if text is None:
        raise Missing
    return EvidenceContent(text.title, text.text, text.url, text.done_on), text.file_id


def _check_statements(tx: Session, actor: Actor, statement_ids: set[int], now: dt.datetime) -> None:
    """Raises Invalid when one of them is of no framework that the actor learns in."""
    if not statement_ids:
        return
    own = frameworks_of(actor.person_id, actor.today(now))
    known = tx.scalar(
        select(func.count(Statement.id)).where(
            Statement.id.in_(statement_ids), Statement.framework_id.in_(each.id for each in own)
        )
    )
    if known != len(statement_ids):
        raise Invalid("evidence_statement_unknown", "statements")


def _keep(
    actor: Actor, upload: Upload | None, store: FileStore | None
) -> tuple[str, Accepted] | None:
    """Judge and store a file, outside any transaction: a crash after it leaves a file that no row
    names, no more."""
    if upload is None:
        return None
    if store is None:
        raise ValueError("an upload needs a place to be kept")
    file = judge(upload, store.most)
    _check_room(session(), actor, file, store)
    return files.keep(store.folder, file.content), file


def _add_file(
    tx: Session,
    actor: Actor,
    kept: tuple[str, Accepted] | None,
    store: FileStore | None,
    now: dt.datetime,
) -> int | None:
    if kept is None or store is None:
        return None
    sha256, file = kept
    tx.scalar(select(Person.id).where(Person.id == actor.person_id).with_for_update())
    _check_room(tx, actor, file, store)
    erased_files.lock(tx)
    if not files.is_there(store.folder, sha256):
        files.keep(store.folder, file.content)
    return versions.add_file(tx, actor.person_id, sha256, file, now)


def _check_room(tx: Session, actor: Actor, file: Accepted, store: FileStore) -> None:
    """Raises Invalid("files_full"). Asked before the file is written, and again under the lock of
    the person."""
    used = (
        tx.scalar(select(func.sum(StoredFile.size)).where(StoredFile.person_id == actor.person_id))
        or 0
    )
    if used + len(file.content) > store.total:
        raise Invalid("files_full", "file", total=store.total // (1024 * 1024))
