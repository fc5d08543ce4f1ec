"""Whether two answers given without sight of each other are equal, and how many of a review are.

The learner's side is the answer frozen at sending. What of this may be shown is policy.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.frameworks.scale import AGREED, Answer, EndorsedAnswer, ReviewerAnswer
from tracker.rules.reviews.workflow import Move

ORDER = (Answer.NOT_YET, Answer.PARTLY, Answer.CONSISTENTLY)
"""The answers that can be more or less than each other. *Not my work* and *not sure* are on no such
line."""


class Pair(NamedTuple):
    own: Answer
    theirs: ReviewerAnswer


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts over the compared pairs ("7 of 10 equal: 6 Consistently, 1 Partly").

    `equal_by_answer` is in order of count, then of the scale. *Cannot tell* is no comparison: it is
    counted in `not_observed` alone. `own_higher` and `own_lower` are differences on the line of
    `ORDER`.
    """

    compared: int
    equal: int
    equal_by_answer: tuple[tuple[EndorsedAnswer, int], ...]
    own_higher: int
    own_lower: int
    not_observed: int

    @property
    def different(self) -> int:
        return self.compared - self.equal


def is_equal(own: Answer, theirs: ReviewerAnswer) -> bool:
    """A learner's *not sure* equals nothing; a supervisor's *cannot tell* equals nothing either."""
    return theirs in AGREED and AGREED[theirs] is own


def endorsed_answer(theirs: ReviewerAnswer) -> EndorsedAnswer:
    """What an endorsement by this answer says. ValueError for *cannot tell*, which endorses
    nothing."""
    if theirs not in AGREED:
        raise ValueError(f"{theirs} endorses nothing")
    return EndorsedAnswer(AGREED[theirs].value)


def reveal_move(own: Answer, theirs: ReviewerAnswer) -> Move:
    """The move that revealing an answered item makes. ValueError for *cannot tell*: that is not
    revealed."""
    if theirs not in AGREED:
        raise ValueError(f"an item with {theirs} is not revealed: it was not observed")
    return Move.REVEAL_EQUAL if is_equal(own, theirs) else Move.REVEAL_DIFFERENT


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """The counts of one review, or of many: leave out reviews that were made in the open."""
    compared = not_observed = own_higher = own_lower = 0
    equal: Counter[EndorsedAnswer] = Counter()
    for own, theirs in pairs:
        if theirs not in AGREED:
            not_observed += 1
            continue
        compared += 1
        other = AGREED[theirs]
        if other is own:
            equal[endorsed_answer(theirs)] += 1
        elif own in ORDER and other in ORDER:
            if ORDER.index(own) > ORDER.index(other):
                own_higher += 1
            else:
                own_lower += 1
    scale = list(EndorsedAnswer)
    by_answer = sorted(equal.items(), key=lambda each: (-each[1], scale.index(each[0])))
    return Agreement(compared, equal.total(), tuple(by_answer), own_higher, own_lower, not_observed)
