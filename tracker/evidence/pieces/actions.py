"""Recording what somebody can show, and what it counts for."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.evidence.erasures import records as erasures_records
from tracker.evidence.files.rules import Accepted, FileStore, Upload, cleaned, judge
from tracker.evidence.pieces import records as pieces_records
from tracker.evidence.pieces.rules import (
    FILES_MAX,
    EvidenceContent,
    clean,
    clean_reasons,
    jotted,
    may_be_drawn,
    titled_for,
)
from tracker.models import Evidence, EvidenceLink, EvidenceText, EvidenceVersion, Statement
from tracker.models.record.words import is_said_of, skill_of
from tracker.policy.permissions import Actor
from tracker.queries.core import use_statements as use_statements_queries
from tracker.record.sheet.queries_learners import frameworks_of
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.storage import file_rows, files as storage_files
from tracker.storage.uploads import page_pictures, scanner

NO_REASONS: Mapping[int, str] = MappingProxyType({})


def create_each(
    actor: Actor,
    content: EvidenceContent,
    uploads: Sequence[Upload],
    *,
    now: dt.datetime,
    reasons: Mapping[int, str] = NO_REASONS,
    store: FileStore | None = None,
    draw: bool = False,
) -> list[int]:
    """A piece for each file, or one without a file: all or none. Of several each is named after its
    file too. `reasons`: why it counts (may be ""), by statement. `draw`: what cannot be kept of a
    PDF as it came is kept as pictures of its pages. Uploads need a `store`. Returns their ids.

    Raises Invalid, and Conflict: use_statement_unread, file_not_kept.
    """
    if not use_statements_queries.has_read(actor):
        raise Conflict("use_statement_unread")
    content = clean(content, actor.today(now))
    linked = clean_reasons(reasons)
    if len(uploads) > FILES_MAX:
        raise Invalid("files_many", "file", most=FILES_MAX)
    _check_statements(session(), actor, set(linked), now)
    accepted = _judged(actor, uploads, store, draw=draw)
    made = []
    with file_rows.kept_on_disk(actor.person_id, accepted, store) as kept, transaction() as tx:
        _check_statements(tx, actor, set(linked), now)
        for file in kept or (None,):
            says = titled_for(content, file.name) if file and len(kept) > 1 else content
            file_id = file_rows.add_file(tx, actor.person_id, file, store)
            evidence = pieces_records.begin(tx, actor.person_id, says, file_id, now)
            pieces_records.link(tx, evidence.id, linked, now)
            made.append(evidence.id)
    return made


def jot(
    actor: Actor, line: str, now: dt.datetime, statements: Collection[int] = frozenset()
) -> int:
    """Record one line as a note, linked to statements or to be linked later; returns its id. Raises
    Invalid, and Conflict("use_statement_unread")."""
    reasons = dict.fromkeys(statements, "")
    return create_each(actor, jotted(line), [], now=now, reasons=reasons)[0]


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
    draw: bool = False,
    erase: ErasureReason | None = None,
) -> int:
    """Make a new version from what `base_version` said; returns the number that now stands.

    Without an upload the file stays, unless it is dropped. No new version where nothing changed.
    `draw`: as in `create_each`. `erase`: why every earlier version is erased in the same act, which
    needs a new one. Raises Invalid("evidence_as_before"); Conflict: evidence_archived,
    evidence_changed (somebody saved after the page was made), file_not_kept.
    """
    content = clean(content, actor.today(now))
    if upload is not None:
        _of_version(session(), actor, evidence_id, base_version, lock=False)
    accepted = _judged(actor, [] if upload is None else [upload], store, draw=draw)
    with file_rows.kept_on_disk(actor.person_id, accepted, store) as kept, transaction() as tx:
        evidence = _of_version(tx, actor, evidence_id, base_version)
        before, before_file = _text(tx, evidence)
        file_id = file_rows.add_file(tx, actor.person_id, next(iter(kept), None), store)
        if not kept and not drop_file:
            file_id = before_file
        if (content, file_id) != (before, before_file):
            pieces_records.add_version(tx, evidence, content, file_id, now)
        elif erase is not None:
            raise Invalid("evidence_as_before", "text")
        version = evidence.version
        if erase is not None:
            earlier = range(1, version)
            erasures_records.erase(tx, evidence, earlier, erase, actor.library_id, now)
    if erase is not None and store is not None:
        file_rows.finish_or_leave(store.place)
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
        pieces_records.owned(tx, actor.person_id, evidence_id)
        linked_already = tx.scalars(
            select(Statement.id)
            .join(EvidenceLink, EvidenceLink.skill_id == Statement.skill_id)
            .where(EvidenceLink.evidence_id == evidence_id)
        )
        _check_statements(tx, actor, set(linked) - set(linked_already), now)
        pieces_records.link(tx, evidence_id, linked, now)


def unlink(actor: Actor, evidence_id: int, statement_id: int) -> None:
    """Take the evidence off a statement, and off what it was made of. What was sent for review
    keeps it. Raises Missing when it is not linked."""
    with transaction() as tx:
        pieces_records.owned(tx, actor.person_id, evidence_id)
        gone = tx.scalars(
            delete(EvidenceLink)
            .where(
                EvidenceLink.evidence_id == evidence_id,
                is_said_of(EvidenceLink.skill_id, skill_of(statement_id)),
            )
            .returning(EvidenceLink.id)
            .execution_options(synchronize_session=False)
        ).all()
        if not gone:
            raise Missing


def archive(actor: Actor, evidence_id: int, now: dt.datetime) -> None:
    """Put it away: it doesn't count and isn't sent until it is restored. Nothing is deleted."""
    with transaction() as tx:
        evidence = pieces_records.owned(tx, actor.person_id, evidence_id, archived=None)
        evidence.archived_at = evidence.archived_at or now


def bring_back(actor: Actor, evidence_id: int) -> None:
    with transaction() as tx:
        pieces_records.owned(tx, actor.person_id, evidence_id, archived=None).archived_at = None


def file_content(store: FileStore, sha256: str) -> bytes:
    """What was stored. Raises Damaged("file_damaged") when it is gone or changed, and
    Unreachable("file_away")."""
    return storage_files.read(store.place, sha256)


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
            Statement.id.in_(statement_ids),
            Statement.framework_id.in_(framework.id for framework in own),
        )
    )
    if known != len(statement_ids):
        raise Invalid("evidence_statement_unknown", "statements")


def _of_version(
    tx: Session, actor: Actor, evidence_id: int, version: int, *, lock: bool = True
) -> Evidence:
    """Raises as `pieces_records.owned` does, and Conflict("evidence_changed")."""
    evidence = pieces_records.owned(tx, actor.person_id, evidence_id, lock=lock)
    if evidence.version != version:
        raise Conflict("evidence_changed")
    return evidence


def _judged(
    actor: Actor, uploads: Sequence[Upload], store: FileStore | None, *, draw: bool
) -> list[Accepted]:
    """The files as they are kept. The cheap checks come first, and nothing is opened before the
    scanner has seen it. Raises Invalid, Unchecked("file_unchecked"), and as `page_pictures` does.
    """
    if not uploads:
        return []
    if store is None:
        raise ValueError("an upload needs a place to be kept")
    judged = [judge(upload, store.most) for upload in uploads]
    for accepted in judged:
        scanner.check(store.scanner, accepted.content)
    if not draw:
        return [cleaned(accepted, store.most) for accepted in judged]
    with page_pictures.pen(store.place, actor.person_id) as draws:
        return [_drawn_or_cleaned(accepted, store.most, draws) for accepted in judged]


def _drawn_or_cleaned(accepted: Accepted, most: int, draws: page_pictures.Draws) -> Accepted:
    try:
        return cleaned(accepted, most)
    except Invalid as refusal:
        if not may_be_drawn(refusal):
            raise
    made = draws(accepted.content, most)
    return cleaned(judge(Upload(accepted.name, made), most), most)
