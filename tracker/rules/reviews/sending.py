"""What is worth sending to review, and how much at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

SENT_MAX = 200
"""The most statements in one review."""
SUGGESTED = 15
"""About how many statements a learner is advised to send at once: some ten minutes of a
reviewer."""


class Worth(IntEnum):
    """Why sending a statement is worth it now, the best reason first."""

    CHANGED = 1
    """The answer or the evidence is another than what was reviewed last."""
    NEW = 2
    """Never reviewed."""
    DUE = 3
    """Reviewed before the open round began."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that is worth sending; `distance`: how many levels from the target."""

    statement_id: int
    worth: Worth
    distance: int


def is_near(rank: int, target_rank: int | None) -> bool:
    """At the target level or one either side."""
    return target_rank is not None and abs(rank - target_rank) <= 1


def candidate(
    statement_id: int,
    rank: int,
    target_rank: int | None,
    *,
    reviewed: bool,
    changed: bool,
    due: bool,
) -> Candidate | None:
    """None where sending it is not worth it now."""
    if target_rank is None or not is_near(rank, target_rank):
        return None
    distance = abs(rank - target_rank)
    if not reviewed:
        return Candidate(statement_id, Worth.NEW, distance)
    if changed:
        return Candidate(statement_id, Worth.CHANGED, distance)
    return Candidate(statement_id, Worth.DUE, distance) if due else None


def suggested(candidates: Iterable[Candidate], most: int = SUGGESTED) -> list[int]:
    """Which statements to send first: by why it is worth it, then from the target level outwards,
    then in the order given."""
    ordered = sorted(candidates, key=lambda each: (each.worth, each.distance))
    return [each.statement_id for each in ordered[:most]]
