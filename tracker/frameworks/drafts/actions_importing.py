"""Taking a framework file in."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.frameworks.changes.rules_places import placed, same_scale
from tracker.frameworks.drafts import records as drafts
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.files.rules_data import digest_of
from tracker.frameworks.files.rules_reading import MANY
from tracker.frameworks.versions import records as versions
from tracker.frameworks.versions.queries_contents import file_of, past_of
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Framework, FrameworkDraft, Library, Person
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Missing


@dataclass(frozen=True, slots=True)
class ImportedFramework:
    """The version that is published, or the draft of one. `added` is False when this very content
    was there already: importing twice is importing once. `moved`: the sources whose address is
    another now, by their keys. `replaced`: the version of the draft that was open."""

    framework_id: int | None
    added: bool
    draft_id: int | None = None
    moved: tuple[str, ...] = ()
    replaced: str = ""


def import_framework(
    file: FrameworkFile, now: dt.datetime, actor: Actor | None = None, replaces: str = ""
) -> ImportedFramework:
    """Make the first version of a framework, or its next one, a draft, or the content of the draft
    that is open, which keeps the decisions that still fit. `replaces`: what was seen of the draft
    that is open (DraftedVersion.seen), where somebody else made it or decisions would go.

    A version that is there is never edited, used or not: other content needs another version
    number. Only the addresses of its sources become those of the file. Raises Conflict:
    "framework_version_differs" for other content, "framework_version_withdrawn",
    "framework_scale_differs" when the answers are others than those of the version in use,
    "framework_origin_unknown" when a statement says that it came from one that no version ever had;
    "framework_draft_open", with what would be replaced.
    """
    with transaction() as tx:
        published = tx.execute(
            select(Framework.id, Framework.digest, Framework.status).where(
                Framework.slug == file.slug, Framework.version == file.version
            )
        ).one_or_none()
        if published is not None:
            if published.status == VersionStatus.WITHDRAWN:
                raise Conflict("framework_version_withdrawn", version=file.version)
            # A digest from before decision 0048 counts the addresses of sources.
            if file.digest not in (published.digest, file_of(published.id).digest):
                raise Conflict("framework_version_differs", slug=file.slug, version=file.version)
            moved = versions.move_sources(tx, published.id, file, now, actor)
            return ImportedFramework(published.id, added=False, moved=moved)
        return _draft(tx, file, tx.scalar(versions.newest(file.slug)), actor, now, replaces)


def start_next_version(
    slug: str, version: str, now: dt.datetime, actor: Actor | None = None
) -> int:
    """A draft with the content of the version in use, to be exported, edited, and imported.
    Returns its id.

    Raises Missing where no version is there, Conflict: "framework_version_there",
    "draft_there" while another is open.
    """
    with transaction() as tx:
        base = tx.scalar(versions.newest(slug))
        if base is None:
            raise Missing
        taken = select(Framework.id).where(Framework.slug == slug, Framework.version == version)
        if tx.scalar(taken) is not None:
            raise Conflict("framework_version_there", version=version)
        if drafts.open_of(tx, slug) is not None:
            raise Conflict("draft_there")
        file = replace(file_of(base.id, with_origins=False), version=version)
        return drafts.write(tx, None, base.id, file, actor, now).id


def _draft(
    tx: Session,
    file: FrameworkFile,
    base: Framework | None,
    actor: Actor | None,
    now: dt.datetime,
    replaces: str,
) -> ImportedFramework:
    if base is not None:
        _check_follows(file, base)
    base_id = None if base is None else base.id
    draft = drafts.open_of(tx, file.slug)
    if draft is None:
        draft = drafts.write(tx, None, base_id, file, actor, now)
        return ImportedFramework(None, added=True, draft_id=draft.id)
    if (draft.digest, draft.base_framework_id) == (digest_of(file), base_id):
        return ImportedFramework(None, added=False, draft_id=draft.id)
    before = _before(tx, draft)
    is_own = draft.made_by_id == (None if actor is None else actor.person_id)
    drafts.write(tx, draft, base_id, file, actor, now)
    lost = _keep_what_fits(tx, draft, file)
    if (lost or not is_own) and replaces != before["seen"]:
        raise Conflict("framework_draft_open", lost=lost, **before)
    return ImportedFramework(None, True, draft.id, replaced=before["version"])


def _before(tx: Session, draft: FrameworkDraft) -> dict[str, Any]:
    """What to say of a draft that would be replaced."""
    stands = drafted(draft.id)
    assert stands is not None
    maker = tx.execute(
        select(Person.name.label("by"), Person.library_id, Library.name.label("library"))
        .join(Library, Library.id == Person.library_id)
        .where(Person.id == draft.made_by_id)
    ).one_or_none()
    by = {"by": None} if maker is None else dict(maker._mapping)
    return by | {"version": draft.version, "made_at": draft.made_at, "seen": stands.seen}


def _check_follows(file: FrameworkFile, base: Framework) -> None:
    if not same_scale(file_of(base.id), file):
        raise Conflict("framework_scale_differs", version=base.version)
    known = past_of(base.id).keys
    unknown = [
        f"{statement.code}, “{statement.title}” ({uuid})"
        for statement in file.statements
        for uuid in statement.came_from
        if uuid not in known
    ]
    if unknown:
        more = [f"…: {len(unknown)} in all"] if len(unknown) > MANY else []
        statements = "; ".join([*unknown[:MANY], *more])
        raise Conflict("framework_origin_unknown", statements=statements)


def _keep_what_fits(tx: Session, draft: FrameworkDraft, file: FrameworkFile) -> int:
    """Drop the choices that no longer fit. Returns how many."""
    stands = drafted(draft.id)
    assert stands is not None
    old, new = {*stands.past.gone, *placed(stands.before)}, placed(file)
    fitting = {
        uuid: [origin for origin in uuids if origin in old]
        for uuid, uuids in draft.origins.items()
        if (uuid in new) != (uuids == [uuid])
    }
    lost = len(draft.origins.keys() - fitting)
    drafts.set_origins(tx, draft, fitting)
    keys = {change.key for change in stands.comparison.to_decide}
    return lost + drafts.forget_decisions(tx, draft, keys)
