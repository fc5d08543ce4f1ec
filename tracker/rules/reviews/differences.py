"""What one side can choose for a difference, when it takes a reason, and how far apart two answers
are.

A choice is its owner's alone until it is confirmed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.frameworks.scale import NOT_MY_WORK, Scale, counterpart
from tracker.rules.reviews.agreement import size


class ChoiceKind(StrEnum):
    AGREE = "agree"
    TALK = "talk"
    NO_AGREEMENT = "no_agreement"


class Apart(StrEnum):
    """Why two answers have no distance in steps."""

    WHOSE_WORK = "whose_work"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for an item. `answer`: only where it is to agree. `seen` and `own`: the stamps
    of the other side's and of one's own confirmation that the page showed, "" where it showed none,
    None where nobody asks."""

    item_id: int
    kind: ChoiceKind
    answer: str | None = None
    reason: str = ""
    seen: str | None = None
    own: str | None = None


TAKEN_UNASKED = 3
"""Whoever takes the other side's answer on more of them at once is asked first."""


def is_taken(choice: Choice, own: str, theirs: Collection[str]) -> bool:
    """Whether it agrees on an answer of the other side's that isn't one's own."""
    return choice.answer in theirs and choice.answer != own


def needs_reason(answer: str, own: str, theirs: str | None) -> bool:
    """Whether neither of the two gave this answer."""
    return answer not in (own, counterpart(theirs or ""))


def distance(own: str, theirs: str, scale: Scale) -> int | Apart:
    """How many steps of the scale lie between the two answers, or why none can be counted."""
    steps = size(own, theirs, scale)
    if steps is not None:
        return abs(steps)
    is_about_work = NOT_MY_WORK in (own, counterpart(theirs))
    return Apart.WHOSE_WORK if is_about_work else Apart.NOT_SURE
