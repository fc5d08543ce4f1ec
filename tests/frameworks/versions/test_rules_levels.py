"""What holds of levels in every world. Each property has a partner: a broken rule that it finds."""

import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from hypothesis import find, given, strategies as st

from tests.factories.answers import SCALE, Answer, EndorsedAnswer
from tests.frameworks.versions.level_worlds import RANKS, Statements, of, statement_up_to, worlds
from tests.frameworks.versions.tallies import StatementAnswer, tally_statements
from tests.properties import SEARCH
from tracker.frameworks.versions import rules_levels as frameworks_versions_rules_levels
from tracker.frameworks.versions.rules import Meaning
from tracker.frameworks.versions.rules_levels import (
    RULE,
    LevelRule,
    LevelState,
    LevelTally,
    TargetState,
    blocking_rank,
    in_the_way,
    level_state,
    standing,
)

BETTER = {TargetState.GAP: 0, TargetState.NOT_YET_KNOWN: 1, TargetState.AT_TARGET: 2}
statement = statement_up_to(len(RANKS))


class World(NamedTuple):
    statements: Statements
    target: int


def small_tallies(most: int) -> list[LevelTally]:
    counts = itertools.product(range(most + 1), repeat=5)
    return [LevelTally(1, sum(count), *count) for count in counts if sum(count) <= most]


# Monotone


def improvements(statements: Statements) -> list[Statements]:
    """The same world with one statement that applies turned to met, once for each."""
    applies = (Meaning.NOT_MET, Meaning.OPEN)
    return [
        [*statements[:at], StatementAnswer(rank, Meaning.MET), *statements[at + 1 :]]
        for at, (rank, meaning, not_rated_here) in enumerate(statements)
        if not not_rated_here and meaning in applies
    ]


def some_improvement_lowers(world: tuple[Statements, int]) -> bool:
    statements, target = world
    before = of(statements, target)
    for better in improvements(statements):
        after = of(better, target)
        if after.held_rank < before.held_rank:
            return True
        assert before.target_state is not None
        assert after.target_state is not None
        if before.target_state is TargetState.NOT_ASSESSED:
            if after.target_state is not TargetState.NOT_ASSESSED:
                return True
        elif BETTER[after.target_state] < BETTER[before.target_state]:
            return True
    return False


@given(worlds)
def test_turning_an_answer_to_met_never_lowers_anything(world: tuple[Statements, int]) -> None:
    assert not some_improvement_lowers(world)


@pytest.mark.in_ci
def test_a_rule_that_is_not_monotone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def met_only_when_exact(rule: LevelRule, tally: LevelTally) -> LevelState:
        state = level_state(rule, tally)
        return (
            LevelState.NOT_MET
            if state is LevelState.MET and tally.met > rule.need(tally.applicable)
            else state
        )

    monkeypatch.setattr(frameworks_versions_rules_levels, "level_state", met_only_when_exact)
    assert find(worlds, some_improvement_lowers, settings=SEARCH)


def test_taking_back_not_my_work_can_make_a_limited_level_count() -> None:
    """The one way in which *met* can lower a result, and it is meant: more of the job is looked
    at."""
    not_mine = [
        StatementAnswer(1, Meaning.EXCLUDED),
        StatementAnswer(1, Meaning.EXCLUDED),
        StatementAnswer(1, Meaning.NOT_MET),
    ]
    mine = [StatementAnswer(1, Meaning.MET), *not_mine[1:]]
    assert of(not_mine, 1).target_state is TargetState.NOT_ASSESSED
    assert of(mine, 1).target_state is TargetState.GAP


# Order


def depends_on_order(
    tally: Callable[[Iterable[StatementAnswer]], tuple[LevelTally, ...]],
    statements: Statements,
    shuffled: Statements,
) -> bool:
    return standing(RULE, tally(statements), 3) != standing(RULE, reversed(tally(shuffled)), 3)


shuffles = st.lists(statement, max_size=24).flatmap(
    lambda each: st.tuples(st.just(each), st.permutations(each))
)


@given(shuffles)
def test_the_order_of_statements_and_levels_changes_nothing(
    pair: tuple[Statements, Statements],
) -> None:
    assert not depends_on_order(tally_statements, *pair)


def test_a_tally_that_depends_on_order_is_found() -> None:
    def first_of_each_rank(statements: Iterable[StatementAnswer]) -> tuple[LevelTally, ...]:
        seen: dict[int, StatementAnswer] = {}
        for each in statements:
            seen.setdefault(each.rank, each)
        return tally_statements(seen.values())

    assert find(shuffles, lambda pair: depends_on_order(first_of_each_rank, *pair), settings=SEARCH)


# What is not known


def unknown_makes_a_gap(world: tuple[Statements, int]) -> bool:
    """Whether a gap would be gone if every open statement were met: then it was no gap."""
    statements, target = world
    hoped = [
        each._replace(meaning=Meaning.MET) if each.meaning is Meaning.OPEN else each
        for each in statements
    ]
    gap = of(statements, target).target_state is TargetState.GAP
    return gap and of(hoped, target).target_state is not TargetState.GAP


@given(worlds)
def test_what_is_not_known_is_never_a_gap(world: tuple[Statements, int]) -> None:
    assert not unknown_makes_a_gap(world)


def test_a_rule_that_takes_unknown_for_a_gap_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_is_not_met(rule: LevelRule, tally: LevelTally) -> LevelState:
        state = level_state(rule, tally)
        return LevelState.NOT_MET if state is LevelState.NOT_YET_KNOWN else state

    monkeypatch.setattr(frameworks_versions_rules_levels, "level_state", open_is_not_met)
    assert find(worlds, unknown_makes_a_gap, settings=SEARCH)


RULES = [RULE, LevelRule(2, 3, 1), LevelRule(1, 2, 3), LevelRule(1, 1, 1), LevelRule(9, 10, 2)]


def by_completion(rule: LevelRule, tally: LevelTally) -> LevelState:
    """The state said in another way: what is true however the open statements turn out."""
    applicable = tally.met + tally.not_met + tally.open
    if applicable < rule.least or applicable < tally.listed / 2:
        return LevelState.LIMITED
    enough = {
        rule.of * (tally.met + more) >= rule.met * applicable for more in range(tally.open + 1)
    }
    return (
        {True: LevelState.MET, False: LevelState.NOT_MET}[enough.pop()]
        if len(enough) == 1
        else LevelState.NOT_YET_KNOWN
    )


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_level_is_known_exactly_when_no_open_statement_can_change_it(rule: LevelRule) -> None:
    assert [(t, level_state(rule, t)) for t in small_tallies(7)] == [
        (t, by_completion(rule, t)) for t in small_tallies(7)
    ]


def test_where_one_is_enough_a_level_of_one_is_reached_and_one_of_none_is_not() -> None:
    """With `least` 2 both are limited."""
    one, none = LevelTally(1, 1, 0, 0, 1, 0, 0), LevelTally(1, 0, 0, 0, 0, 0, 0)
    assert [level_state(LevelRule(least=1), of_one) for of_one in (one, none)] == [
        LevelState.MET,
        LevelState.LIMITED,
    ]
    assert {level_state(RULE, of_one) for of_one in (one, none)} == {LevelState.LIMITED}


def test_the_rule_is_part_of_what_is_remembered() -> None:
    """Of the same counts, one after the other."""
    counts = ((1, 10, 0, 0, 8, 2),)
    rules = [RULE, LevelRule(9, 10), LevelRule(1, 1), RULE]
    held = [
        frameworks_versions_rules_levels.standing_by_counts(rule, counts, None).held_rank
        for rule in rules
    ]
    assert held == [1, 0, 0, 1]


def test_rounding_down_would_be_found() -> None:
    class Down(LevelRule):
        def need(self, applicable: int) -> int:
            return applicable * self.met // self.of

    rule = Down()
    assert any(level_state(rule, t) is not by_completion(rule, t) for t in small_tallies(3))


# Limited levels


@given(worlds, st.integers(0, 3))
def test_a_limited_level_is_neither_held_nor_in_the_way(
    world: tuple[Statements, int], at: int
) -> None:
    statements, target = world
    found = of(statements, target)
    limited = {view.rank for view in found.levels if view.state is LevelState.LIMITED}
    without = of([each for each in statements if each.rank not in limited], target)
    assert not any(view.held or view.out_of_order for view in found.levels if view.rank in limited)
    assert found.held_rank == without.held_rank
    assert found.target_state is without.target_state
    assert found.held_rank not in limited


@pytest.mark.parametrize(
    ("listed", "excluded", "state"),
    [
        (0, 0, LevelState.LIMITED),
        (1, 0, LevelState.LIMITED),
        (2, 0, LevelState.MET),
        (2, 1, LevelState.LIMITED),
        (4, 2, LevelState.MET),
        (5, 3, LevelState.LIMITED),
        (10, 5, LevelState.MET),
        (10, 6, LevelState.LIMITED),
    ],
)
def test_where_a_level_becomes_limited(listed: int, excluded: int, state: LevelState) -> None:
    met = listed - excluded
    assert level_state(RULE, LevelTally(1, listed, 0, excluded, met, 0, 0)) is state
    assert level_state(RULE, LevelTally(1, listed, excluded, 0, met, 0, 0)) is state


# Held, out of order, target


@given(worlds)
def test_what_held_and_out_of_order_mean(world: tuple[Statements, int]) -> None:
    found = of(*world)
    for view in found.levels:
        lower = [level.state for level in found.levels if level.rank < view.rank]
        all_lower_met = set(lower) <= {LevelState.MET, LevelState.LIMITED}
        assert view.held == (view.state is LevelState.MET and all_lower_met)
        assert view.out_of_order == (view.state is LevelState.MET and not all_lower_met)
    assert found.held_rank == max((view.rank for view in found.levels if view.held), default=0)


@given(worlds)
def test_the_blocking_level_is_there_exactly_where_there_is_a_gap(
    world: tuple[Statements, int],
) -> None:
    found = of(*world)
    assert (blocking_rank(found) is not None) == (found.target_state is TargetState.GAP)
    assert bool(in_the_way(found)) == (
        found.target_state in {TargetState.GAP, TargetState.NOT_YET_KNOWN}
    )


@pytest.mark.parametrize("state", LevelState)
def test_every_level_state_can_be_reached(state: LevelState) -> None:
    assert find(
        worlds, lambda world: any(v.state is state for v in of(*world).levels), settings=SEARCH
    )


@pytest.mark.parametrize("state", TargetState)
def test_every_target_state_can_be_reached(state: TargetState) -> None:
    assert find(worlds, lambda world: of(*world).target_state is state, settings=SEARCH)


@pytest.mark.parametrize("rank", [0, *RANKS])
def test_every_held_rank_can_be_reached(rank: int) -> None:
    def met_to(upto: int) -> Statements:
        return [
            StatementAnswer(r, Meaning.MET if r <= upto else Meaning.NOT_MET)
            for r in RANKS
            for _ in range(2)
        ]

    assert of(met_to(rank), 2).held_rank == rank


def test_without_a_target_there_is_no_target_state() -> None:
    found = of([StatementAnswer(1, Meaning.MET)] * 2, None)
    assert (found.held_rank, found.target_rank, found.target_state) == (1, None, None)
    assert in_the_way(found) == ()
    assert blocking_rank(found) is None


def test_a_target_of_no_rank_is_refused() -> None:
    with pytest.raises(ValueError, match="rank from 1 up"):
        standing(RULE, (), 0)


# Counts


@given(st.lists(statement, max_size=24))
def test_the_counts_add_up_to_what_is_listed(statements: Statements) -> None:
    tallies = tally_statements(statements, RANKS)
    assert [tally.rank for tally in tallies] == list(RANKS)
    assert sum(tally.listed for tally in tallies) == len(statements)
    assert sum(tally.not_rated_here for tally in tallies) == sum(
        each.not_rated_here for each in statements
    )
    for tally in tallies:
        assert tally.applicable == tally.listed - tally.not_rated_here - tally.excluded
        assert tally.applicable == tally.met + tally.not_met + tally.open


@pytest.mark.parametrize("counts", [(2, 0, 0, 1, 0, 0), (1, 0, 0, 1, 1, 0), (0, 0, 0, 1, -1, 0)])
def test_counts_that_do_not_add_up_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not add up"):
        LevelTally(1, *counts)


def test_the_two_voices() -> None:
    """*Outside my job* leaves the endorsed count only where an endorsement says so; without one all is
    open."""
    assert [SCALE.meaning(answer) for answer in (None, Answer.NOT_SURE, Answer.NOT_MY_WORK)] == [
        Meaning.OPEN,
        Meaning.OPEN,
        Meaning.EXCLUDED,
    ]
    assert {given: SCALE.meaning(given) for given in (None, *EndorsedAnswer)} == {
        None: Meaning.OPEN,
        EndorsedAnswer.NOT_YET: Meaning.NOT_MET,
        EndorsedAnswer.PARTLY: Meaning.NOT_MET,
        EndorsedAnswer.CONSISTENTLY: Meaning.MET,
        EndorsedAnswer.NOT_MY_WORK: Meaning.EXCLUDED,
    }
