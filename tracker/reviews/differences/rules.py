"""What one side can choose for a difference, and when it takes a reason.

A choice is its owner's alone until it is confirmed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tracker.frameworks.versions.rules import counterpart


class ChoiceKind(StrEnum):
    AGREE = "agree"
    TALK = "talk"
    NO_AGREEMENT = "no_agreement"


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


def is_taken(choice: Choice, own: str, their_answers: Collection[str]) -> bool:
    """Whether it agrees on an answer of the other side's that isn't one's own."""
    return choice.answer in their_answers and choice.answer != own


def needs_reason(answer: str, own: str, reviewer_answer: str | None) -> bool:
    """Whether neither of the two gave this answer."""
    return answer not in (own, counterpart(reviewer_answer or ""))
