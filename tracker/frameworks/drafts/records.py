"""The only writer of drafts of a framework's versions, and of the decisions about them."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from tracker.frameworks.files.rules import FrameworkFile, data_of, digest_of
from tracker.frameworks.versions.records import note
from tracker.frameworks.versions.rules import VersionDecision
from tracker.models import FrameworkDraft, FrameworkDraftDecision
from tracker.policy.permissions import Actor
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing


def open_of(tx: Session, slug: str) -> FrameworkDraft | None:
    return tx.scalar(
        held(
            select(FrameworkDraft).where(
                FrameworkDraft.slug == slug,
                FrameworkDraft.published_at.is_(None),
                FrameworkDraft.discarded_at.is_(None),
            )
        )
    )


def lock(tx: Session, draft_id: int) -> FrameworkDraft:
    """The draft, locked. Raises Missing where there is none, Conflict("draft_ended") when it was
    published or discarded."""
    draft = tx.scalar(held(select(FrameworkDraft).where(FrameworkDraft.id == draft_id)))
    if draft is None:
        raise Missing
    if draft.published_at is not None or draft.discarded_at is not None:
        raise Conflict("draft_ended")
    return draft


def write(
    tx: Session,
    draft: FrameworkDraft | None,
    base_id: int | None,
    file: FrameworkFile,
    actor: Actor | None,
    now: dt.datetime,
) -> FrameworkDraft:
    """A new draft, or other content for the one that is open."""
    if draft is None:
        draft = FrameworkDraft(slug=file.slug, origins={})
        tx.add(draft)
    draft.base_framework_id = base_id
    draft.version, draft.content, draft.digest = file.version, data_of(file), digest_of(file)
    draft.made_by_id, draft.made_at = _who(actor), now
    tx.flush()
    note(tx, "framework_draft_made", draft, now, actor)
    return draft


def set_origins(tx: Session, draft: FrameworkDraft, origins: Mapping[str, Collection[str]]) -> None:
    draft.origins = {uuid: list(uuids) for uuid, uuids in origins.items()}
    tx.flush()


def forget_decisions(tx: Session, draft: FrameworkDraft, fitting: Collection[str]) -> int:
    """Delete the decisions about changes that are no longer there. Returns how many."""
    done = tx.execute(
        delete(FrameworkDraftDecision).where(
            FrameworkDraftDecision.draft_id == draft.id,
            FrameworkDraftDecision.change_key.not_in(fitting),
        )
    )
    return done.rowcount if isinstance(done, CursorResult) else 0


def decide(
    tx: Session,
    draft: FrameworkDraft,
    decisions: Mapping[str, str],
    actor: Actor | None,
    now: dt.datetime,
) -> int:
    """Keep these decisions (DraftedVersion.decisions), by key of the change. Returns how many are
    new or changed."""
    earlier = {
        row.change_key: row
        for row in tx.scalars(
            select(FrameworkDraftDecision).where(FrameworkDraftDecision.draft_id == draft.id)
        )
    }
    written = 0
    for key, decided in decisions.items():
        decision, _colon, part = decided.partition(":")
        row = earlier.get(key)
        if row is None:
            row = FrameworkDraftDecision(draft_id=draft.id, change_key=key)
            tx.add(row)
        elif (row.decision, row.carried_to or "") == (decision, part):
            continue
        row.decision, row.carried_to = VersionDecision(decision), part or None
        row.decided_by_id, row.decided_at = _who(actor), now
        written += 1
    tx.flush()
    if written:
        note_decided(tx, draft, written, actor, now)
    return written


def note_decided(
    tx: Session, draft: FrameworkDraft, changes: int, actor: Actor | None, now: dt.datetime
) -> None:
    note(tx, "framework_changes_decided", draft, now, actor, changes=changes)


def discard(tx: Session, draft: FrameworkDraft, actor: Actor | None, now: dt.datetime) -> None:
    draft.discarded_at = now
    note(tx, "framework_draft_discarded", draft, now, actor)


def _who(actor: Actor | None) -> int | None:
    return None if actor is None else actor.person_id
