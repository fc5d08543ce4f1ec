"""Which figures may be released, and that who knows the rule, the dates and who was reviewed when
works out nobody's state from them."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams import releases
from tracker.rules.teams.releases import (
    CountedLearner,
    CountedState,
    Past,
    blocks,
    due,
    is_decided,
    may_be_told,
)

AT, GAP, OPEN = TargetState.AT_TARGET, TargetState.GAP, TargetState.NOT_YET_KNOWN
Review = tuple[int, int]
"""A person, and the which of theirs it is."""


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, []),
        ({"/1/": 7}, []),
        ({"/1/": 8}, [{"/1/"}]),
        ({"/1/2/": 8, "/1/3/": 12}, [{"/1/2/"}, {"/1/3/"}]),
        ({"/1/2/": 7, "/1/3/": 12}, [{"/1/3/"}]),
        ({"/1/2/": 7, "/1/3/": 1, "/1/4/": 9}, [{"/1/4/"}, {"/1/2/", "/1/3/"}]),
        ({"/1/2/3/": 1, "/1/2/": 7, "/1/": 3}, [{"/1/2/3/", "/1/2/"}]),
        ({"/1/2/3/": 1, "/1/4/": 3, "/1/": 4}, [{"/1/2/3/", "/1/4/", "/1/"}]),
    ],
)
def test_small_teams_are_counted_with_the_team_above(
    sizes: dict[str, int], expected: list[set[str]]
) -> None:
    assert sorted(map(sorted, blocks(sizes))) == sorted(map(sorted, expected))


def learners(states: dict[int, tuple[TargetState, int]]) -> list[CountedLearner]:
    return [CountedLearner(person, "/1/", {"x": of}) for person, of in states.items()]


def seen(
    reviews: Sequence[Review], states: Sequence[TargetState], people: int
) -> tuple[object, ...]:
    """All that is told while the reviews come one by one: after each it is decided."""
    now: dict[int, tuple[TargetState, int]] = dict.fromkeys(range(people), (OPEN, 0))
    past: list[Past] = []
    found = []
    for (person, number), state in zip(reviews, states, strict=True):
        now[person] = (state, number)
        for each in due(learners(now), {"x": past}):
            past.append(Past(each.told, each.items))
            figures = each.people, releases.count(each.items, AT), len(each.items)
            found.append((person, number, each.told and figures))
    return tuple(found)


def worked_out(reviews: Sequence[Review], people: int) -> int:
    """In how many of all cases what is told leaves one state alone for some review: by trying them
    all."""
    cases: defaultdict[tuple[object, ...], list[Sequence[TargetState]]] = defaultdict(list)
    for states in itertools.product((AT, GAP), repeat=len(reviews)):
        cases[seen(reviews, states, people)].append(states)
    return sum(
        len(those)
        for those in cases.values()
        if any(len(set(each)) == 1 for each in zip(*those, strict=True))
    )


def orders() -> Iterator[tuple[list[Review], int]]:
    yield [(person, 1) for person in range(11)], 11
    yield [(person, number) for number in (1, 2) for person in range(6)], 8
    for seed in range(4):
        rng = random.Random(seed)
        counts: defaultdict[int, int] = defaultdict(int)
        reviews = []
        for _ in range(11):
            person = rng.randrange(8)
            counts[person] += 1
            reviews.append((person, counts[person]))
        yield reviews, 8


IN_ANY_ORDER = list(orders())


@pytest.mark.parametrize(
    ("reviews", "people"),
    [
        *IN_ANY_ORDER[:3],
        *(pytest.param(*order, marks=pytest.mark.in_ci) for order in IN_ANY_ORDER[3:]),
    ],
)
def test_whoever_knows_the_rule_and_sees_every_day_works_out_nobody(
    reviews: list[Review], people: int
) -> None:
    assert worked_out(reviews, people) == 0


def counted(*states: TargetState, reviewed: int = 1) -> frozenset[CountedState]:
    return frozenset(CountedState(person, of, reviewed) for person, of in enumerate(states))


@pytest.mark.parametrize("state", [AT, GAP])
def test_it_is_decided_after_as_many_reviews_whatever_came_of_them(state: TargetState) -> None:
    """Nobody stands otherwise, or everybody does."""
    before = counted(*[AT] * 5)
    assert is_decided(counted(*[state] * 5, reviewed=2), [before])
    assert not is_decided(counted(*[state] * 5), [before])
    assert not is_decided(counted(*[state] * 4, reviewed=2), [before])


@pytest.mark.parametrize("states", list(itertools.product((AT, GAP), repeat=2)))
def test_who_stands_otherwise_without_a_review_says_nothing_by_being_counted(
    states: Sequence[TargetState],
) -> None:
    """Two people have other targets now. Beside four reviews that isn't a fifth, and beside five
    the same figure is told or not whoever of the two stands otherwise."""
    before = counted(*states, *[AT, GAP] * 4)
    for other in itertools.product((AT, GAP), repeat=2):
        same = counted(*other, *[AT, GAP] * 4)
        some = same | {CountedState(20 + one, AT, 1) for one in range(4)}
        assert not is_decided(some, [before])
        five = some | {CountedState(24, GAP, 1)}
        assert is_decided(five, [before])
        more = releases.count(five, AT) - releases.count(before, AT)
        assert may_be_told(five, [before]) is (2 <= more <= 3)
