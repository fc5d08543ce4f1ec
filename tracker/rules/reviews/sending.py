"""What is worth sending to review, how much at once, and what it costs the reviewer."""

SENT_MAX = 200
"""The most statements in one review."""
SUGGESTED = 30
"""About how many statements a learner is advised to send at once."""
SECONDS_EACH = 40
"""What one statement takes a reviewer, read and answered."""


def minutes_for(statements: int) -> int:
    """Minutes that many statements take a reviewer: rounded up, 0 for none."""
    return -(-statements * SECONDS_EACH // 60)


def is_suggested(rank: int, target_rank: int | None, *, new: bool, due: bool) -> bool:
    """Whether sending a statement is worth it now: at the target level or one either side, and
    `new` (never reviewed, or changed since) or `due` (reviewed before the open round began)."""
    return target_rank is not None and abs(rank - target_rank) <= 1 and (new or due)
