"""Figures for readers who may not see the people behind them by name: made of whom, and when.

Such a reader gets *releases* and nothing else: for a block of teams, a domain and a voice, how many
people are at target and how many below it, as of a date. An *item* is one person as they stand in a
domain after so many reviews of its statements; it is new with the next review, whatever comes of
that. It is decided on a release where at least `LEAST` items are in it that were in no decision
before; it is told where neither it nor what has changed since any earlier one that is told is, all
or all but one, of one state.

Each voice is decided on by itself: no figure, and no decision, mixes them. What people said of
themselves is counted once it is revealed, and told in no other way than this to who sees the
reviewed levels by name.

Why nothing can be worked out, whatever is added or subtracted, and whoever is moved: take any sum
of releases, and of those that count in it the last. Its new items are in none of the others, so
they all stay in the sum: every sum is about at least `LEAST` people. Whether a release is told
follows from the figures that are told, so that it is told says nothing else; that one is not told
says something of its new items too, therefore two decisions are `LEAST` people apart. Who stands
otherwise without a review, by another target or another job, is in an item that was there before:
when it is decided depends on nobody's state.

Who is neither at target nor below it disguises nobody: the reader may know all of those. Blocks
depend on how many people learn in a team, which everybody may know, and on nothing else.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState

LEAST = 5
APART = 2
"""So many people at least must be in another state than the largest."""
SMALLEST_BLOCK = 8
"""A team of fewer people is counted together with the team above it."""
TOLD = (TargetState.AT_TARGET, TargetState.GAP)


class CountedState(NamedTuple):
    """What a figure counts: a person in a domain, after so many reviews of statements there, or in
    their own voice so many that were revealed: the same statement each time anew."""

    person_id: int
    state: TargetState
    reviewed: int

    @property
    def item(self) -> tuple[int, int]:
        """What is known of it to whoever knows who was reviewed when."""
        return self.person_id, self.reviewed


CountedStates = frozenset[CountedState]


@dataclass(frozen=True, slots=True)
class CountedLearner:
    """Somebody in the one team in which they are counted. `states`: by key of each domain in which
    they have a target, how they stand and after how many reviews."""

    person_id: int
    path: str
    states: Mapping[str, tuple[TargetState, int]]


class Measure(NamedTuple):
    """What people are counted by: the framework by its slug, and whose answers."""

    slug: str
    voice: Voice


Learners = Mapping[Measure, Sequence[CountedLearner]]
"""Each person once, in whatever version of the framework."""


@dataclass(frozen=True, slots=True)
class Moment:
    as_of: dt.datetime
    learners: Learners


@dataclass(frozen=True, slots=True)
class NewRelease:
    """`people` have a target; those who are not among the `items` are neither at target nor below
    it."""

    domain_key: str
    paths: frozenset[str]
    people: int
    told: bool
    items: CountedStates


@dataclass(frozen=True, slots=True)
class Past:
    """What was decided of one domain before."""

    told: bool
    items: CountedStates


def blocks(sizes: Mapping[str, int]) -> list[frozenset[str]]:
    """The paths of the teams that are counted together, from the numbers of their people. Teams
    that are too few people up to the highest are in none."""
    pools: dict[str, set[str]] = {path: {path} for path, people in sizes.items() if people}
    found: list[frozenset[str]] = []
    for depth in range(max((path.count("/") for path in pools), default=0), 1, -1):
        for path in sorted(each for each in pools if each.count("/") == depth):
            pool = pools.pop(path)
            if sum(sizes[each] for each in pool) >= SMALLEST_BLOCK:
                found.append(frozenset(pool))
            elif depth > 2:
                above = path.rstrip("/").rpartition("/")[0] + "/"
                pools.setdefault(above, set()).update(pool)
    return found


def due(
    learners: Collection[CountedLearner], past: Mapping[str, Collection[Past]]
) -> list[NewRelease]:
    """The releases on which it is to be decided now. `past`: by key of the domain."""
    found = []
    for block in blocks(Counter(one.path for one in learners)):
        inside = [one for one in learners if one.path in block]
        for key in sorted({key for one in inside for key in one.states}):
            measured = [one for one in inside if key in one.states]
            of = (CountedState(one.person_id, *one.states[key]) for one in measured)
            items = frozenset(each for each in of if each.state in TOLD)
            before = past.get(key, ())
            if is_decided(items, [each.items for each in before]):
                told = may_be_told(items, [each.items for each in before if each.told])
                found.append(NewRelease(key, block, len(measured), told, items))
    return found


def is_decided(items: CountedStates, decided: Iterable[CountedStates]) -> bool:
    """Whether enough is new since all earlier decisions."""
    return len(_items(items).difference(*map(_items, decided))) >= LEAST


def may_be_told(items: CountedStates, told: Iterable[CountedStates]) -> bool:
    """Whether the figure of these items may be told beside those that are told."""
    return _says_little(items, frozenset()) and all(
        _says_little(items, each) for each in told if _items(each) & _items(items)
    )


def _says_little(now: CountedStates, then: CountedStates) -> bool:
    """Whether the figures of `now` less those of `then` leave at least `APART` people open of each
    side, who is in which state."""
    new, gone = len(_items(now) - _items(then)), len(_items(then) - _items(now))
    more = count(now, TargetState.AT_TARGET) - count(then, TargetState.AT_TARGET)
    return APART - gone <= more <= new - APART


def _items(of: CountedStates) -> frozenset[tuple[int, int]]:
    return frozenset(each.item for each in of)


def count(items: CountedStates, state: TargetState) -> int:
    return sum(each.state is state for each in items)
