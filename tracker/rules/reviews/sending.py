"""What is worth sending to review, and how much at once."""

SENT_MAX = 200
"""The most statements in one review."""
SUGGESTED = 30
"""About how many statements a learner is advised to send at once."""


def is_suggested(rank: int, target_rank: int | None, *, new: bool, due: bool) -> bool:
    """Whether sending a statement is worth it now: at the target level or one either side, and
    `new` (never reviewed, or changed since) or `due` (reviewed before the open round began)."""
    return target_rank is not None and abs(rank - target_rank) <= 1 and (new or due)
