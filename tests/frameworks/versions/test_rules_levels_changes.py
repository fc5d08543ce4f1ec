"""What changes a level: the change that a page names is enough, and exceptions worsen nothing."""

from hypothesis import given

from tests.frameworks.versions.level_worlds import RANKS, Statements, of, worlds
from tests.frameworks.versions.tallies import StatementAnswer
from tracker.frameworks.versions.rules import Meaning
from tracker.frameworks.versions.rules_levels import LevelState, TargetState

# What would change it


def meet(statements: Statements, rank: int, count: int) -> Statements:
    """The same world with `count` more statements of `rank` met, open ones first."""
    left = count
    changed = list(statements)
    for kind in (Meaning.OPEN, Meaning.NOT_MET):
        for at, each in enumerate(changed):
            if left and each.rank == rank and each.meaning is kind and not each.not_rated_here:
                changed[at] = each._replace(meaning=Meaning.MET)
                left -= 1
    assert left == 0
    return changed


@given(worlds)
def test_the_change_named_is_enough_and_no_less_is(world: tuple[Statements, int]) -> None:
    statements, target = world
    before = of(statements, target)
    change = before.lacks
    if change is None:
        assert all(view.held or view.state is LevelState.LIMITED for view in before.levels)
        return
    assert change.more >= 1
    assert change.more == change.need - change.met
    assert (
        of(meet(statements, change.rank, change.more), target).held_rank
        == change.then_held
        >= change.rank
    )
    assert (
        of(meet(statements, change.rank, change.more - 1), target).held_rank
        == before.held_rank
        < change.rank
    )
    assert change.from_not_met == max(0, change.more - change.open)
    assert (change.from_not_met > 0) == (change.state is LevelState.NOT_MET)


def test_with_more_open_than_needed_nothing_that_is_not_met_has_to_change() -> None:
    change = of([StatementAnswer(1, Meaning.OPEN)] * 10, 1).lacks
    assert change is not None
    assert (change.more, change.open, change.from_not_met) == (8, 10, 0)


def test_a_lower_level_in_the_way_is_named_with_what_would_follow() -> None:
    statements = [
        *[StatementAnswer(1, meaning) for meaning in (Meaning.MET, Meaning.NOT_MET)],
        *[StatementAnswer(2, Meaning.MET)] * 2,
        *[StatementAnswer(3, Meaning.OPEN)] * 3,
    ]
    found = of(statements, 3)
    marks = [(view.held, view.out_of_order) for view in found.levels[:3]]
    assert marks == [(False, False), (False, True), (False, False)]
    change = found.lacks
    assert change is not None
    assert (change.rank, change.state, change.more, change.open, change.from_not_met) == (
        1,
        LevelState.NOT_MET,
        1,
        0,
        1,
    )
    assert change.then_held == 2


# An agreed exception: one statement more that is excluded

ALLOWED = {
    LevelState.MET: {LevelState.MET, LevelState.LIMITED},
    LevelState.NOT_YET_KNOWN: {LevelState.NOT_YET_KNOWN, LevelState.MET, LevelState.LIMITED},
    LevelState.NOT_MET: set(LevelState),
    LevelState.LIMITED: {LevelState.LIMITED},
}


def exceptions(statements: Statements, meaning: Meaning) -> list[tuple[int, Statements]]:
    """The same world with one statement of that meaning left out, once for each, and the level it
    is of."""
    return [
        (
            each.rank,
            [*statements[:at], StatementAnswer(each.rank, Meaning.EXCLUDED), *statements[at + 1 :]],
        )
        for at, each in enumerate(statements)
        if not each.not_rated_here and each.meaning is meaning
    ]


def some_exception_worsens(statements: Statements, meaning: Meaning) -> bool:
    before = {view.rank: view.state for view in of(statements, None).levels}
    for rank, without in exceptions(statements, meaning):
        after = {view.rank: view.state for view in of(without, None).levels}
        if after[rank] not in ALLOWED[before[rank]] or any(
            after[each] != before[each] for each in RANKS if each != rank
        ):
            return True
    return False


@given(worlds)
def test_leaving_out_what_is_not_met_makes_no_level_unmet(world: tuple[Statements, int]) -> None:
    assert not some_exception_worsens(world[0], Meaning.NOT_MET)


def test_leaving_out_what_is_open_can_make_a_gap_certain() -> None:
    """The partner: 7 met, 2 not, 1 open of 10 may still reach 8; of the 9 without the open one it
    cannot."""
    statements = [
        StatementAnswer(1, each)
        for each in [Meaning.MET] * 7 + [Meaning.NOT_MET] * 2 + [Meaning.OPEN]
    ]
    assert some_exception_worsens(statements, Meaning.OPEN)
    assert not some_exception_worsens(statements, Meaning.NOT_MET)


@given(worlds)
def test_one_exception_at_each_level_never_makes_a_gap_of_what_was_none(
    world: tuple[Statements, int],
) -> None:
    statements, target = world
    was_gap = of(statements, target).target_state is TargetState.GAP
    for rank in RANKS:
        statements = next(
            (without for at, without in exceptions(statements, Meaning.NOT_MET) if at == rank),
            statements,
        )
    assert was_gap or of(statements, target).target_state is not TargetState.GAP
