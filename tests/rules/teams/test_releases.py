"""Which figures may be released, and that who knows the rule, the dates and who was reviewed when
works out nobody's state from them."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams import releases
from tracker.rules.teams.releases import CountedLearner, Past, blocks, due

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


@pytest.mark.parametrize(("reviews", "people"), list(orders()))
def test_whoever_knows_the_rule_and_sees_every_day_works_out_nobody(
    reviews: list[Review], people: int
) -> None:
    assert worked_out(reviews, people) == 0
