"""Which figures are told without names, and that nobody's state can be worked out from them: by all
that is told and not told, over rounds, with leavers, joiners, moved teams, re-formed groups, and
whom the reader knows by name."""

import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.engines import LONG
from tests.teams.figures.solver import Fact, worked_out
from tracker.frameworks.versions.rules import TALLIED, Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    LevelRule,
    LevelState,
    LevelTally,
    TargetState,
    level_state,
)
from tracker.teams.figures import rules as figures_rules
from tracker.teams.figures.rules import (
    LEAST,
    Measure,
    Outcome,
    groups,
    is_implied,
    may_be_told,
    states_possible,
    to_count,
)

AT, GAP = TargetState.AT_TARGET, TargetState.GAP
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WORLDS = 2000 if LONG else 200


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, {}),
        ({"/1/": 9}, {}),
        ({"/1/": 10}, {1: 10}),
        ({"/1/2/": 10, "/1/3/": 12}, {2: 10, 3: 12}),
        ({"/1/2/": 9, "/1/3/": 3, "/1/4/": 10}, {1: 12, 4: 10}),
        ({"/1/2/3/": 1, "/1/2/": 9, "/1/": 3}, {1: 13}),
        ({"/1/2/3/": 1, "/1/2/": 9, "/1/": 10}, {1: 10, 2: 10}),
        ({"/1/2/": 12, "/1/3/": 7}, {1: 19}),
        ({"/1/2/": 10, "/1/3/": 7, "/1/4/": 12}, {1: 17, 4: 12}),
        ({"/1/2/": 12, "/1/3/": 7, "/1/4/": 10}, {1: 17, 2: 12}),
        ({"/1/10/2/": 3, "/1/9/": 4, "/1/10/": 3}, {1: 10}),
        ({"/1/2/": 3, "/1/3/": 4}, {}),
        ({"/1/2/3/": 10, "/1/2/4/": 2}, {1: 12}),
    ],
)
def test_a_group_is_a_team_or_the_rest_of_the_team_above(
    sizes: dict[str, int], expected: dict[int, int]
) -> None:
    paths = [path for path, size in sizes.items() for _ in range(size)]
    found = groups(dict(enumerate(paths)))
    assert {team: list(found.values()).count(team) for team in found.values()} == expected


@pytest.mark.parametrize(
    ("at", "below", "is_told"),
    [(2, 3, True), (3, 2, True), (2, 2, False), (1, 9, False), (9, 1, False), (0, 9, False)],
)
def test_it_is_told_of_five_unknown_with_two_in_each_state(
    at: int, below: int, is_told: bool
) -> None:
    assert may_be_told(at, below) is is_told


def outcome(person_id: int, state: TargetState = AT, days: int = 0) -> Outcome:
    of = Measure(person_id, "small", "leadership", Voice.ENDORSED)
    return Outcome(of, state, START + dt.timedelta(days=days))


def test_fewer_than_five_wait_and_each_review_counts_once() -> None:
    group_of = dict.fromkeys(range(10), 1)
    five = [outcome(person) for person in range(5)]
    assert to_count(five[:4], group_of, {}) == []
    assert to_count(five, group_of, {}) == five
    counted = {each.of: each.reviewed_at for each in five}
    again = [outcome(person, GAP, days=1) for person in range(4)]
    assert to_count([*again, five[4]], group_of, counted) == []
    assert to_count([*again, outcome(7)], group_of, counted) == [*again, outcome(7)]


def test_what_is_counted_is_of_one_framework_domain_and_side() -> None:
    group_of = dict.fromkeys(range(9), 1)
    five = [outcome(person) for person in range(5)]
    for other in ({"slug": "large"}, {"domain_key": "technical"}, {"voice": Voice.SELF}):
        elsewhere = five[4]._replace(of=five[4].of._replace(**other))
        assert to_count([*five[:4], elsewhere], group_of, {}) == []


def test_groups_are_counted_apart_and_who_is_in_none_not_at_all() -> None:
    outcomes = [outcome(person) for person in range(9)]
    group_of = {person: person % 2 for person in range(8)}
    assert to_count(outcomes, group_of, {}) == []
    outcomes.append(outcome(10))
    assert [each.of.person_id for each in to_count(outcomes, group_of | {10: 0}, {})] == [
        *(0, 2, 4, 6, 10)
    ]


# The attack. A reader knows the rule, the groups, who was reviewed when, all that is told, and that
# the rest isn't.

Review = tuple[int, int]
"""A person, and the which of their reviews."""


@dataclass
class Reader:
    """`facts`: what they were told, and what it says that something wasn't."""

    knows: Collection[int] = ()
    facts: list[Fact] = field(default_factory=list)

    def reads(self, told_of: Collection[Review], states: Mapping[Review, bool]) -> None:
        unknown = frozenset(each for each in told_of if each[0] not in self.knows)
        at = sum(states[each] for each in unknown)
        if figures_rules.may_be_told(at, len(unknown) - at):
            self.facts.append(Fact(frozenset(unknown), frozenset({at})))
        else:
            others = {
                total
                for total in range(len(unknown) + 1)
                if not figures_rules.may_be_told(total, len(unknown) - total)
            }
            self.facts.append(Fact(frozenset(unknown), frozenset(others)))


@dataclass
class MadeLibrary:
    """Rounds in which people join, leave, and are reviewed, and teams move. `begins_with`: people
    by team; `carries`: what was counted and not told is counted again; `runs`: figures count all."""

    rng: random.Random
    readers: list[Reader]
    carries: bool = False
    runs: bool = False
    paths: dict[int, str] = field(default_factory=dict)
    times: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    states: dict[Review, bool] = field(default_factory=dict)
    counted: dict[Measure, dt.datetime] = field(default_factory=dict)
    reviewed: dict[int, Outcome] = field(default_factory=dict)
    day: int = 0

    def join(self, path: str, number: int = 1) -> None:
        for _ in range(number):
            self.paths[len(self.times)] = path
            self.times[len(self.times)] = 0

    def review(self, person: int, is_at: bool) -> None:
        self.day += 1
        self.times[person] += 1
        self.states[person, self.times[person]] = is_at
        self.reviewed[person] = outcome(person, AT if is_at else GAP, self.day)

    def open(self) -> None:
        self.group_of = groups(self.paths)

    def tell(self) -> None:
        here = [each for person, each in self.reviewed.items() if person in self.paths]
        counted = to_count(here, self.group_of, {} if self.runs else self.counted)
        pools: defaultdict[int, list[Outcome]] = defaultdict(list)
        for each in counted:
            pools[self.group_of[each.of.person_id]].append(each)
        for pool in pools.values():
            of = [(each.of.person_id, self.times[each.of.person_id]) for each in pool]
            for reader in self.readers:
                reader.reads(of, self.states)
            at = sum(each.state is AT for each in pool)
            if not self.carries or figures_rules.may_be_told(at, len(pool) - at):
                self.counted |= {each.of: each.reviewed_at for each in pool}

    def live(self, rounds: int) -> None:
        """At random: an early day in some rounds, many or few reviews, one result often."""
        for team in ("/1/", "/1/2/", "/1/2/3/", "/1/4/"):
            self.join(team, self.rng.randint(2, 13))
        for _ in range(rounds):
            self.open()
            for _ in range(self.rng.randint(1, 2)):
                share, likely = self.rng.choice([0.1, 0.3, 0.6]), self.rng.random()
                for person in list(self.paths):
                    if self.rng.random() < share:
                        self.review(person, self.rng.random() < likely)
                self._shift()
                self.tell()

    def _shift(self) -> None:
        """Somebody joins, leaves, or moves, or a whole team goes elsewhere."""
        teams = sorted(set(self.paths.values()))
        what = self.rng.randrange(4)
        if what == 0:
            self.join(self.rng.choice(teams), self.rng.randint(1, 3))
        elif what == 1:
            del self.paths[self.rng.choice(sorted(self.paths))]
        elif what == 2:
            self.paths[self.rng.choice(sorted(self.paths))] = self.rng.choice(teams)
        else:
            gone, into = self.rng.choice(teams), self.rng.choice(teams)
            self.paths = {one: into if at == gone else at for one, at in self.paths.items()}

    def found(self) -> int:
        """How many states the readers work out that they didn't know."""
        number = 0
        for reader in self.readers:
            found = worked_out(reader.facts, {})
            assert all(self.states[each] is is_at for each, is_at in found.items())  # type: ignore[index]
            number += len(found)
        return number


def made(seed: int, **how: bool) -> MadeLibrary:
    rng = random.Random(seed)
    some = rng.sample(range(12), rng.randint(1, 6))
    library = MadeLibrary(rng, [Reader(), Reader(some)], **how)
    library.live(4)
    return library


def test_nobody_is_worked_out_in_made_worlds() -> None:
    libraries = [made(seed) for seed in range(WORLDS)]
    assert sum(library.found() for library in libraries) == 0
    facts = [fact for library in libraries for reader in library.readers for fact in reader.facts]
    assert sum(len(fact.totals) == 1 for fact in facts) > WORLDS


def tell_all(at: int, below: int) -> bool:
    return at + below > 0


def five_are_enough(at: int, below: int) -> bool:
    return at + below >= LEAST


@pytest.mark.parametrize("rule", [tell_all, five_are_enough])
def test_without_the_rule_people_are(
    monkeypatch: pytest.MonkeyPatch, rule: Callable[[int, int], bool]
) -> None:
    monkeypatch.setattr(figures_rules, "may_be_told", rule)
    assert sum(made(seed).found() for seed in range(40))


def two_teams(**how: bool) -> MadeLibrary:
    """The world that told five people: 3 of 6 in one team, 3 of 6 in the other, and then 11 of 17
    in both together, of whom five are reviewed for the first time."""
    library = MadeLibrary(random.Random(0), [Reader()], **how)
    library.join("/1/2/", 12)
    library.join("/1/3/", 10)
    library.open()
    for first in (0, 12):
        for person in range(first, first + 6):
            library.review(person, person % 2 == 0)
    library.tell()
    library.paths = dict.fromkeys(library.paths, "/1/")
    library.open()
    for person in range(6, 11):
        library.review(person, is_at=True)
    library.tell()
    return library


def test_the_world_that_told_five_people_tells_nobody() -> None:
    library = two_teams()
    assert [fact.totals for fact in library.readers[0].facts] == [{3}, {3}, {0, 1, 4, 5}]
    assert library.found() == 0


def test_running_figures_told_all_five_of_them() -> None:
    library = two_teams(runs=True)
    assert [fact.totals for fact in library.readers[0].facts] == [{3}, {3}, {11}]
    assert library.found() == 5


def eight_then_five(**how: bool) -> MadeLibrary:
    """Eight of whom one is at target, then five who all are."""
    library = MadeLibrary(random.Random(0), [Reader()], **how)
    library.join("/1/", 13)
    for reviewed in (range(8), range(8, 13)):
        library.open()
        for person in reviewed:
            library.review(person, is_at=person in (0, *range(8, 13)))
        library.tell()
    return library


def test_what_was_counted_and_not_told_is_not_carried() -> None:
    """It isn't told, so all or all but one are alike: 6 of all 13 would say of whom."""
    assert eight_then_five().found() == 0
    assert eight_then_five(carries=True).found() == 5


def test_the_solver_finds_what_follows() -> None:
    def of(who: str, *totals: int) -> Fact:
        return Fact(frozenset(who), frozenset(totals))

    known: dict[Hashable, bool] = {}
    assert worked_out([of("abc", 2), of("ab", 1), of("bd", 0)], known) == {
        "a": True,
        "b": False,
        "c": True,
        "d": False,
    }
    assert worked_out([of("abc", 2), of("ab", 1)], known) == {"c": True}
    assert worked_out([of("ab", 1)], {"a": True}) == {"b": False}
    assert worked_out([of("abc", 0, 3), of("ad", 2)], known) == dict.fromkeys("abcd", True)
    assert worked_out([of("abc", 2)], known) == {}


MET, NOT_MET, UNKNOWN, LIMITED = (
    LevelState.MET,
    LevelState.NOT_MET,
    LevelState.NOT_YET_KNOWN,
    LevelState.LIMITED,
)


@pytest.mark.parametrize(
    ("counts", "free", "states"),
    [
        # Of ten 8 are needed. Two more could be anything, but not change what eight are.
        ((0, 8, 2, 0), (0, 0, 0, 0), {MET}),
        ((0, 10, 0, 0), (0, 2, 0, 0), {MET}),
        ((0, 9, 1, 0), (0, 2, 0, 0), {MET, NOT_MET}),
        ((0, 9, 1, 0), (0, 0, 1, 0), {MET}),
        ((0, 5, 5, 0), (0, 1, 1, 0), {NOT_MET}),
        ((0, 7, 3, 0), (0, 0, 1, 0), {MET, NOT_MET}),
        ((5, 4, 1, 0), (1, 0, 0, 0), {MET, NOT_MET}),
        ((0, 10, 0, 0), (0, 10, 0, 0), {MET, NOT_MET, LIMITED}),
        ((0, 3, 0, 7), (0, 0, 0, 1), {UNKNOWN}),
    ],
)
def test_what_a_level_could_be(
    counts: tuple[int, ...], free: tuple[int, ...], states: set[LevelState]
) -> None:
    any_of = dict(zip((*TALLIED, Meaning.OPEN), free, strict=True))
    assert states_possible(LevelRule(), LevelTally(1, 10, 0, *counts), any_of) == states


@pytest.mark.parametrize("rule", [LevelRule(), LevelRule(1, 2, 1)])
def test_nothing_between_could_be_met_or_not_where_none_of_these_is(rule: LevelRule) -> None:
    """All ways in which four of six statements may count, the other two as they are."""
    for fixed in itertools.product(range(3), repeat=3):
        if sum(fixed) > 2:
            continue
        between = {
            level_state(rule, LevelTally.of(1, 6, 0, *map(sum, zip(fixed, free, strict=True))))
            for free in itertools.product(range(5), repeat=3)
            if sum(free) <= 4
        }
        of = states_possible(rule, LevelTally.of(1, 6, 0, *fixed), {Meaning.OPEN: 4})
        assert of - {UNKNOWN} == between - {UNKNOWN}


@pytest.mark.parametrize(
    ("levels", "implied"),
    [
        ([{MET}], True),
        ([{NOT_MET}, {MET, NOT_MET}], True),
        ([{MET}, {MET, NOT_MET}], False),
        ([{MET}, {MET, UNKNOWN}], True),
        ([{LIMITED}, {MET, NOT_MET}], False),
        ([{LIMITED, NOT_MET}, {LIMITED}], True),
        ([{MET, NOT_MET}, {UNKNOWN, NOT_MET}], True),
    ],
)
def test_what_follows_from_reviews(levels: list[set[LevelState]], implied: bool) -> None:
    assert is_implied(levels) is implied
