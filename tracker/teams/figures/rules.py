"""Figures for readers who may not see the people behind them by name: of whom, and when.

Once a round, when it closes, and on one earlier date if that was chosen before it opened, it is
counted of each group, domain, and voice how many reached the target and how many didn't. Each
person is in one group a round, which is fixed when it opens. An outcome is one person as they stand
in a domain after a review there; it is counted once for ever, together with at least `LEAST` in
all, so that no two figures share one. A figure is told where at least `LEAST` are of people unknown
to the reader, and at least `APART` of those in each state.

Why nothing can be worked out, whatever is added or subtracted: no outcome is in two figures, so
each stands alone. One that is told leaves open of at least five people who is in which state; one
that isn't told says of them that all, or all but one, are alike, and of nobody which they are.
Outcomes that were counted and not told are not carried to the next figure: the two together would
be about fewer people than either. Which groups and outcomes there are depends on nobody's state.

Who is neither at target nor below it disguises nobody: the reader may know all of those.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from tracker.frameworks.versions.rules import TALLIED, Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    LevelRule,
    LevelState,
    LevelTally,
    TargetState,
    level_state,
)

LEAST = 5
APART = 2
SMALLEST_GROUP = 10
COUNTED = (TargetState.AT_TARGET, TargetState.GAP)


class Measure(NamedTuple):
    """What is counted of a person: in all versions of the framework, by its slug."""

    person_id: int
    slug: str
    domain_key: str
    voice: Voice


class Outcome(NamedTuple):
    """`is_implied`: whoever knows what was reviewed knows it too."""

    of: Measure
    state: TargetState
    reviewed_at: dt.datetime
    is_implied: bool = False


def states_possible(
    rule: LevelRule, tally: LevelTally, free: Mapping[Meaning, int]
) -> frozenset[LevelState]:
    """Of a level, where the `free` of its statements might count as anything: where all of them are
    outside the job, all met, or all not met. Any others lie between these."""
    left, fixed = sum(free.values()), (tally.rank, tally.listed, tally.not_rated_here)
    excluded, met, not_met = (free.get(meaning, 0) for meaning in TALLIED)
    others = tally.excluded - excluded, tally.met - met, tally.not_met - not_met
    return frozenset(
        level_state(rule, LevelTally.of(*fixed, *map(sum, zip(others, all_alike, strict=True))))
        for all_alike in ((left, 0, 0), (0, left, 0), (0, 0, left))
    )


def is_implied(levels: Collection[Collection[LevelState]]) -> bool:
    """Whether a domain, of whose levels up to the target each is in one of these states, is at
    target whichever they are, or below it whichever they are."""
    could_be_below = any(LevelState.NOT_MET in states for states in levels)
    could_be_at = any(LevelState.MET in states for states in levels) and all(
        not {LevelState.MET, LevelState.LIMITED}.isdisjoint(states) for states in levels
    )
    return not (could_be_below and could_be_at)


def groups(paths: Mapping[int, str]) -> dict[int, int]:
    """By person the team whose group they are in, from the path of the team of each: their own, or
    the rest of the team above. Where the rest of the highest is too small, its smallest group joins
    it; fewer people than make a group are in none."""
    pools: defaultdict[str, list[int]] = defaultdict(list)
    for person_id, path in paths.items():
        pools[path].append(person_id)
    pool_of: dict[str, list[int]] = {}
    while pools:
        path = max(pools)  # nothing is below the last one
        pool, above = pools.pop(path), path.rsplit("/", 2)[0]
        if len(pool) < SMALLEST_GROUP and above:
            pools[f"{above}/"] += pool
            continue
        while len(pool) < SMALLEST_GROUP and pool_of:
            pool += pool_of.pop(min(pool_of, key=lambda team: (len(pool_of[team]), team)))
        if len(pool) >= SMALLEST_GROUP:
            pool_of[path] = pool
    return {one: int(path.split("/")[-2]) for path, pool in pool_of.items() for one in pool}


def to_count(
    outcomes: Iterable[Outcome], group_of: Mapping[int, int], counted: Mapping[Measure, dt.datetime]
) -> list[Outcome]:
    """Which of them are counted now. `counted`: up to when reviews of each were counted before."""
    pools: defaultdict[tuple[int, str, str, Voice], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        before = counted.get(outcome.of)
        if outcome.of.person_id in group_of and (before is None or before < outcome.reviewed_at):
            pools[group_of[outcome.of.person_id], *outcome.of[1:]].append(outcome)
    return [outcome for pool in pools.values() if len(pool) >= LEAST for outcome in pool]


def may_be_told(at_target: int, below: int) -> bool:
    """Of so many people who are unknown to the reader."""
    return at_target + below >= LEAST and min(at_target, below) >= APART
