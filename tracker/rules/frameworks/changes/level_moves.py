"""Which statements came into a level, or left it, from one version to a later one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.rules.frameworks.changes.level_effects import Place


@dataclass(frozen=True, slots=True)
class PlacedId:
    """A statement of a version, and where it counts."""

    id: int
    place: Place


@dataclass(frozen=True, slots=True)
class LevelMove:
    """`came`: into the level, else it left it. `other_id`: what it was before, or is now; None
    where it is new, or retired."""

    statement_id: int
    place: Place
    came: bool
    other_id: int | None


def level_moves(
    before: Sequence[PlacedId], after: Sequence[PlacedId], lines: Iterable[tuple[int, int]]
) -> list[LevelMove]:
    """A statement stays where it has a successor at the same level that takes no other's place
    there; `lines`: (statement, successor). At each level, those that came less those that left are
    what its count grows by."""
    lines = list(lines)
    old, new = ({each.id: each.place for each in side} for side in (before, after))
    stays, is_taken = set[int](), set[int]()
    for one, other in lines:
        if old[one] == new[other] and one not in stays and other not in is_taken:
            stays.add(one)
            is_taken.add(other)
    was = {other: one for one, other in reversed(lines)}
    became = dict(reversed(lines))
    return [
        *(
            LevelMove(each.id, each.place, True, was.get(each.id))
            for each in after
            if each.id not in is_taken
        ),
        *(
            LevelMove(each.id, each.place, False, became.get(each.id))
            for each in before
            if each.id not in stays
        ),
    ]
