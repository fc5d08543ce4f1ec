"""Attackers who know the sizes of all groups and try every world that fits what is shown.

The *solver* has the sums alone. The *insider* knows the rule too, and leaves out the worlds in
which it would have hidden something else.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cache
from itertools import product

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from tests.rules.searching import SEARCH
from tracker.rules.teams import suppression
from tracker.rules.teams.suppression import CountedGroup, can_be_told, hidden_parts, shown_groups

SMALL = 3
"""The least size in the worlds tried here, so that all of them can be tried."""

Counts = tuple[int, ...]
World = tuple[Counts, ...]
Hide = Callable[[Sequence[Counts]], frozenset[int]]


@cache
def spreads(people: int, categories: int) -> tuple[Counts, ...]:
    """Every way in which so many people can be in so many categories."""
    if categories == 1:
        return ((people,),)
    return tuple(
        (n, *rest) for n in range(people + 1) for rest in spreads(people - n, categories - 1)
    )


def total(parts: Sequence[Counts]) -> Counts:
    return tuple(map(sum, zip(*parts, strict=True)))


def told(hide: Hide, world: World) -> Hashable:
    """All that a reader sees: the total, and each part or that it is hidden."""
    if not can_be_told(total(world), SMALL):
        return None
    hidden = hide(world)
    return total(world), tuple(
        None if place in hidden else part for place, part in enumerate(world)
    )


Fitting = tuple[list[World], Sequence[int]]


def to_an_insider(hide: Hide, worlds: Sequence[World]) -> Iterator[Fitting]:
    """For all that may be seen: the worlds of which just that is told, and the places that are
    hidden."""
    seen: defaultdict[Hashable, list[World]] = defaultdict(list)
    for world in worlds:
        seen[told(hide, world)].append(world)
    for view, fitting in seen.items():
        yield fitting, range(len(worlds[0])) if view is None else sorted(hide(fitting[0]))


def to_a_solver(hide: Hide, worlds: Sequence[World]) -> Iterator[Fitting]:
    """For all that may be seen: the worlds with the sums and parts that are told, and the hidden
    places."""
    patterns = {hide(world) for world in worlds if told(hide, world) is not None}
    for hidden in patterns:
        shown = [place for place in range(len(worlds[0])) if place not in hidden]
        sums: defaultdict[Hashable, list[World]] = defaultdict(list)
        for world in worlds:
            sums[total(world), tuple(world[place] for place in shown)].append(world)
        for fitting in sums.values():
            if any(told(hide, world) is not None and hide(world) == hidden for world in fitting):
                yield fitting, sorted(hidden)


def leaks(
    hide: Hide,
    sizes: Sequence[int],
    categories: int,
    attacker: Callable[[Hide, Sequence[World]], Iterator[Fitting]] = to_an_insider,
    grave: bool = False,
) -> bool:
    """Whether a hidden count is the same, and not nought, in every world that fits some view.

    Grave is that of a group under the least size, and that all of a group are in one category.
    """
    worlds = list(product(*(spreads(size, categories) for size in sizes)))
    for fitting, hidden in attacker(hide, worlds):
        for place, category in product(hidden, range(categories)):
            value = fitting[0][place][category]
            if not value or any(world[place][category] != value for world in fitting):
                continue
            if not grave or sizes[place] < SMALL or value == sizes[place]:
                return True
    return False


def by_the_rule(world: Sequence[Counts]) -> frozenset[int]:
    return hidden_parts(world, SMALL)


def untold(world: Sequence[Counts]) -> frozenset[int]:
    return frozenset(place for place, part in enumerate(world) if not can_be_told(part, SMALL))


def with_the_next_smallest(world: Sequence[Counts]) -> frozenset[int]:
    """What is usually done: a second hidden beside what must be, but not all that is smaller."""
    hidden = set(untold(world))
    others = sorted(
        (p for p in range(len(world)) if any(world[p]) and p not in hidden),
        key=lambda p: sum(world[p]),
    )
    while hidden and not (
        len(hidden) > 1 and can_be_told(total([world[p] for p in hidden]), SMALL)
    ):
        hidden.add(others.pop(0))
    return frozenset(hidden)


sizes_of_parts = st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(any)
THREE = [(1, 4, 6), (2, 3, 5), (3, 3, 3), (5, 4, 4), (1, 1, 6), (6, 7), (2, 2, 2)]


@settings(max_examples=40)
@given(sizes_of_parts)
def test_of_two_categories_no_hidden_count_can_be_worked_out(sizes: list[int]) -> None:
    assert not leaks(by_the_rule, sizes, 2)


@pytest.mark.parametrize("sizes", THREE)
def test_of_three_categories_no_hidden_count_can_be_solved(sizes: tuple[int, ...]) -> None:
    assert not leaks(by_the_rule, sizes, 3, attacker=to_a_solver)


@pytest.mark.parametrize("sizes", THREE)
def test_of_three_categories_nothing_grave_can_be_worked_out(sizes: tuple[int, ...]) -> None:
    assert not leaks(by_the_rule, sizes, 3, grave=True)


def test_hiding_only_what_must_be_is_found_to_leak() -> None:
    assert find(
        sizes_of_parts, lambda sizes: leaks(untold, sizes, 2, attacker=to_a_solver), settings=SEARCH
    )


def test_hiding_the_next_smallest_is_found_to_leak_to_an_insider() -> None:
    assert find(
        sizes_of_parts,
        lambda sizes: leaks(with_the_next_smallest, sizes, 2, grave=True),
        settings=SEARCH,
    )


def test_telling_all_but_one_is_found_to_leak_to_an_insider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suppression, "APART", 1)
    assert leaks(by_the_rule, (3, 4), 3, grave=True)


# Parts of parts


def tree(leaves: World) -> CountedGroup:
    """A library of three: a team, a team of two branches, a team."""
    a, b1, b2, c = leaves
    branch = CountedGroup("b", total((b1, b2)), (CountedGroup("b1", b1), CountedGroup("b2", b2)))
    return CountedGroup("all", total(leaves), (CountedGroup("a", a), branch, CountedGroup("c", c)))


def flat(group: CountedGroup) -> dict[Hashable, Counts]:
    found = {group.key: group.counts}
    for part in group.parts:
        found |= flat(part)
    return found


def tree_leaks(show: Callable[[CountedGroup], frozenset[Hashable]], sizes: Sequence[int]) -> bool:
    seen: defaultdict[Hashable, list[dict[Hashable, Counts]]] = defaultdict(list)
    for world in product(*(spreads(size, 2) for size in sizes)):
        group = tree(world)
        shown, rows = show(group), flat(group)
        seen[tuple((key, counts if key in shown else None) for key, counts in rows.items())].append(
            rows
        )
    for view, worlds in seen.items():
        assert isinstance(view, tuple)
        for key in [key for key, counts in view if counts is None]:
            for category in range(2):
                values = {rows[key][category] for rows in worlds}
                if len(values) == 1 and values != {0}:
                    return True
    return False


sizes_of_tree = st.lists(st.integers(0, 5), min_size=4, max_size=4)


@settings(max_examples=30)
@given(sizes_of_tree)
def test_no_hidden_group_can_be_worked_out_from_its_parts_or_totals(sizes: list[int]) -> None:
    assert not tree_leaks(lambda group: shown_groups(group, SMALL), sizes)


def test_showing_the_parts_of_a_hidden_group_is_found_to_leak() -> None:
    def each_for_itself(group: CountedGroup) -> frozenset[Hashable]:
        """Shows the branches of a hidden team where they are fit to be told by themselves."""
        shown = set(shown_groups(group, SMALL))
        return frozenset(
            shown
            | {
                key
                for key, counts in flat(group).items()
                if key in {"b1", "b2"} and can_be_told(counts, SMALL)
            }
        )

    assert find(sizes_of_tree, lambda sizes: tree_leaks(each_for_itself, sizes), settings=SEARCH)


# What is told and hidden


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0), True),
        ((2, 2), False),
        ((3, 2), True),
        ((4, 1), False),
        ((6, 0), False),
        ((5, 1), False),
        ((10, 2), True),
        ((10, 1, 1), True),
        ((1, 1, 1, 1, 1), True),
    ],
)
def test_what_can_be_told(counts: Counts, expected: bool) -> None:
    assert can_be_told(counts) is expected


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ([(4, 8), (6, 6), (3, 7)], set()),
        ([(4, 8), (2, 1), (6, 6), (3, 7)], {1, 3}),
        ([(4, 8), (2, 1), (1, 1), (6, 6)], {1, 2}),
        ([(4, 8), (1, 1), (0, 2), (6, 6)], {0, 1, 2}),
        ([(4, 9), (6, 0), (6, 6)], {1, 2}),
        ([(4, 4), (9, 0), (6, 6)], {0, 1}),
        ([(4, 8), (0, 0), (6, 6)], set()),
        ([(4, 8), (0, 0), (1, 0)], {0, 2}),
    ],
)
def test_parts_are_hidden_from_the_smallest_up(parts: list[Counts], hidden: set[int]) -> None:
    assert hidden_parts(parts) == hidden


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_what_is_hidden_together_can_itself_be_told(parts: list[Counts]) -> None:
    if not can_be_told(total(parts)):
        with pytest.raises(ValueError, match=r"^the total of these parts is not fit to be told$"):
            hidden_parts(parts)
        return
    hidden = hidden_parts(parts)
    assert all(can_be_told(part) for place, part in enumerate(parts) if place not in hidden)
    assert not hidden or (
        len(hidden) > 1 and can_be_told(total([parts[place] for place in hidden]))
    )


def test_a_hidden_team_hides_what_is_in_it() -> None:
    inner = CountedGroup("b", (5, 5), (CountedGroup("b1", (3, 2)), CountedGroup("b2", (2, 3))))
    assert shown_groups(CountedGroup("all", (13, 13), (CountedGroup("a", (8, 8)), inner))) == {
        "all",
        "a",
        "b",
        "b1",
        "b2",
    }
    with_few = CountedGroup(
        "all", (14, 14), (CountedGroup("a", (8, 8)), inner, CountedGroup("c", (1, 1)))
    )
    assert shown_groups(with_few) == {"all", "a"}


def test_a_library_that_cannot_be_told_shows_nothing() -> None:
    assert (
        shown_groups(
            CountedGroup("all", (2, 2), (CountedGroup("a", (1, 1)), CountedGroup("b", (1, 1))))
        )
        == frozenset()
    )


def test_parts_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        hidden_parts([(1, 2), (3,)])


def test_parts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        CountedGroup("all", (3, 3), (CountedGroup("a", (3, 2)),))
    with pytest.raises(ValueError, match="shorter"):
        CountedGroup("all", (1,), (CountedGroup("a", (1, 2)), CountedGroup("b", (0,))))


class TestFive:
    """The size that is promised, in numbers: the worlds above try a smaller one."""

    @pytest.mark.parametrize(
        ("counts", "may"),
        [
            ((2, 2), False),
            ((3, 2), True),
            ((4, 1), False),
            ((5, 0), False),
            ((4, 2), True),
            ((0, 0), True),
        ],
    )
    def test_whom_counts_may_be_told_of(self, counts: Counts, may: bool) -> None:
        assert can_be_told(counts) == may

    def test_exactly_five_hidden_are_enough(self) -> None:
        assert hidden_parts([(1, 1), (2, 1), (5, 5), (6, 6)]) == {0, 1}

    def test_four_hidden_take_the_next_smallest_with_them(self) -> None:
        assert hidden_parts([(1, 1), (1, 1), (5, 5), (6, 6)]) == {0, 1, 2}

    def test_it_is_five_wherever_nothing_else_is_said(self) -> None:
        parts = (CountedGroup("a", (3, 2)), CountedGroup("b", (3, 3)))
        assert shown_groups(CountedGroup("all", (6, 5), parts)) == {"all", "a", "b"}
        few = (CountedGroup("a", (2, 2)), CountedGroup("b", (3, 3)))
        assert shown_groups(CountedGroup("all", (5, 5), few)) == {"all"}
        assert hidden_parts([(1, 1), (1, 1), (5, 5), (6, 6)], least=4) == {0, 1}
        fours = (CountedGroup("a", (2, 2)), CountedGroup("b", (2, 2)))
        assert shown_groups(CountedGroup("all", (4, 4), fours), least=4) == {"all", "a", "b"}
