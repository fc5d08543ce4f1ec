"""What changes from one version of a framework to the next."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.rules.frameworks.changes.placed_statements import PlacedStatement, placed, statements
from tracker.rules.frameworks.changes.small_changes import is_small
from tracker.rules.frameworks.changes.structure import SectionCount, renamed, section_counts
from tracker.rules.frameworks.file_content import FrameworkFile, StatementInFile
from tracker.rules.frameworks.versions import Change
from tracker.rules.frameworks.wording import Wording

Origins = Mapping[str, Collection[str]]
"""Uuids of new statements, and of the earlier ones whose place each takes."""


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What all versions before the next one know. `keys`: by each uuid that one of them had, that
    under which its newest skill stands in the version in use or, where it is there no more, in
    `gone`, in its last wording. `ancestors`: by uuid, all that its newest skill came of, by every
    uuid that they had."""

    keys: Mapping[str, str]
    gone: Mapping[str, PlacedStatement]
    ancestors: Origins

    def news(self, each: StatementInFile) -> list[str]:
        """Of where its file says that it came from what no version has written down: an exported
        file says again what is known."""
        known = self.ancestors.get(each.uuid, ())
        return [uuid for uuid in each.came_from if uuid not in known]


class Kind(StrEnum):
    """Change, and what has no successor or is none."""

    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    RETIRED = "retired"
    NEW = "new"


DECIDED = (Kind.REWORDED, Kind.MOVED, Kind.SPLIT, Kind.MERGED)
"""The kinds that need a decision."""


@dataclass(frozen=True, slots=True)
class VersionChange:
    kind: Kind
    before: tuple[PlacedStatement, ...]
    after: tuple[PlacedStatement, ...]

    @property
    def needs_decision(self) -> bool:
        return self.kind in DECIDED

    @property
    def is_reworded(self) -> bool:
        return [(each.title, each.text) for each in self.before] != [
            (each.title, each.text) for each in self.after
        ]

    @property
    def offers_carry(self) -> bool:
        """Its words alone changed, and in case, spelling, or punctuation at most."""
        if self.kind != Kind.REWORDED:
            return False
        (old,), (new,) = self.before, self.after
        return is_small(old.title, new.title) and is_small(old.text, new.text)

    @property
    def key(self) -> str:
        """SHA-256 of all that a decision is about: another wording or place is another change."""
        about = [
            [(each.uuid, each.title, each.text, *each.place) for each in side]
            for side in (self.before, self.after)
        ]
        return hashlib.sha256(json.dumps([self.kind, about]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class VersionComparison:
    changes: tuple[VersionChange, ...]
    sections: tuple[SectionCount, ...]
    renamed: tuple[tuple[Wording, Wording], ...]
    """Titles of sections, domains, and levels before and after; one is empty where it is gone or
    new."""

    def of(self, *kinds: Kind) -> tuple[VersionChange, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)

    @property
    def changed(self) -> tuple[VersionChange, ...]:
        return tuple(change for change in self.changes if change.kind != Kind.SAME)

    @property
    def renumbered(self) -> tuple[VersionChange, ...]:
        """Those of which the code alone changed."""
        same = self.of(Kind.SAME)
        return tuple(each for each in same if each.before[0].code != each.after[0].code)

    @property
    def to_decide(self) -> tuple[VersionChange, ...]:
        return self.of(*DECIDED)

    @property
    def tangled(self) -> tuple[VersionChange, ...]:
        """A statement is split into one that others are merged into: what is carried where could
        not be said."""
        return tuple(
            change for change in self.changes if min(len(change.before), len(change.after)) > 1
        )

    def change_of(self, key: str) -> VersionChange | None:
        return next((change for change in self.changes if change.key == key), None)


def origins(
    before: FrameworkFile, after: FrameworkFile, by_hand: Origins, past: KnownBefore
) -> Origins:
    """For each new statement the earlier ones whose place it takes: by its uuid, and as somebody
    said by hand or else the file, where it is news; where there are none, by its code."""
    old = {each.uuid: each for each in statements(before)}
    keys = {**past.keys, **{uuid: uuid for uuid in old}}
    found: dict[str, tuple[str, ...]] = {}
    for each in statements(after):
        said = (*by_hand.get(each.uuid, past.news(each)), each.uuid)
        found[each.uuid] = tuple(dict.fromkeys(keys[uuid] for uuid in said if uuid in keys))
    led_on = {uuid for uuids in found.values() for uuid in uuids}
    free = {each.code: each.uuid for each in old.values() if each.uuid not in led_on}
    for each in statements(after):
        if not found[each.uuid] and each.uuid not in by_hand and each.code in free:
            found[each.uuid] = (free[each.code],)
    return found


def keepable(before: FrameworkFile, after: FrameworkFile, past: KnownBefore) -> frozenset[str]:
    """Uuids of statements that the file leaves out, that lead to none of its own, and that it has a
    place for: their domain, their level, and their code."""
    led_on = {uuid for uuids in origins(before, after, {}, past).values() for uuid in uuids}
    codes = {each.code for each in statements(after)}
    places = {
        (strand.key, domain.key, level.rank)
        for strand in after.strands
        for domain in strand.domains
        for level in strand.levels
    }
    return frozenset(
        uuid
        for uuid, each in placed(before).items()
        if uuid not in led_on and each.code not in codes and each.place in places
    )


def unknown_origins(after: FrameworkFile, past: KnownBefore) -> tuple[str, ...]:
    """Statements of the file by code and title, each with a uuid that it says it came from and that
    no version ever had."""
    return tuple(
        f"{each.code}, “{each.title}” ({uuid})"
        for each in statements(after)
        for uuid in each.came_from
        if uuid not in past.keys
    )


NO_PAST = KnownBefore({}, {}, {})
NOWHERE_ELSE: Mapping[str, str] = {}


def compare(
    before: FrameworkFile,
    after: FrameworkFile,
    by_hand: Origins | None = None,
    past: KnownBefore = NO_PAST,
    went_on: Mapping[str, str] = NOWHERE_ELSE,
) -> VersionComparison:
    """From a version to the next. A statement that takes the place of one that was there still
    earlier has that before it. `went_on`: by new domain, as "section/domain", the one that goes on
    in it: staying there a statement isn't moved."""
    new = placed(after)
    goes_to = {old: tuple(key.split("/")) for key, old in went_on.items()}
    old = {uuid: _in_new_domain(each, goes_to) for uuid, each in placed(before).items()}
    known = {**past.gone, **old}
    led = origins(before, after, by_hand or {}, past)
    became: dict[str, list[str]] = defaultdict(list)
    for uuid, uuids in led.items():
        for each in uuids:
            became[each].append(uuid)
    changes, seen = [], set[str]()
    for uuid in new:
        if uuid not in seen:
            olds, news = _together(uuid, led, became)
            seen |= news
            changes.append(
                _change(
                    tuple(each for key, each in known.items() if key in olds),
                    tuple(each for each in new.values() if each.uuid in news),
                )
            )
    changes += [_change((each,), ()) for each in old.values() if each.uuid not in became]
    return VersionComparison(
        tuple(changes), tuple(section_counts(old, new)), tuple(renamed(before, after))
    )


def _in_new_domain(
    each: PlacedStatement, goes_to: Mapping[str, tuple[str, ...]]
) -> PlacedStatement:
    strand, domain = goes_to.get(f"{each.strand}/{each.domain}", (each.strand, each.domain))
    return replace(each, strand=strand, domain=domain)


def _together(
    uuid: str, led: Origins, became: Mapping[str, list[str]]
) -> tuple[set[str], set[str]]:
    """The earlier and the new statements that hang together with that new one."""
    olds, news, waiting = set[str](), {uuid}, [uuid]
    while waiting:
        for each in led[waiting.pop()]:
            olds.add(each)
            further = set(became[each]) - news
            news |= further
            waiting += further
    return olds, news


def _change(
    before: tuple[PlacedStatement, ...], after: tuple[PlacedStatement, ...]
) -> VersionChange:
    if not before:
        kind = Kind.NEW
    elif not after:
        kind = Kind.RETIRED
    elif len(before) > 1:
        kind = Kind.MERGED
    elif len(after) > 1:
        kind = Kind.SPLIT
    elif before[0].place != after[0].place:
        kind = Kind.MOVED
    elif (before[0].title, before[0].text) != (after[0].title, after[0].text):
        kind = Kind.REWORDED
    else:
        kind = Kind.SAME
    return VersionChange(kind, before, after)


def change_between(change: VersionChange) -> Change:
    """As it is written down beside the successor."""
    return Change(change.kind.value)
