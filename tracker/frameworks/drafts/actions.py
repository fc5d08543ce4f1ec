"""Deciding about a draft of a framework's version, and publishing it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.changes.rules_places import placed
from tracker.frameworks.drafts import records as drafts
from tracker.frameworks.drafts.queries import DraftedVersion, drafted
from tracker.frameworks.versions import records as versions
from tracker.frameworks.versions.queries import skills_named
from tracker.frameworks.versions.queries_contents import first_keys
from tracker.frameworks.versions.records_lineage import Ancestry
from tracker.frameworks.versions.rules import Change, VersionDecision
from tracker.models import Statement
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
        drafts.set_origins(tx, draft, {**draft.origins, uuid: merged})
        drafts.note_decided(tx, draft, 1, actor, now)
        again = _stands(draft_id)
        drafts.forget_decisions(tx, draft, {change.key for change in again.comparison.to_decide})


def keep(actor: Actor | None, draft_id: int, uuid: str, now: dt.datetime, *, is_kept: bool) -> None:
    """Let a statement that the file leaves out go on as it is, or retire it after all. Raises
    Conflict("draft_changed") where the draft doesn't leave it out, or has no place for it."""
    with transaction() as tx:
        stands = _opened(tx, draft_id)
        draft = stands.row
        if uuid not in (stands.keepable if is_kept else stands.kept):
            raise Conflict("draft_changed")
        others = {key: of for key, of in draft.origins.items() if key != uuid}
        drafts.set_origins(tx, draft, {**others, uuid: [uuid]} if is_kept else others)
        drafts.note_decided(tx, draft, 1, actor, now)


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
        drafts.note_decided(tx, draft, 1, actor, now)


def discard(actor: Actor | None, draft_id: int, now: dt.datetime) -> None:
    with transaction() as tx:
        drafts.discard(tx, drafts.lock(tx, draft_id), actor, now)


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
        base = tx.scalar(versions.newest(draft.slug))
        if (None if base is None else base.id) != draft.base_framework_id:
            raise Conflict("draft_outdated")
        framework_id = versions.publish(
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
    return drafts.decide(tx, stands.row, decisions, actor, now)


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
    drafts.lock(tx, draft_id)
    return _stands(draft_id)


def _stands(draft_id: int) -> DraftedVersion:
    stands = drafted(draft_id)
    if stands is None:
        raise Missing
    return stands
