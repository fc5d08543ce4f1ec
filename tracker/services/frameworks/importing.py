"""Taking a framework file in."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Framework, FrameworkDraft
from tracker.policy.permissions import Actor
from tracker.queries.frameworks.contents import file_of, past_of
from tracker.queries.frameworks.drafts import drafted
from tracker.records.frameworks import drafts, versions
from tracker.rules.errors import Conflict, Missing
from tracker.rules.frameworks.changes.comparison import KnownBefore, unknown_origins
from tracker.rules.frameworks.changes.placed_statements import placed
from tracker.rules.frameworks.changes.structure import same_scale
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.file_writing import digest_of


@dataclass(frozen=True, slots=True)
class ImportedFramework:
    """The version that is published, or the draft of one. `added` is False when this very content
    was there already: importing twice is importing once. `moved`: the sources whose address is
    another now, by their keys."""

    framework_id: int | None
    added: bool
    draft_id: int | None = None
    moved: tuple[str, ...] = ()


def import_framework(
    file: FrameworkFile, now: dt.datetime, actor: Actor | None = None
) -> ImportedFramework:
    """Publish a framework's first version; make a later one a draft, or the content of the draft
    that is open, which keeps the decisions that still fit.

    A version that is there is never edited, used or not: other content needs another version
    number. Only the addresses of its sources become those of the file. Raises Conflict:
    "framework_version_differs" for other content, "framework_scale_differs" when the answers are
    others than those of the version in use, "framework_origin_unknown" when a statement says that
    it came from one that no version ever had.
    """
    with transaction() as tx:
        found = tx.execute(
            select(Framework.id, Framework.digest).where(
                Framework.slug == file.slug, Framework.version == file.version
            )
        ).one_or_none()
        if found is not None:
            # A digest from before decision 0048 counts the addresses of sources.
            if file.digest not in (found.digest, file_of(found.id).digest):
                raise Conflict("framework_version_differs", slug=file.slug, version=file.version)
            moved = versions.move_sources(tx, found.id, file, now, actor)
            return ImportedFramework(found.id, added=False, moved=moved)
        base = drafts.newest(tx, file.slug)
        if base is None:
            return ImportedFramework(versions.publish(tx, file, now, actor), added=True)
        return _draft(tx, file, base, actor, now)


def start_next_version(
    slug: str, version: str, now: dt.datetime, actor: Actor | None = None
) -> int:
    """A draft with the content of the version in use, to be exported, edited, and imported.
    Returns its id.

    Raises Missing where no version is there, Conflict: "framework_version_there",
    "draft_there" while another is open.
    """
    with transaction() as tx:
        base = drafts.newest(tx, slug)
        if base is None:
            raise Missing
        taken = select(Framework.id).where(Framework.slug == slug, Framework.version == version)
        if tx.scalar(taken) is not None:
            raise Conflict("framework_version_there", version=version)
        if drafts.open_of(tx, slug) is not None:
            raise Conflict("draft_there")
        file = file_of(base.id).as_next(version)
        return drafts.write(tx, None, base, file, actor, now).id


def _draft(
    tx: Session, file: FrameworkFile, base: Framework, actor: Actor | None, now: dt.datetime
) -> ImportedFramework:
    before = file_of(base.id)
    if not same_scale(before, file):
        raise Conflict("framework_scale_differs", version=base.version)
    past = past_of(base.id)
    for title, uuid in unknown_origins(file, past):
        raise Conflict("framework_origin_unknown", title=title, uuid=uuid)
    draft = drafts.open_of(tx, file.slug)
    if draft is not None and draft.digest == digest_of(file):
        return ImportedFramework(None, added=False, draft_id=draft.id)
    draft = drafts.write(tx, draft, base, file, actor, now)
    _keep_what_fits(tx, draft, before, past, file)
    return ImportedFramework(None, added=True, draft_id=draft.id)


def _keep_what_fits(
    tx: Session,
    draft: FrameworkDraft,
    before: FrameworkFile,
    past: KnownBefore,
    file: FrameworkFile,
) -> None:
    old, new = {*past.gone, *placed(before)}, placed(file)
    drafts.set_origins(
        tx,
        draft,
        {
            uuid: [each for each in uuids if each in old]
            for uuid, uuids in draft.origins.items()
            if (uuid in new) != (uuids == [uuid])
        },
    )
    stands = drafted(draft.id)
    assert stands is not None
    drafts.forget_decisions(tx, draft, {each.key for each in stands.comparison.to_decide})
