"""Whose reviewed level changes with a next version, at the levels that other statements count for
in it.

As on the day of a move: what is new or asked again counts from the next round, so it isn't listed
then (models/record/later).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from tracker.rules.frameworks.changes.comparison import Kind, VersionChange, VersionComparison
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.scale import NOT_MY_WORK, Meaning, Scale
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import RULE, LevelTally, standing

Place = tuple[str, str, int]
"""Keys of section and domain, and rank."""
Listed = Mapping[tuple[str, str], Mapping[int, list[str]]]
"""Uuids by domain and rank."""
LeftOut = frozenset[str]
Carries = Callable[[VersionChange, str], bool]


@dataclass(frozen=True, slots=True)
class ReviewedPerson:
    """What stands for somebody, by uuid: on the version in use and, of a statement that comes back,
    where it was last. `excepted`: agreed that it doesn't apply to them; `had`: those that come
    back, where a version that they were on had it."""

    library_id: int
    answers: dict[str, str] = field(default_factory=dict)
    excepted: set[str] = field(default_factory=set)
    had: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class LevelEffects:
    """How many people would hold a level then and do not now, and the other way round."""

    reached: Counter[Place] = field(default_factory=Counter)
    lost: Counter[Place] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ChangedLevel:
    """How many statements it lists in both versions; and how many of the next one's count from the
    next round for who had none of them."""

    domain_title: Wording
    level_name: Wording
    lang: str
    place: Place
    before: int
    after: int
    later: int

    @property
    def at_once(self) -> int:
        """How many count on the day of a move, for who had none of those that count later."""
        return self.after - self.later

    @property
    def is_too_few(self) -> bool:
        """Nobody is said to hold it or not then."""
        return self.at_once < RULE.least_applicable


@dataclass(frozen=True, slots=True)
class MadeOf:
    """Those that a statement of the next version is made of; whether what was said of them counts
    for it, and whether they are at the level where it is."""

    befores: frozenset[str]
    carries: bool
    stays: bool


def changed_levels(
    comparison: VersionComparison, carries: Carries, gone: Collection[str] = ()
) -> list[ChangedLevel]:
    """Those for which other statements count, in the order of the next version. `gone`: those of
    earlier versions that the one in use doesn't have."""
    later = set(_later(comparison, carries, gone))
    touched = {
        each.place
        for change in comparison.changes
        if change.kind not in (Kind.SAME, Kind.REWORDED)
        or any(each.uuid in gone for each in change.before)
        or any(each.uuid in later for each in change.after)
        for each in (*change.before, *change.after)
    }
    new = [each for change in comparison.changes for each in change.after]
    old = [each for change in comparison.changes for each in change.before if each.uuid not in gone]
    named = {each.place: each for each in (*old, *new)}
    before, after = (Counter(each.place for each in side) for side in (old, new))
    waits = Counter(each.place for each in new if each.uuid in later)
    return [
        ChangedLevel(
            named[place].domain_title,
            named[place].level_name,
            named[place].lang,
            place,
            before[place],
            after[place],
            waits[place],
        )
        for place in dict.fromkeys(each.place for each in (*new, *old))
        if place in touched
    ]


def _later(comparison: VersionComparison, carries: Carries, gone: Collection[str]) -> Iterator[str]:
    """Uuids of the next version that count from the next round for whoever is on the version in
    use, and never had what comes back."""
    for change in comparison.changes:
        is_there = any(each.uuid not in gone for each in change.before)
        for each in change.after:
            if not is_there or not carries(change, each.uuid):
                yield each.uuid


def _back(comparison: VersionComparison, carries: Carries, gone: Collection[str]) -> dict[str, str]:
    """Of those what comes back as it was, with its uuid before: it counts at once for who had
    it."""
    return {
        change.after[0].uuid: change.before[0].uuid
        for change in comparison.changes
        if len(change.before) == len(change.after) == 1
        and change.before[0].uuid in gone
        and carries(change, change.after[0].uuid)
    }


def level_effects(
    comparison: VersionComparison,
    carries: Carries,
    scale: Scale,
    people: Iterable[ReviewedPerson],
    left_out: Mapping[int, LeftOut],
    gone: Collection[str] = (),
) -> LevelEffects:
    """`left_out`: not rated, by library; `gone`: as of `changed_levels`."""
    changed = [each.place for each in changed_levels(comparison, carries, gone)]
    in_use = [
        each for change in comparison.changes for each in change.before if each.uuid not in gone
    ]
    old = _listed(in_use, changed)
    later = frozenset(_later(comparison, carries, gone))
    back = _back(comparison, carries, gone)
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
    def new(had: frozenset[str]) -> Listed:
        afters = (each for change in comparison.changes for each in change.after)
        return _listed((each for each in afters if each.uuid not in later - had), changed)

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
        said = person.answers.keys() | person.excepted | person.had
        had = frozenset(key for key, before_it in back.items() if before_it in said)
        means = _then(person, made_of, scale)
        then = _held(new(had), means, then_left_out(person.library_id))
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
