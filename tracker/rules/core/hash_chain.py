"""The chain of the audit: each event names the digest of the one before, so what is changed
afterwards shows.

The chain holds no text. `commitment` is a salted digest of an event's facts: with the salt anybody
can check that the facts are those of then; once salt and facts are erased it says nothing, and the
chain is as whole as before.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tracker.rules import strict_json as strict_json_rules
from tracker.rules.core.seals import canonical, sha256
from tracker.rules.errors import Invalid

START = "0" * 64
"""What the first event names as the one before it."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An event as the chain sees it."""

    sequence: int
    previous: str
    kind: str
    library_id: int | None
    actor_id: int | None
    subject_id: int | None
    happened_at: dt.datetime
    commitment: str
    digest: str = ""

    def made(self) -> str:
        """The digest that this event must have."""
        at = self.happened_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        return sha256(
            canonical(
                [
                    self.previous,
                    self.sequence,
                    self.kind,
                    self.library_id,
                    self.actor_id,
                    self.subject_id,
                    at,
                    self.commitment,
                ]
            )
        )


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What stands beside an event and can be erased."""

    salt: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its detail. Without one, `is_erased` tells whether an erasure of its person
    accounts for that."""

    link: ChainLink
    detail: EventDetails | None
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest event at a moment: kept elsewhere, it shows a tail that was cut off and a chain
    that was rewritten."""

    sequence: int
    digest: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first thing that is wrong: a code, the event, and the other event or the last one that it
    is about."""

    code: str
    sequence: int
    other: int = 0


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where the walk stopped: the event that should stand at `at`, between its neighbours."""

    at: int
    before: ChainLink | None
    here: StoredEvent
    after: ChainLink | None


@dataclass(slots=True)
class ChainWalk:
    """What a walk along the chain saw, up to its end or to the first break. `seen`: sequence ->
    digest, where asked."""

    count: int = 0
    erased: int = 0
    head: ChainHead | None = None
    broken: ChainBreak | None = None
    seen: dict[int, str] = field(default_factory=dict)


def commitment(salt: str, facts: Mapping[str, Any]) -> str:
    """Hexadecimal SHA-256 of the salt and the facts as canonical JSON (UTF-8, keys sorted, no
    spaces)."""
    return sha256(salt + canonical(facts))


def walk(chain: Iterable[StoredEvent], asked: Collection[int] = ()) -> ChainWalk:
    """Go along the events in their order, and stop at the first that is not as it must be."""
    passed = ChainWalk()
    before: ChainLink | None = None
    here: StoredEvent | None = None
    for following in chain:
        if here is not None:
            if not _fits(here, before):
                passed.broken = ChainBreak(passed.count + 1, before, here, following.link)
                return passed
            before = _passed(passed, here, asked)
        here = following
    if here is not None:
        if _fits(here, before):
            _passed(passed, here, asked)
        else:
            passed.broken = ChainBreak(passed.count + 1, before, here, None)
    return passed


def explain(
    broken: ChainBreak, known: Mapping[str, int], commitments: Mapping[str, int]
) -> ChainFault:
    """What was done to the chain there. `known` and `commitments`: those of all events, and where
    they stand."""
    here, at = broken.here.link, broken.at
    last = broken.before.digest if broken.before is not None else START
    if here.sequence > at:
        return ChainFault("event_deleted", at, here.sequence - 1)
    if here.made() != here.digest:
        return _explain_place(broken, last, known)
    if here.sequence == at and here.previous == last:
        return _explain_detail(broken.here, commitments)
    was_inserted = known.get(here.previous) == at - 2
    return ChainFault("event_inserted" if was_inserted else "event_edited", max(1, at - 1))


def against(heads: Iterable[ChainHead], chain: ChainWalk) -> ChainFault | None:
    """The first of the kept heads that a chain, whole in itself, does not lead to."""
    for head in sorted(heads, key=lambda kept: kept.sequence):
        if head.sequence > chain.count:
            return ChainFault("tail_cut", chain.count + 1, head.sequence)
        if chain.seen[head.sequence] != head.digest:
            return ChainFault("rewritten", head.sequence)
    return None


def line(head: ChainHead) -> str:
    """A head as one line of JSON."""
    return canonical({"sequence": head.sequence, "digest": head.digest, "at": head.at.isoformat()})


def read_heads(text: str) -> list[ChainHead]:
    """Heads as `line` writes them, one a line. Raises Invalid("head_unreadable")."""
    try:
        heads = [
            _head(strict_json_rules.read(splitline))
            for splitline in text.splitlines()
            if splitline.strip()
        ]
    except (KeyError, TypeError, ValueError, strict_json_rules.NotStrict) as error:
        raise Invalid("head_unreadable") from error
    if not heads:
        raise Invalid("head_unreadable")
    return heads


def _head(facts: Any) -> ChainHead:
    head = ChainHead(
        int(facts["sequence"]), str(facts["digest"]), dt.datetime.fromisoformat(facts["at"])
    )
    if head.sequence < 1 or len(head.digest) != len(START):
        raise ValueError("no head")
    return head


def _fits(here: StoredEvent, before: ChainLink | None) -> bool:
    link = here.link
    follows = (
        link.sequence == (1 if before is None else before.sequence + 1)
        and link.previous == (START if before is None else before.digest)
        and link.digest == link.made()
    )
    if here.detail is None:
        return follows and here.is_erased
    return follows and commitment(here.detail.salt, here.detail.facts) == link.commitment


def _passed(passed: ChainWalk, here: StoredEvent, asked: Collection[int]) -> ChainLink:
    link = here.link
    passed.count, passed.erased = link.sequence, passed.erased + (here.detail is None)
    passed.head = ChainHead(link.sequence, link.digest, link.happened_at)
    if link.sequence in asked:
        passed.seen[link.sequence] = link.digest
    return link


def _explain_place(broken: ChainBreak, last: str, known: Mapping[str, int]) -> ChainFault:
    """Of an event that does not say what its digest was made of: it was moved there, or it was
    changed."""
    here, before, at = broken.here.link, broken.before, broken.at
    if (
        before is not None
        and replace(here, sequence=at - 1, previous=before.previous).made() == here.digest
    ):
        return ChainFault("event_inserted", at - 1)
    origin = _origin(here, max(known.values(), default=at) + 1)
    if origin is None:
        is_between = broken.after is not None and broken.after.previous == last
        return ChainFault("event_inserted" if is_between else "event_edited", at)
    if origin < at:
        return ChainFault("event_inserted", at - 1)
    if here.previous in known:
        return ChainFault("event_swapped", at, origin)
    return ChainFault("event_deleted", at, at)


def _explain_detail(here: StoredEvent, commitments: Mapping[str, int]) -> ChainFault:
    at = here.link.sequence
    if here.detail is None:
        return ChainFault("facts_deleted", at)
    other = commitments.get(commitment(here.detail.salt, here.detail.facts))
    return (
        ChainFault("facts_edited", at) if other is None else ChainFault("facts_swapped", at, other)
    )


def _origin(link: ChainLink, last: int) -> int | None:
    """The place in which this event was written, where that is another than it stands in."""
    for sequence in range(1, last + 1):
        if sequence != link.sequence and replace(link, sequence=sequence).made() == link.digest:
            return sequence
    return None
