"""Whose reviewed level changes with a next version, at the levels that list more or fewer
statements in it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tracker.rules.frameworks.changes.comparison import Kind, VersionChange, VersionComparison
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.scale import NOT_MY_WORK, Meaning, Scale
from tracker.rules.profiles.levels import LevelTally, standing

Place = tuple[str, str, int]
"""Keys of section and domain, and rank."""
Listed = Mapping[tuple[str, str], Mapping[int, list[str]]]
"""Uuids by domain and rank."""
LeftOut = frozenset[str]


@dataclass(frozen=True, slots=True)
class ReviewedPerson:
    """What stands for somebody on the version in use, by uuid. `excepted`: agreed that it doesn't
    apply to them."""

    library_id: int
    answers: dict[str, str] = field(default_factory=dict)
    excepted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class LevelEffects:
    """How many people would hold a level then and do not now, and the other way round."""

    reached: Counter[Place] = field(default_factory=Counter)
    lost: Counter[Place] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Parts:
    """By uuid of the next version: those that carry to it, and those that what is not rated here
    goes on from."""

    carried: Mapping[str, list[str]]
    words: Mapping[str, list[str]]


def places(comparison: VersionComparison) -> frozenset[Place]:
    """Where the number of statements changes."""
    return frozenset(each.place for each in comparison.levels)


def level_effects(
    comparison: VersionComparison,
    carries: Callable[[VersionChange, str], bool],
    scale: Scale,
    people: Iterable[ReviewedPerson],
    left_out: Mapping[int, LeftOut],
) -> LevelEffects:
    """`left_out`: not rated, by library."""
    changed = places(comparison)
    old, new = (_listed(comparison, changed, after=after) for after in (False, True))
    parts = _parts(comparison, carries)

    @cache
    def then_left_out(library_id: int) -> LeftOut:
        out = left_out.get(library_id, frozenset())
        return frozenset(key for key, olds in parts.words.items() if olds and out >= set(olds))

    found = LevelEffects()
    for person in people:
        out = left_out.get(person.library_id, frozenset())
        now = {key: scale.meaning(answer) for key, answer in person.answers.items()}
        now |= dict.fromkeys(person.excepted, Meaning.EXCLUDED)
        before = _held(old, now, out)
        then = _held(new, _then(person, parts, scale), then_left_out(person.library_id))
        for place in changed:
            domain = place[:2]
            held, holds_then = (side.get(domain, 0) >= place[2] for side in (before, then))
            if held is not holds_then:
                (found.lost if held else found.reached)[place] += 1
    return found


def _listed(
    comparison: VersionComparison, changed: frozenset[Place], *, after: bool
) -> dict[tuple[str, str], dict[int, list[str]]]:
    domains = {place[:2] for place in changed}
    found: defaultdict[tuple[str, str], defaultdict[int, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for change in comparison.changes:
        side: tuple[PlacedStatement, ...] = change.after if after else change.before
        for each in side:
            if each.place[:2] in domains:
                found[each.place[:2]][each.rank].append(each.uuid)
    return {domain: dict(ranks) for domain, ranks in found.items()}


def _parts(comparison: VersionComparison, carries: Callable[[VersionChange, str], bool]) -> Parts:
    carried, words = dict[str, list[str]](), dict[str, list[str]]()
    for change in comparison.changes:
        befores = [each.uuid for each in change.before]
        for each in change.after:
            is_carried = carries(change, each.uuid)
            carried[each.uuid] = befores if is_carried else []
            words[each.uuid] = befores if is_carried or change.kind is Kind.REWORDED else []
    return Parts(carried, words)


def _then(person: ReviewedPerson, parts: Parts, scale: Scale) -> dict[str, Meaning]:
    """Where several become one, only what all of them say alike."""
    found = {}
    for key, olds in parts.carried.items():
        said = {person.answers.get(old) for old in olds}
        (answer,) = said if len(said) == 1 else (None,)
        if answer is not None:
            found[key] = scale.meaning(answer)
        if len(olds) == 1 and olds[0] in person.excepted:
            found[key] = scale.meaning(NOT_MY_WORK)
    return found


def _held(
    listed: Listed, meanings: Mapping[str, Meaning], left_out: LeftOut
) -> dict[tuple[str, str], int]:
    return {
        domain: standing(
            [_tally(rank, uuids, meanings, left_out) for rank, uuids in ranks.items()], None
        ).held_rank
        for domain, ranks in listed.items()
    }


def _tally(
    rank: int, uuids: list[str], meanings: Mapping[str, Meaning], left_out: LeftOut
) -> LevelTally:
    here = [each for each in uuids if each not in left_out]
    counted = Counter(meanings[each] for each in here if each in meanings)
    return LevelTally.of(
        rank,
        len(uuids),
        len(uuids) - len(here),
        counted[Meaning.EXCLUDED],
        counted[Meaning.MET],
        counted[Meaning.NOT_MET],
    )
