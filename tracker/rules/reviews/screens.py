"""How the statements of a review are laid out over screens."""

from collections.abc import Callable, Hashable, Sequence
from itertools import groupby, pairwise
from typing import TypeVar

T = TypeVar("T")

MOST_ON_A_SCREEN = 12
"""So many cards can still be looked over; only a part that holds more is split."""


def screens(items: Sequence[T], part_of: Callable[[T], Hashable]) -> list[list[T]]:
    """The items in their order, on as few screens as whole parts allow, and as evenly as those do.

    A part is what follows on each other with the same `part_of`.
    """
    pieces = [piece for _part, within in groupby(items, part_of) for piece in _pieces(list(within))]
    best = [(0, 0, 0)]
    """Up to each piece: how many screens, the sum of their squares, where the last begins."""
    for end in range(1, len(pieces) + 1):
        ways, held = [], 0
        for begin in reversed(range(end)):
            held += len(pieces[begin])
            if held > MOST_ON_A_SCREEN:
                break
            count, unevenness, _begin = best[begin]
            ways.append((count + 1, unevenness + held**2, begin))
        best.append(min(ways))
    found: list[list[T]] = []
    end = len(pieces)
    while end:
        begin = best[end][2]
        found.append([item for piece in pieces[begin:end] for item in piece])
        end = begin
    return found[::-1]


def _pieces(part: list[T]) -> list[list[T]]:
    """The part whole, or where it is more than a screen holds in pieces of nearly one size."""
    count = -(-len(part) // MOST_ON_A_SCREEN)
    cuts = [len(part) * at // count for at in range(count + 1)]
    return [part[begin:end] for begin, end in pairwise(cuts)]
