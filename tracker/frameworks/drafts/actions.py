"""Deciding about a draft of a framework's version, and publishing it.

Taking a framework file in.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.changes.rules_places import placed, same_scale
from tracker.frameworks.drafts import records as drafts_records
from tracker.frameworks.drafts.queries import DraftedVersion, drafted
from tracker.frameworks.files.rules import FrameworkFile, digest_of
from tracker.frameworks.files.rules_reading import MANY
from tracker.frameworks.versions import records as frameworks_versions_records
from tracker.frameworks.versions.queries import file_of, first_keys, past_of, skills_named
from tracker.frameworks.versions.records import Ancestry
from tracker.frameworks.versions.rules import Change, VersionDecision, VersionStatus
from tracker.models import Framework, FrameworkDraft, Library, Person, Statement
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Invalid, Missing


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """`undecided`: changes that nobody decided about, whose statements are rated again."""

    framework_id: int
    slug: str
    version: str
    undecided: int


def decide(
    actor: Actor | None, draft_id: int, decisions: Mapping[str, str], now: dt.datetime
) -> int:
    """Keep these decisions, by key of the change. Returns how many are new or changed. Raises
    Conflict("draft_changed") for a change that is not there (any more), Invalid("part_unknown")."""
    with transaction() as tx:
        return _decide(tx, _opened(tx, draft_id), decisions, actor, now)


def say_origins(
    actor: Actor | None, draft_id: int, uuid: str, earlier: Collection[str], now: dt.datetime
) -> None:
    """Say which earlier statements one takes the place of, besides the one with its uuid and
    instead of what its file says: of several it is merged, of none it is new. An earlier one that
    several take the place of is split.

    Raises Invalid("origin_unknown").
    """
    with transaction() as tx:
        stands = _opened(tx, draft_id)
        old, new = placed(stands.before), placed(stands.after)
        if uuid not in new or not {*old, *stands.past.gone} >= set(earlier):
            raise Invalid("origin_unknown")
        draft, merged = stands.row, sorted({*earlier} - {uuid})
        drafts_records.set_origins(tx, draft, {**draft.origins, uuid: merged})
        drafts_records.note_decided(tx, draft, 1, actor, now)
        again = _stands(draft_id)
        drafts_records.forget_decisions(
            tx, draft, {change.key for change in again.comparison.to_decide}
        )


def keep(actor: Actor | None, draft_id: int, uuid: str, now: dt.datetime, *, is_kept: bool) -> None:
    """Let a statement that the file leaves out go on as it is, or retire it after all. Raises
    Conflict("draft_changed") where the draft doesn't leave it out, or has no place for it."""
    with transaction() as tx:
        stands = _opened(tx, draft_id)
        draft = stands.row
        if uuid not in (stands.keepable if is_kept else stands.kept):
            raise Conflict("draft_changed")
        others = {key: of for key, of in draft.origins.items() if key != uuid}
        drafts_records.set_origins(tx, draft, {**others, uuid: [uuid]} if is_kept else others)
        drafts_records.note_decided(tx, draft, 1, actor, now)


def say_place(
    actor: Actor | None, draft_id: int, domain: str, before: str, now: dt.datetime
) -> None:
    """Say whose targets go on in a new domain: those of one that is gone, or "" for none; both as
    "section/domain". Raises Invalid("place_unknown")."""
    with transaction() as tx:
        stands = _opened(tx, draft_id)
        draft = stands.row
        if domain not in stands.new_domains or before not in {"", *stands.gone_domains}:
            raise Invalid("place_unknown")
        others = {key: of for key, of in draft.places.items() if key != domain and of != before}
        draft.places = {**others, domain: before} if before else others
        drafts_records.note_decided(tx, draft, 1, actor, now)


def discard(actor: Actor | None, draft_id: int, now: dt.datetime) -> None:
    with transaction() as tx:
        drafts_records.discard(tx, drafts_records.lock(tx, draft_id), actor, now)


def publish(
    actor: Actor | None,
    draft_id: int,
    now: dt.datetime,
    seen: str | None = None,
    chosen: Mapping[str, str] | None = None,
) -> PublishedVersion:
    """Publish the draft for the whole installation. Nobody is moved by it: all go on with the
    version they are on. What is undecided is rated again. `chosen`: what the page of a draft
    shows as chosen, saved or not, by key of the change; it is decided in the same transaction.

    Raises Conflict: "draft_changed" when it is not what was `seen` (DraftedVersion.seen),
    "draft_choices_unsaved" when carrying is offered for a change that is not among `chosen`,
    "draft_unfit" while something is wrong with it, "draft_outdated" when it no longer follows the
    newest version, as that one was withdrawn; Invalid as `decide`.
    """
    with transaction() as tx:
        stands = _opened(tx, draft_id)
        draft = stands.row
        if seen is not None and seen != stands.seen:
            raise Conflict("draft_changed")
        if chosen is not None:
            if not chosen.keys() >= {change.key for change in stands.offered}:
                raise Conflict("draft_choices_unsaved")
            _decide(tx, stands, chosen, actor, now)
            stands = _stands(draft_id)
        if not stands.can_be_published:
            raise Conflict("draft_unfit")
        base = tx.scalar(frameworks_versions_records.newest(draft.slug))
        if (None if base is None else base.id) != draft.base_framework_id:
            raise Conflict("draft_outdated")
        framework_id = frameworks_versions_records.publish(
            tx, stands.after, now, actor, _ancestries(stands), _first_keys(stands)
        )
        draft.published_framework_id, draft.published_at = framework_id, now
        return PublishedVersion(framework_id, draft.slug, draft.version, len(stands.undecided))


def _decide(
    tx: Session,
    stands: DraftedVersion,
    decisions: Mapping[str, str],
    actor: Actor | None,
    now: dt.datetime,
) -> int:
    for key, decided in decisions.items():
        change = stands.comparison.change_of(key)
        if change is None or not change.needs_decision:
            raise Conflict("draft_changed")
        carry = VersionDecision.CARRY
        parts = [f"{carry}:{statement.uuid}" for statement in change.after]
        carried = parts if change.kind == Kind.SPLIT else [carry]
        if decided not in (*carried, VersionDecision.ASK_AGAIN):
            raise Invalid("part_unknown")
    return drafts_records.decide(tx, stands.row, decisions, actor, now)


def _ancestries(stands: DraftedVersion) -> dict[str, Ancestry]:
    """By uuid, what statements of the new version are made of: one that stays, is reworded, or is
    moved and carries is the same skill. Those of a first version are made of nothing."""
    if stands.is_first:
        return {}
    skills = skills_named(stands.base_id)
    sensitive = {statement.uuid for statement in stands.after.statements if statement.sensitive}
    marked = select(Statement.skill_id).where(
        Statement.sensitive, Statement.skill_id.in_(skills[uuid] for uuid in sensitive & {*skills})
    )
    were_marked = {*session().scalars(marked)}

    def is_newly_sensitive(uuid: str, made_of: tuple[int, ...]) -> bool:
        return uuid in sensitive and were_marked.isdisjoint(made_of)

    return {
        after.uuid: Ancestry(
            made_of,
            Change(change.kind.value),
            stands.carries(change, after.uuid),
            is_newly_sensitive(after.uuid, made_of),
        )
        for change in stands.comparison.changes
        if change.before
        for made_of in [tuple(skills[before.uuid] for before in change.before)]
        for after in change.after
    }


def _first_keys(stands: DraftedVersion) -> dict[str, tuple[str, str]]:
    """By domain of the new version, as "section/domain", the keys under which targets are kept,
    where they are others than its own."""
    before = {} if stands.is_first else first_keys(stands.base_id)
    stay = {key: before[key] for key in before if key not in stands.went_on.values()}
    return stay | {key: before[old] for key, old in stands.went_on.items()}


def _opened(tx: Session, draft_id: int) -> DraftedVersion:
    drafts_records.lock(tx, draft_id)
    return _stands(draft_id)


def _stands(draft_id: int) -> DraftedVersion:
    stands = drafted(draft_id)
    if stands is None:
        raise Missing
    return stands


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
            moved = frameworks_versions_records.move_sources(tx, published.id, file, now, actor)
            return ImportedFramework(published.id, added=False, moved=moved)
        return _draft(
            tx, file, tx.scalar(frameworks_versions_records.newest(file.slug)), actor, now, replaces
        )


def start_next_version(
    slug: str, version: str, now: dt.datetime, actor: Actor | None = None
) -> int:
    """A draft with the content of the version in use, to be exported, edited, and imported.
    Returns its id.

    Raises Missing where no version is there, Conflict: "framework_version_there",
    "draft_there" while another is open.
    """
    with transaction() as tx:
        base = tx.scalar(frameworks_versions_records.newest(slug))
        if base is None:
            raise Missing
        taken = select(Framework.id).where(Framework.slug == slug, Framework.version == version)
        if tx.scalar(taken) is not None:
            raise Conflict("framework_version_there", version=version)
        if drafts_records.open_of(tx, slug) is not None:
            raise Conflict("draft_there")
        file = replace(file_of(base.id, with_origins=False), version=version)
        return drafts_records.write(tx, None, base.id, file, actor, now).id


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
    draft = drafts_records.open_of(tx, file.slug)
    if draft is None:
        draft = drafts_records.write(tx, None, base_id, file, actor, now)
        return ImportedFramework(None, added=True, draft_id=draft.id)
    if (draft.digest, draft.base_framework_id) == (digest_of(file), base_id):
        return ImportedFramework(None, added=False, draft_id=draft.id)
    before = _before(tx, draft)
    is_own = draft.made_by_id == (None if actor is None else actor.person_id)
    drafts_records.write(tx, draft, base_id, file, actor, now)
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
    drafts_records.set_origins(tx, draft, fitting)
    keys = {change.key for change in stands.comparison.to_decide}
    return lost + drafts_records.forget_decisions(tx, draft, keys)
