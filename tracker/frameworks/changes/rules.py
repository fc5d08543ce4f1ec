"""What changes from one version of a framework to the next, and what that asks of somebody by what
their job expects: of versions and targets alone, never of ratings.

Which new wordings differ from the old in case, spelling, or punctuation alone, and which words
of two texts differ.
"""

import difflib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.frameworks.changes.rules_places import (
    PlacedStatement,
    SectionCount,
    placed,
    renamed,
    section_counts,
)
from tracker.frameworks.files.rules import FrameworkFile, StatementInFile
from tracker.frameworks.versions.rules_levels import LevelRule
from tracker.rules.core.wording import Wording

SHORTEST = 5
"""Letters of a word that may be spelled in two ways: of shorter ones each letter matters."""
ALIKE = 0.8
"""How much of two spellings of one word is the same: four of every five letters."""


def _folded(text: str) -> list[str]:
    """The words in small letters, without punctuation."""
    words = (re.sub(r"[\W_]+", "", word) for word in text.casefold().split())
    return [word for word in words if word]


def _is_spelling(before: str, after: str) -> bool:
    if before == after:
        return True
    if min(len(before), len(after)) < SHORTEST or before[0] != after[0]:
        return False
    return difflib.SequenceMatcher(None, before, after, autojunk=False).ratio() >= ALIKE


def is_small(before: str, after: str) -> bool:
    """Whether the words are the same without case and punctuation, or each that differs is long
    enough, begins with the same letter, and shares four of every five letters."""
    old, new = _folded(before), _folded(after)
    if "".join(old) == "".join(new):
        return True
    return len(old) == len(new) and all(map(_is_spelling, old, new))


class Fate(StrEnum):
    """Of words, from one text to the next; as HTML calls its elements."""

    STAYS = ""
    WENT = "del"
    CAME = "ins"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words."""

    text: Wording
    fate: Fate

    @property
    def differs(self) -> bool:
        """Whether the other text has others there."""
        return self.fate != Fate.STAYS


@dataclass(frozen=True, slots=True)
class Wordings:
    """An older and a newer text, with the words that differ."""

    then: tuple[Piece, ...]
    now: tuple[Piece, ...]

    @property
    def differ(self) -> bool:
        return any(piece.differs for piece in self.then + self.now)


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts, word by word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    olds, news = list[Piece](), list[Piece]()
    for tag, a, b, c, d in _runs(old, new):
        is_equal = tag == "equal"
        olds += _piece("".join(old[a:b]), Fate.STAYS if is_equal else Fate.WENT)
        news += _piece("".join(new[c:d]), Fate.STAYS if is_equal else Fate.CAME)
    return tuple(olds), tuple(news)


def _runs(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Which words are equal, replaced, gone, or new, whatever space is after them."""
    bare_old, bare_new = ([word.strip() for word in words] for words in (old, new))
    return difflib.SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes()


def _piece(text: str, fate: Fate) -> Iterator[Piece]:
    """The space after words that differ is no part of them."""
    bare = text if fate == Fate.STAYS else text.rstrip()
    if bare:
        yield Piece(bare, fate)
    if text != bare:
        yield Piece(text[len(bare) :], Fate.STAYS)


WORD = re.compile(r"[^\s,.;:!?()،؛؟、。]+\s*|[,.;:!?()،؛؟、。]+\s*")
"""Marks of punctuation are words of their own: "desk" and "desk," don't differ in the word."""
NEAR = 3
"""Words beside those that differ."""
MOST_GONE = 10
"""Words of a longer run that is gone."""


def excerpt(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts in one, without what is far from any difference. What came is never cut."""
    old, new = WORD.findall(before), WORD.findall(after)
    runs = _runs(old, new)
    pieces = list[Piece]()
    for at, (tag, a, b, c, d) in enumerate(runs):
        if tag == "equal":
            is_last = at == len(runs) - 1
            stay = new[c:d]
            if not is_last and runs[at + 1][0] != "insert":
                stay[-1] = old[b - 1]  # The space before words that are gone is the old text's.
            pieces.append(Piece(_near(stay, at > 0, not is_last), Fate.STAYS))
            continue
        gone, came = beginning("".join(old[a:b])), "".join(new[c:d])
        if gone and came:
            gone = f"{gone.rstrip()} "
        pieces += [*_piece(gone, Fate.WENT), *_piece(came, Fate.CAME)]
    return tuple(pieces)


def beginning(text: str) -> Wording:
    words = WORD.findall(text)
    is_short = len(words) <= MOST_GONE + 1
    return text if is_short else "".join(words[:MOST_GONE]).rstrip() + "…"


def _near(words: list[str], is_after: bool, is_before: bool) -> str:
    """The words that stay beside words that differ: some after, where `is_after`, and some before,
    where `is_before`."""
    if len(words) <= NEAR * (is_after + is_before) + 1:
        return "".join(words)
    first = "".join(words[:NEAR]).rstrip() if is_after else ""
    last = "".join(words[-NEAR:]) if is_before else ""
    return f"{first}…{' ' if first and last else ''}{last}"


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

    def news(self, statement: StatementInFile) -> list[str]:
        """The uuids in its "from", where they say something that no version has written down: an
        exported file says again what is known."""
        known = self.ancestors.get(statement.uuid, ())
        return [uuid for uuid in statement.came_from if uuid not in known]


class Kind(StrEnum):
    """The changes of `Change`, and of statements that have no successor or no predecessor."""

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
    def sides(self) -> dict[str, tuple[PlacedStatement, ...]]:
        return {"before": self.before, "after": self.after}

    @property
    def is_reworded(self) -> bool:
        old, new = ([(of.title, of.text) for of in side] for side in self.sides.values())
        return old != new

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
            [(of.uuid, of.title, of.text, *of.place) for of in side] for side in self.sides.values()
        ]
        return hashlib.sha256(json.dumps([self.kind, about]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class VersionComparison:
    changes: tuple[VersionChange, ...]
    sections: tuple[SectionCount, ...]
    renamed: tuple[tuple[Wording, Wording], ...]
    """Titles of sections, domains, and levels before and after; one is empty where it is gone or
    new."""
    rules: tuple[LevelRule, LevelRule]
    """What levels ask for, before and after."""

    def of(self, *kinds: Kind) -> tuple[VersionChange, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)

    @property
    def changed(self) -> tuple[VersionChange, ...]:
        return tuple(change for change in self.changes if change.kind != Kind.SAME)

    @property
    def renumbered(self) -> tuple[VersionChange, ...]:
        """Those of which the code alone changed."""
        same = self.of(Kind.SAME)
        return tuple(change for change in same if change.before[0].code != change.after[0].code)

    @property
    def to_decide(self) -> tuple[VersionChange, ...]:
        return self.of(*DECIDED)

    @property
    def tangled(self) -> tuple[VersionChange, ...]:
        """Statements that are split and merged at once: nobody could say what is carried where."""
        return tuple(
            change for change in self.changes if min(len(change.before), len(change.after)) > 1
        )

    def change_of(self, key: str) -> VersionChange | None:
        return next((change for change in self.changes if change.key == key), None)


def origins(
    before: FrameworkFile, after: FrameworkFile, by_hand: Origins, past: KnownBefore
) -> Origins:
    """For each new statement the uuids of the earlier ones whose place it takes: the one with its
    own uuid, and those that somebody named by hand, or else the file where it says something new;
    where there are none, the one with its code."""
    old = {statement.uuid: statement for statement in before.statements}
    keys = {**past.keys, **{uuid: uuid for uuid in old}}
    led: dict[str, tuple[str, ...]] = {}
    for statement in after.statements:
        uuids = (*by_hand.get(statement.uuid, past.news(statement)), statement.uuid)
        led[statement.uuid] = tuple(dict.fromkeys(keys[uuid] for uuid in uuids if uuid in keys))
    led_on = {uuid for uuids in led.values() for uuid in uuids}
    free = {gone.code: gone.uuid for gone in old.values() if gone.uuid not in led_on}
    for statement in after.statements:
        if not led[statement.uuid] and statement.uuid not in by_hand and statement.code in free:
            led[statement.uuid] = (free[statement.code],)
    return led


def keepable(before: FrameworkFile, after: FrameworkFile, past: KnownBefore) -> frozenset[str]:
    """Uuids of statements that the file leaves out, that lead to none of its own, and that it has a
    place for: their domain, their level, and their code."""
    led_on = {uuid for uuids in origins(before, after, {}, past).values() for uuid in uuids}
    codes = {statement.code for statement in after.statements}
    places = {
        (strand.key, domain.key, level.rank)
        for strand in after.strands
        for domain in strand.domains
        for level in strand.levels
    }
    return frozenset(
        uuid
        for uuid, statement in placed(before).items()
        if uuid not in led_on and statement.code not in codes and statement.place in places
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
    """What changes from a version to the next. A statement that takes the place of one of a still
    earlier version has that one before it. `went_on`: by new domain, as "section/domain", the one
    that it continues: a statement that stays in it isn't moved."""
    new = placed(after)
    goes_to = {old: key for key, old in went_on.items()}

    def in_new_domain(statement: PlacedStatement) -> PlacedStatement:
        key = goes_to.get(f"{statement.strand}/{statement.domain}")
        if key is None:
            return statement
        strand, domain = key.split("/")
        return replace(statement, strand=strand, domain=domain)

    old = {uuid: in_new_domain(statement) for uuid, statement in placed(before).items()}
    known = {**past.gone, **old}
    led = origins(before, after, by_hand or {}, past)
    became: dict[str, list[str]] = defaultdict(list)
    for uuid, earlier in led.items():
        for origin in earlier:
            became[origin].append(uuid)
    changes, seen = list[VersionChange](), set[str]()
    for uuid in new:
        if uuid not in seen:
            olds, news = _together(uuid, led, became)
            seen |= news
            sides = (
                tuple(statement for key, statement in known.items() if key in olds),
                tuple(statement for statement in new.values() if statement.uuid in news),
            )
            changes.append(VersionChange(_kind(*sides), *sides))
    retired = (gone for gone in old.values() if gone.uuid not in became)
    changes += [VersionChange(Kind.RETIRED, (gone,), ()) for gone in retired]
    return VersionComparison(
        tuple(changes),
        tuple(section_counts(old, new)),
        tuple(renamed(before, after)),
        (before.rule, after.rule),
    )


def _together(
    uuid: str, led: Origins, became: Mapping[str, list[str]]
) -> tuple[set[str], set[str]]:
    """The earlier and the new statements that are connected with that new one."""
    olds, news, waiting = set[str](), {uuid}, [uuid]
    while waiting:
        for origin in led[waiting.pop()]:
            olds.add(origin)
            further = set(became[origin]) - news
            news |= further
            waiting += further
    return olds, news


def _kind(before: tuple[PlacedStatement, ...], after: tuple[PlacedStatement, ...]) -> Kind:
    """Of what has a statement after it."""
    if not before:
        return Kind.NEW
    if len(before) > 1:
        return Kind.MERGED
    if len(after) > 1:
        return Kind.SPLIT
    (old,), (new,) = before, after
    if old.place != new.place:
        return Kind.MOVED
    return Kind.SAME if (old.title, old.text) == (new.title, new.text) else Kind.REWORDED


class Asked(StrEnum):
    """`STAYS`: it is worded or placed otherwise, and what was said of it counts."""

    NEW = "new"
    AGAIN = "again"
    STAYS = "stays"
    GONE = "gone"


Carries = Callable[[VersionChange, str], bool]
"""Whether what was said before a change counts for that statement after it."""


def asked_of(
    changes: Iterable[VersionChange],
    carries: Carries,
    left_out: Collection[str],
    ranks: Mapping[str, int] | None = None,
) -> list[tuple[PlacedStatement, Asked]]:
    """What somebody who rated everything is asked at most: a merged statement is asked again where
    its ratings differ. Statements of the next version; one that is gone, in its last wording.
    `left_out`: uuids of what isn't rated, which aren't asked; `ranks`: what is expected, by domain,
    as "section/domain", None for everything."""

    def is_expected(statement: PlacedStatement) -> bool:
        domain = f"{statement.strand}/{statement.domain}"
        return ranks is None or statement.rank <= ranks.get(domain, 0)

    asked = list[tuple[PlacedStatement, Asked]]()
    for change in changes:
        if {statement.uuid for statement in change.before or change.after} <= set(left_out):
            continue
        expected = list(filter(is_expected, change.after))
        for after in expected:
            is_new = change.kind == Kind.NEW
            stays = carries(change, after.uuid) and change.kind != Kind.MERGED
            asked.append((after, Asked.NEW if is_new else Asked.STAYS if stays else Asked.AGAIN))
        if not expected:
            asked += [(before, Asked.GONE) for before in filter(is_expected, change.before)]
    return asked
