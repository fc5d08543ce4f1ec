"""Whose reviewed level changes with a next version, at the levels that list more or fewer
statements in it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tracker.rules.frameworks.changes.comparison import VersionChange, VersionComparison
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
    """What stands for somebody, by uuid: on the version in use and, of a statement that comes back,
    where it was last. `excepted`: agreed that it doesn't apply to them."""

    library_id: int
    answers: dict[str, str] = field(default_factory=dict)
    excepted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class LevelEffects:
    """How many people would hold a level then and do not now, and the other way round."""

    reached: Counter[Place] = field(default_factory=Counter)
    lost: Counter[Place] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class MadeOf:
    """Those that a statement of the next version is made of; whether what was said of them counts
    for it, and whether they are at the level where it is."""

    befores: frozenset[str]
    carries: bool
    stays: bool


def places(comparison: VersionComparison) -> frozenset[Place]:
    """Where the number of statements changes."""
    return frozenset(each.place for each in comparison.levels)


def level_effects(
    comparison: VersionComparison,
    carries: Callable[[VersionChange, str], bool],
    scale: Scale,
    people: Iterable[ReviewedPerson],
    left_out: Mapping[int, LeftOut],
    gone: Collection[str] = (),
) -> LevelEffects:
    """`left_out`: not rated, by library; `gone`: those of earlier versions that the one in use
    doesn't have."""
    changed = places(comparison)
    in_use = [
        each for change in comparison.changes for each in change.before if each.uuid not in gone
    ]
    old = _listed(in_use, changed)
    new = _listed([each for change in comparison.changes for each in change.after], changed)
    made_of = {
        after.uuid: MadeOf(
            frozenset(before.uuid for before in change.before),
            carries(change, after.uuid),
            {before.place for before in change.before} == {after.place},
        )
        for change in comparison.changes
        if change.before
        for after in change.after
    }

    @cache
    def then_left_out(library_id: int) -> LeftOut:
        """It goes on also to what asks again, and to each part."""
        out = left_out.get(library_id, frozenset())
        return frozenset(key for key, of in made_of.items() if out >= of.befores)

    found = LevelEffects()
    for person in people:
        out = left_out.get(person.library_id, frozenset())
        now = {key: scale.meaning(answer) for key, answer in person.answers.items()}
        now |= dict.fromkeys(person.excepted, Meaning.EXCLUDED)
        before = _held(old, now, out)
        then = _held(new, _then(person, made_of, scale), then_left_out(person.library_id))
        for place in changed:
            domain = place[:2]
            held, holds_then = (side.get(domain, 0) >= place[2] for side in (before, then))
            if held is not holds_then:
                (found.lost if held else found.reached)[place] += 1
    return found


def _listed(
    statements: Iterable[PlacedStatement], changed: Collection[Place]
) -> dict[tuple[str, str], dict[int, list[str]]]:
    domains = {place[:2] for place in changed}
    found: defaultdict[tuple[str, str], defaultdict[int, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in statements:
        if each.place[:2] in domains:
            found[each.place[:2]][each.rank].append(each.uuid)
    return {domain: dict(ranks) for domain, ranks in found.items()}


def _then(
    person: ReviewedPerson, made_of: Mapping[str, MadeOf], scale: Scale
) -> dict[str, Meaning]:
    """Where several become one, only what all of them say alike."""
    found = {}
    for key, of in made_of.items():
        if not of.carries:
            continue
        said = {person.answers.get(before) for before in of.befores}
        (answer,) = said if len(said) == 1 else (None,)
        if answer is not None:
            found[key] = scale.meaning(answer)
        if of.stays and person.excepted >= of.befores:
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
