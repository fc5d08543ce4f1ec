"""The counts of levels from statements one by one, as the database counts them for the program."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from tracker.frameworks.versions.rules import Meaning
from tracker.frameworks.versions.rules_levels import LevelTally


class StatementAnswer(NamedTuple):
    """What one statement counts as, in one voice. *Not rated here* wins over any answer."""

    rank: int
    meaning: Meaning
    not_rated_here: bool = False


def tally_statements(
    statements: Iterable[StatementAnswer], ranks: Collection[int] = ()
) -> tuple[LevelTally, ...]:
    """The counts by level, in rank order. `ranks` adds the levels at which nothing is listed."""
    counts: dict[int, dict[Meaning | None, int]] = {rank: {} for rank in ranks}
    for rank, meaning, not_rated_here in statements:
        level = counts.setdefault(rank, {})
        key = None if not_rated_here else meaning
        level[key] = level.get(key, 0) + 1
    return tuple(
        LevelTally.of(
            rank,
            sum(level.values()),
            level.get(None, 0),
            level.get(Meaning.EXCLUDED, 0),
            level.get(Meaning.MET, 0),
            level.get(Meaning.NOT_MET, 0),
        )
        for rank, level in sorted(counts.items())
    )
