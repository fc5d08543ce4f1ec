"""Whether two answers given without sight of each other are equal, and how many of a review are.

The learner's side is the answer frozen at sending. What of this may be shown is policy.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.frameworks.scale import CANNOT_TELL, Scale, counterpart
from tracker.rules.reviews.workflow import Move


class Pair(NamedTuple):
    own: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts over the compared pairs ("7 of 10 equal: 6 Consistently, 1 Partly").

    `equal_by_answer` is in order of count, then of the scale. *Cannot tell* is no comparison: it is
    counted in `not_observed` alone.
    """

    compared: int
    equal: int
    equal_by_answer: tuple[tuple[str, int], ...]
    not_observed: int

    @property
    def different(self) -> int:
        return self.compared - self.equal


def is_equal(own: str, theirs: str) -> bool:
    """A learner's *not sure* equals nothing; a supervisor's *cannot tell* equals nothing either."""
    return counterpart(theirs) == own


def endorsed_answer(theirs: str) -> str:
    """What an endorsement by this answer says. ValueError for *cannot tell*, which endorses
    nothing."""
    answer = counterpart(theirs)
    if answer is None:
        raise ValueError(f"{theirs} endorses nothing")
    return answer


def reveal_move(own: str, theirs: str) -> Move:
    """The move that revealing an answered item makes. ValueError for *cannot tell*: that is not
    revealed."""
    if theirs == CANNOT_TELL:
        raise ValueError(f"an item with {theirs} is not revealed: it was not observed")
    return Move.REVEAL_EQUAL if is_equal(own, theirs) else Move.REVEAL_DIFFERENT


def agreement(pairs: Iterable[Pair], scale: Scale) -> Agreement:
    """The counts of one review, or of many: leave out reviews that were made in the open."""
    compared = not_observed = 0
    equal: Counter[str] = Counter()
    for own, theirs in pairs:
        if theirs == CANNOT_TELL:
            not_observed += 1
            continue
        compared += 1
        if is_equal(own, theirs):
            equal[own] += 1
    order = scale.endorsable
    by_answer = sorted(equal.items(), key=lambda each: (-each[1], order.index(each[0])))
    return Agreement(compared, equal.total(), tuple(by_answer), not_observed)
