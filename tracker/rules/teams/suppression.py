"""What may be told of groups to a reader who may not see their people by name.

The measure: counts may be told of people who are at least `LEAST`, and of whom no category holds
all, or all but one. "All but one", because hiding gives something away too: if only "6 of 6 have a
gap" were hidden, a hidden group of 6 would say so. Parts of a told total are hidden from the
smallest up, until all that cannot be told is among them and they are two or more that can be told
together: no part says by itself why it is hidden.

What is promised, also to a reader who knows the size of every group and this rule: it cannot be
worked out that all of a hidden group are in one category, nor any count of a group under `LEAST`.
Who only solves the sums can work out no count of a hidden group at all; nor can anybody where there
are two categories. Nought is not kept: where a told total says nought, so do its parts.

Give the categories that need hiding (gap, at target). Who is in none of them is not counted here.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

LEAST = 5
APART = 2
"""So many people at least must be in another category than the largest."""


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """A group in a table of totals: `counts` by category over everybody in it, its parts included.

    `parts` divide the group: where it has people of its own beside those of its teams, they are a
    part too.
    """

    key: Hashable
    counts: tuple[int, ...]
    parts: tuple["CountedGroup", ...] = ()

    def __post_init__(self) -> None:
        if (
            self.parts
            and tuple(map(sum, zip(*(p.counts for p in self.parts), strict=True))) != self.counts
        ):
            raise ValueError(f"the parts of {self.key!r} do not add up to it")

    @property
    def people(self) -> int:
        return sum(self.counts)


def can_be_told(counts: Sequence[int], least: int = LEAST) -> bool:
    """Whether these counts say too much of the people in them. Counts of nobody say nothing."""
    people = sum(counts)
    return people == 0 or (people >= least and people - max(counts) >= APART)


def hidden_parts(parts: Sequence[Sequence[int]], least: int = LEAST) -> frozenset[int]:
    """The places of the parts to hide beside their total. ValueError if that is itself not fit to
    be told."""
    if not can_be_told(_sum(parts), least):
        raise ValueError("the total of these parts is not fit to be told")
    places = [place for place, counts in enumerate(parts) if any(counts)]
    places.sort(key=lambda place: (sum(parts[place]), place))
    untold = {place for place in places if not can_be_told(parts[place], least)}
    hidden: list[int] = []
    for place in places:
        if untold <= set(hidden) and can_be_told(_sum([parts[each] for each in hidden]), least):
            break
        hidden.append(place)
    return frozenset(hidden)


def _sum(parts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*parts, strict=True)))


def shown_groups(root: CountedGroup, least: int = LEAST) -> frozenset[Hashable]:
    """The keys of the groups whose counts may be shown together, totals and parts.

    What is in a hidden group is hidden with it.
    """
    if not can_be_told(root.counts, least):
        return frozenset()
    shown = {root.key}
    if root.parts:
        hidden = hidden_parts([part.counts for part in root.parts], least)
        for place, part in enumerate(root.parts):
            if place not in hidden:
                shown |= shown_groups(part, least)
    return frozenset(shown)
