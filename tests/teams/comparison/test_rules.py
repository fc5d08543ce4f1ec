"""The same people against the same targets twice."""

from tracker.frameworks.versions.rules_levels import TargetState
from tracker.teams.comparison.rules import GapChange, changes, total
from tracker.teams.gaps.rules import GapCell, GapRow

AT, GAP, UNKNOWN = TargetState.AT_TARGET, TargetState.GAP, TargetState.NOT_YET_KNOWN


def row(*states: TargetState | None) -> GapRow:
    """One in each of the domains 7, 3, 5."""
    return tuple(
        GapCell(domain, 1, 2, state) for domain, state in zip((7, 3, 5), states, strict=False)
    )


def test_who_is_known_both_times_is_compared_domain_by_domain() -> None:
    then = {
        1: row(GAP, AT, GAP),
        2: row(GAP, GAP, UNKNOWN),
        3: row(AT, GAP, AT),
        4: row(AT, AT),
        5: row(GAP),
        6: row(None, AT, GAP),
    }
    now = {
        1: row(AT, AT, UNKNOWN),
        2: row(GAP, AT, GAP),
        3: row(GAP, AT, AT),
        4: row(AT, GAP, GAP),
        6: row(AT, None, AT),
        8: row(GAP, GAP, GAP),
    }
    assert changes(then, now, (7, 3, 5, 9), 8) == {
        7: GapChange(8, 4, before=2, after=2, reached=(1,), fell=(3,)),
        3: GapChange(8, 4, before=2, after=1, reached=(2, 3), fell=(4,)),
        5: GapChange(8, 2, before=1, after=0, reached=(6,)),
        9: GapChange(8, 0, 0, 0),
    }


def test_the_difference_is_how_many_more_are_below() -> None:
    assert GapChange(8, 4, before=3, after=1).difference == -2


def test_in_all_each_counts_once_in_each_domain() -> None:
    found = total(
        iter(
            (
                GapChange(8, 4, 3, 1, reached=(1, 2), fell=(5,)),
                GapChange(6, 5, 2, 4, reached=(2,), fell=(6, 7)),
            )
        )
    )
    assert found == GapChange(14, 9, 5, 5, reached=(1, 2, 2), fell=(5, 6, 7))
