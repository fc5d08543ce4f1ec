"""What is told of a tree of teams gives no hidden group away, however the sets that are told are
set off."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.levels import TargetState
from tracker.rules.teams.suppression import can_be_told
from tracker.rules.teams.team_suppression import (
    KEPT,
    CountedPerson,
    DisclosedCounts,
    TeamSlice,
    people_in,
    shown_cuts,
    shown_teams,
)

ROOT = "/1/"
PATHS = (ROOT, "/1/2/", "/1/3/", "/1/2/4/", "/1/2/5/")
STATES = (*KEPT, TargetState.NOT_YET_KNOWN, None)
States = Mapping[int, TargetState | None]


@st.composite
def teams(draw: st.DrawFn) -> tuple[list[CountedPerson], dict[int, TargetState | None]]:
    sizes = draw(st.lists(st.integers(0, 9), min_size=len(PATHS), max_size=len(PATHS)))
    paths = [path for path, size in zip(PATHS, sizes, strict=True) for _ in range(size)]
    people = [
        CountedPerson(number, path, draw(st.integers(1, 2))) for number, path in enumerate(paths)
    ]
    return people, {one.person_id: draw(st.sampled_from(STATES)) for one in people}


def pieces(
    cuts: Iterable[TeamSlice], people: Iterable[CountedPerson], states: States
) -> list[Counter[TargetState | None]]:
    """The counted people, by the very cuts that they are in: nothing finer can come of adding and
    taking away."""
    found: defaultdict[tuple[TeamSlice, ...], Counter[TargetState | None]] = defaultdict(Counter)
    ordered = sorted(cuts, key=str)
    for one in people:
        if states[one.person_id] in KEPT:
            found[tuple(cut for cut in ordered if people_in(cut, [one]))][
                states[one.person_id]
            ] += 1
    return [counts for within, counts in found.items() if within]


def every_cut() -> list[TeamSlice]:
    return [
        TeamSlice(path, below, profile)
        for path in PATHS
        for below in (True, False)
        for profile in (None, 1, 2)
    ]


def leaks(cuts: Iterable[TeamSlice], people: list[CountedPerson], states: States) -> bool:
    return not all(can_be_told(list(counts.values())) for counts in pieces(cuts, people, states))


@given(teams())
def test_no_piece_of_what_is_told_is_too_small_or_all_alike(
    world: tuple[list[CountedPerson], dict[int, TargetState | None]],
) -> None:
    people, states = world
    told = DisclosedCounts(ROOT, people, states)
    shown = [cut for cut in every_cut() if told.may_tell(cut)]
    assert not leaks(shown, people, states)


def alike(
    path: str, profile: int, gaps: int, at: int, first: int
) -> tuple[list[CountedPerson], dict[int, TargetState | None]]:
    people = [CountedPerson(first + number, path, profile) for number in range(gaps + at)]
    states = {
        one.person_id: TargetState.GAP if place < gaps else TargetState.AT_TARGET
        for place, one in enumerate(people)
    }
    return people, dict(states)


def world_of(
    *groups: tuple[str, int, int, int],
) -> tuple[list[CountedPerson], dict[int, TargetState | None]]:
    people: list[CountedPerson] = []
    states: dict[int, TargetState | None] = {}
    for path, profile, gaps, at in groups:
        more, theirs = alike(path, profile, gaps, at, len(people))
        people += more
        states |= theirs
    return people, states


def test_the_check_finds_a_rule_that_only_counts_to_five() -> None:
    people, states = world_of(("/1/2/", 1, 5, 5), ("/1/3/", 1, 2, 1))
    naive = [cut for cut in every_cut() if len(people_in(cut, people)) >= 5]
    assert leaks(naive, people, states)


def test_teams_that_are_large_and_mixed_are_told() -> None:
    people, states = world_of(("/1/2/", 1, 3, 4), ("/1/3/", 2, 4, 3))
    assert {cut.path for cut in shown_teams(ROOT, people, states)} == {ROOT, "/1/2/", "/1/3/"}


def test_a_small_team_takes_another_with_it() -> None:
    people, states = world_of(("/1/2/", 1, 1, 2), ("/1/3/", 1, 3, 3), ("/1/2/4/", 1, 4, 4))
    shown = shown_teams(ROOT, people, states)
    assert TeamSlice(ROOT, below=True) in shown
    assert TeamSlice("/1/2/", below=False) not in shown
    assert TeamSlice("/1/2/4/", below=True) not in shown


@pytest.mark.parametrize(
    ("gaps", "at", "is_told"), [(3, 3, True), (6, 0, False), (5, 1, False), (2, 2, False)]
)
def test_a_team_alone(gaps: int, at: int, is_told: bool) -> None:
    people, states = world_of((ROOT, 1, gaps, at))
    assert (TeamSlice(ROOT, below=True) in shown_teams(ROOT, people, states)) is is_told


def test_a_role_profile_is_told_where_it_and_the_rest_are_large_enough() -> None:
    people, states = world_of((ROOT, 1, 3, 3), (ROOT, 2, 3, 3))
    told = shown_teams(ROOT, people, states)
    assert {cut.role_profile_id for cut in shown_cuts(told, ROOT, people, states)} == {1, 2}


def test_a_role_profile_is_not_told_where_the_rest_is_small() -> None:
    people, states = world_of((ROOT, 1, 4, 4), (ROOT, 2, 1, 1))
    told = shown_teams(ROOT, people, states)
    assert shown_cuts(told, ROOT, people, states) == frozenset()


def test_a_cut_through_two_teams_is_not_told_where_one_would_be_left_small() -> None:
    people, states = world_of(
        ("/1/2/", 1, 4, 4), ("/1/2/", 2, 1, 1), ("/1/3/", 1, 1, 1), ("/1/3/", 2, 4, 4)
    )
    told = shown_teams(ROOT, people, states)
    assert {TeamSlice("/1/2/", below=True), TeamSlice("/1/3/", below=True)} <= told
    assert shown_cuts(told, ROOT, people, states) == frozenset()


def test_nobody_is_no_secret() -> None:
    people, states = world_of((ROOT, 1, 1, 0))
    assert DisclosedCounts(ROOT, people, states).may_tell(TeamSlice("/1/9/", below=True))
    assert not DisclosedCounts(ROOT, people, states).may_tell(TeamSlice(ROOT, below=True))
