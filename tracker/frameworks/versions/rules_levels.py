"""Which levels are held in a domain, by the counts of one voice, and where that stands against a
target.

The rule, with worked examples that the tests run: docs/levels.md. One voice at a time: the caller
counts a person's own answers, or their standing endorsements, by what the framework's scale says
that each counts as; the two are never mixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Self


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a framework asks for at a level: that `met` of every `of` statements that apply are met,
    and that at least so many apply."""

    met: int = 4
    of: int = 5
    least: int = 2

    def need(self, applicable: int) -> int:
        """How many of the applicable must be met, rounded up: of 4 in 5, 2 of 2, 3 of 3, 8 of
        10."""
        return -(-applicable * self.met // self.of)

    @property
    def needs(self) -> str:
        """As a file has it."""
        return f"{self.met}/{self.of}"


RULE = LevelRule()
"""Of a framework that says nothing of it."""
RULE_VERSION = 1
"""Of all else that decides. What decides otherwise is a new version, so that a stored result says
what it was worked out by."""
LEAST_PART = 2
"""A level is limited when fewer than one in this many of its listed statements apply."""


@dataclass(frozen=True, slots=True)
class LevelTally:
    """The counts of one level. `listed` is all that the framework lists, whatever the library
    leaves out."""

    rank: int
    listed: int
    not_rated_here: int
    excluded: int
    met: int
    not_met: int
    open: int

    def __post_init__(self) -> None:
        parts = (self.not_rated_here, self.excluded, self.met, self.not_met, self.open)
        if min(parts) < 0 or sum(parts) != self.listed:
            raise ValueError(
                f"the counts of level {self.rank} do not add up: {parts} of {self.listed} listed"
            )

    @classmethod
    def of(
        cls, rank: int, listed: int, not_rated_here: int, excluded: int, met: int, not_met: int
    ) -> Self:
        """Statements without an answer that counts are open."""
        open_ = listed - not_rated_here - excluded - met - not_met
        return cls(rank, listed, not_rated_here, excluded, met, not_met, open_)

    @property
    def applicable(self) -> int:
        return self.met + self.not_met + self.open


class LevelState(StrEnum):
    LIMITED = "limited"
    MET = "met"
    NOT_MET = "not_met"
    NOT_YET_KNOWN = "not_yet_known"


class TargetState(StrEnum):
    """Only `GAP` is a gap: what is not known is never one."""

    AT_TARGET = "at_target"
    GAP = "gap"
    NOT_YET_KNOWN = "not_yet_known"
    NOT_ASSESSED = "not_assessed"


class Segment(StrEnum):
    """One level of a bar. `OUT_OF_ORDER`: met above one that is not."""

    HELD = "held"
    LIMITED = "limited"
    OUT_OF_ORDER = "out-of-order"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class LevelView:
    """One level as a page shows it. `out_of_order`: met, above one that is not met or not yet
    known."""

    tally: LevelTally
    state: LevelState
    need: int
    held: bool
    out_of_order: bool

    @property
    def rank(self) -> int:
        return self.tally.rank

    @property
    def more(self) -> int:
        """How many more statements would have to be met; 0 for a met level and for a limited
        one."""
        return 0 if self.state is LevelState.LIMITED else max(0, self.need - self.tally.met)

    @property
    def segment(self) -> Segment:
        if self.state is LevelState.LIMITED:
            return Segment.LIMITED
        if self.held:
            return Segment.HELD
        return Segment.OUT_OF_ORDER if self.out_of_order else Segment.EMPTY


@dataclass(frozen=True, slots=True)
class LevelChange:
    """What would let the next level be held. The page has the words ("2 statements from
    Proficient").

    `more` statements must come to be met at level `rank`. Up to `open` of them are not known yet;
    at least `from_not_met` are among those now answered as not met. `then_held` is the rank that
    would be held then: above `rank` where a higher level is met already, out of order.
    """

    rank: int
    state: LevelState
    met: int
    need: int
    more: int
    open: int
    from_not_met: int
    then_held: int


@dataclass(frozen=True)
class DomainLevels:
    """Levels in rank order. `held_rank` is 0 where none is held; `target_state` is None without a
    target."""

    levels: tuple[LevelView, ...]
    held_rank: int
    target_rank: int | None
    target_state: TargetState | None

    def level(self, rank: int) -> LevelView:
        return next(view for view in self.levels if view.rank == rank)

    @cached_property
    def lacks(self) -> LevelChange | None:
        """The next level that could be held, and what it lacks. None where every level that counts
        is held.

        One level decides: the lowest that counts and is not met. What is met above it is held as
        soon as it is.
        """
        waiting = [
            view for view in self.levels if view.state is not LevelState.LIMITED and not view.held
        ]
        if not waiting:
            return None
        first, *above = waiting
        then_held = first.rank
        for view in above:
            if view.state is not LevelState.MET:
                break
            then_held = view.rank
        return LevelChange(
            rank=first.rank,
            state=first.state,
            met=first.tally.met,
            need=first.need,
            more=first.more,
            open=first.tally.open,
            from_not_met=max(0, first.more - first.tally.open),
            then_held=then_held,
        )


def level_state(rule: LevelRule, tally: LevelTally) -> LevelState:
    applicable = tally.applicable
    if applicable < rule.least or applicable * LEAST_PART < tally.listed:
        return LevelState.LIMITED
    need = rule.need(applicable)
    if tally.met >= need:
        return LevelState.MET
    if tally.met + tally.open < need:
        return LevelState.NOT_MET
    return LevelState.NOT_YET_KNOWN


def standing(
    rule: LevelRule, tallies: Iterable[LevelTally], target_rank: int | None
) -> DomainLevels:
    """One domain in one voice. A limited level is passed over: neither held nor in the way of a
    higher."""
    if target_rank is not None and target_rank < 1:
        raise ValueError(f"a target is a rank from 1 up, or None; not {target_rank}")
    views: list[LevelView] = []
    held_rank = 0
    in_order = True
    for tally in sorted(tallies, key=lambda tally: tally.rank):
        state = level_state(rule, tally)
        met = state is LevelState.MET
        held = met and in_order
        need = rule.need(tally.applicable)
        views.append(
            LevelView(
                tally=tally, state=state, need=need, held=held, out_of_order=met and not in_order
            )
        )
        if held:
            held_rank = tally.rank
        elif state is not LevelState.LIMITED:
            in_order = False
    levels = tuple(views)
    target_state = None if target_rank is None else _target_state(levels, target_rank)
    return DomainLevels(levels, held_rank, target_rank, target_state)


@lru_cache(maxsize=8192)
def standing_by_counts(
    rule: LevelRule,
    levels: tuple[tuple[int, int, int, int, int, int], ...],
    target_rank: int | None,
) -> DomainLevels:
    """The same, by what `LevelTally.of` takes for each level. Many domains stand alike, and pages
    ask several times for each: it's worked out once."""
    return standing(rule, (LevelTally.of(*counts) for counts in levels), target_rank)


def _target_state(levels: tuple[LevelView, ...], target_rank: int) -> TargetState:
    states = {view.state for view in levels if view.rank <= target_rank} - {LevelState.LIMITED}
    if not states:
        return TargetState.NOT_ASSESSED
    if LevelState.NOT_MET in states:
        return TargetState.GAP
    return TargetState.AT_TARGET if states == {LevelState.MET} else TargetState.NOT_YET_KNOWN


def known_rank(of: DomainLevels) -> int | None:
    """The rank held; None where none is and nobody can say that none is: the first in the way is
    not yet known, or no level counts."""
    lacks = of.lacks
    if of.held_rank == 0 and (lacks is None or lacks.state is LevelState.NOT_YET_KNOWN):
        return None
    return of.held_rank


def counts_nowhere(of: DomainLevels) -> bool:
    """Whether every level has too few statements to judge one."""
    return all(view.state is LevelState.LIMITED for view in of.levels)


def checked_rank(of: DomainLevels) -> int | None:
    """The level that is checked for the target: the highest that counts, up to it. None without
    one."""
    limit = of.target_rank or 0
    counting = (
        view.rank
        for view in of.levels
        if view.rank <= limit and view.state is not LevelState.LIMITED
    )
    return max(counting, default=None)


def in_the_way(of: DomainLevels, upto: int | None = None) -> tuple[LevelView, ...]:
    """The levels that stop rank `upto` (default: the target) from being held or reached, lowest
    first."""
    limit = of.target_rank if upto is None else upto
    passed = (LevelState.MET, LevelState.LIMITED)
    return tuple(
        view
        for view in of.levels
        if limit is not None and view.rank <= limit and view.state not in passed
    )


def blocked_ranks(of: DomainLevels) -> tuple[int, ...]:
    """All levels that make a gap: not met, at or below the target. Lowest first."""
    return tuple(view.rank for view in in_the_way(of) if view.state is LevelState.NOT_MET)


def blocking_rank(of: DomainLevels) -> int | None:
    """The lowest level that makes a gap: not met, at or below the target. None where there is no
    gap."""
    return next(iter(blocked_ranks(of)), None)
