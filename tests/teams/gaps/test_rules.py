"""A team's matrix in counts."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import find, given, strategies as st

from tests.properties import SEARCH
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.record.standings.rules import against
from tracker.teams.gaps.rules import (
    Alike,
    DomainSummary,
    GapCell,
    alike,
    below_of_known,
    by_need,
    could_teach,
    summarise,
    veiled,
)

DOMAINS = (7, 3, 5)
AT, GAP, UNKNOWN, NONE = (
    TargetState.AT_TARGET,
    TargetState.GAP,
    TargetState.NOT_YET_KNOWN,
    TargetState.NOT_ASSESSED,
)


@st.composite
def matrices(draw: st.DrawFn) -> list[Alike]:
    """Of nobody or some, at most six, each with a cell in each domain, from real standings."""
    rows = {}
    for person in range(draw(st.integers(0, 6))):
        cells = []
        for domain in DOMAINS:
            word = draw(st.text("MNUL", min_size=3, max_size=3))
            target = draw(st.sampled_from([None, 1, 2, 3]))
            cells.append(cell_of(domain, word, target))
        rows[person] = tuple(cells)
    return alike(rows.items())


def cell_of(domain: int, word: str, target: int | None) -> GapCell:
    of = against(word, (1, 2, 3)[: len(word)], target)
    return GapCell(domain, of.held_rank, target, of.state, of.known_rank, of.blocked, of.is_judged)


def cell(person: int, state: TargetState | None, held: int = 1, target: int | None = 2) -> Alike:
    return Alike((GapCell(3, held, target, state),), [person])


def cells_of(groups: list[Alike]) -> list[GapCell]:
    return [each for row, people in groups for _one in people for each in row]


@given(matrices())
def test_the_counts_of_every_domain_add_up_to_its_people(groups: list[Alike]) -> None:
    people = sum(len(group.people) for group in groups)
    found = summarise(groups, DOMAINS)
    assert [(each.domain_id, each.position) for each in found] == [(7, 0), (3, 1), (5, 2)]
    assert all(each.people == people for each in found)
    assert all(
        each.known == each.people - each.not_yet_known - each.not_assessed - each.no_target
        for each in found
    )


@given(matrices())
def test_only_a_gap_is_counted_as_one(groups: list[Alike]) -> None:
    for summary in summarise(groups, DOMAINS):
        states = [each.state for each in cells_of(groups) if each.domain_id == summary.domain_id]
        assert summary.gaps == states.count(GAP)
        assert summary.not_yet_known == states.count(UNKNOWN)


@given(matrices())
def test_a_cell_has_blocking_levels_exactly_where_it_has_a_gap(groups: list[Alike]) -> None:
    for each in cells_of(groups):
        assert bool(each.blocked) == (each.state is GAP)
        if each.blocked:
            assert each.target_rank is not None
            assert each.held_rank < min(each.blocked) <= max(each.blocked) <= each.target_rank


def test_a_cell_says_how_far_it_is_and_a_level_only_where_it_is_known() -> None:
    assert cell_of(3, "MN", 2) == GapCell(3, 1, 2, GAP, 1, (2,))
    assert cell_of(3, "UM", 2) == GapCell(3, 0, 2, UNKNOWN, None)


def test_who_share_a_row_stand_alike() -> None:
    row, other = (cell_of(3, "M", 1),), (cell_of(3, "N", 1),)
    assert alike([(4, row), (2, other), (1, row)]) == [Alike(row, [4, 1]), Alike(other, [2])]


def test_a_cell_outside_the_domains_is_refused() -> None:
    with pytest.raises(KeyError):
        summarise([cell(1, GAP)], (7, 5))


def test_those_below_are_counted_of_those_known() -> None:
    rows = (
        (cell_of(7, "MN", 2), cell_of(3, "MM", 2)),
        (cell_of(7, "MM", 2), cell_of(3, "MU", 2), cell_of(5, "M", None)),
        (cell_of(7, "NM", 2), cell_of(3, "MM", 1), cell_of(5, "U", 1)),
    )
    groups = [Alike(rows[0], [1, 2]), Alike(rows[1], [3]), Alike(rows[2], [4])]
    assert below_of_known(groups, DOMAINS) == ((3, 4), (0, 3), (0, 0))


def summary(
    domain: int, position: int, gaps: int, at_target: int, unknown: int = 0
) -> DomainSummary:
    return DomainSummary(domain, position, at_target, gaps, unknown)


def test_the_most_need_comes_first_then_the_larger_share_then_the_framework_order() -> None:
    few, many, larger_share, first, second, none = (
        summary(1, 0, 2, 1),
        summary(2, 1, 8, 2, unknown=2),
        summary(3, 9, 5, 0, unknown=7),
        summary(4, 3, 5, 6),
        summary(5, 4, 5, 6),
        summary(6, 5, 0, 0, unknown=12),
    )
    found = by_need([few, none, second, first, larger_share, many])
    assert found == [many, larger_share, first, second, few, none]


def needs_what_is_not_known(found: Sequence[DomainSummary]) -> bool:
    """Whether a domain without a gap stands before one with some."""
    return any(not one.gaps and other.gaps for one, other in itertools.pairwise(found))


@given(matrices())
def test_what_is_not_known_is_no_need(groups: list[Alike]) -> None:
    assert not needs_what_is_not_known(by_need(summarise(groups, DOMAINS)))


def test_a_ranking_that_counts_unknown_as_gaps_is_found() -> None:
    def by_not_at_target(groups: list[Alike]) -> bool:
        ranked = sorted(summarise(groups, DOMAINS), key=lambda each: each.at_target)
        return bool(groups) and needs_what_is_not_known(ranked)

    assert find(matrices(), by_not_at_target, settings=SEARCH)


def test_those_could_teach_who_are_at_target_and_hold_what_is_needed_most() -> None:
    cells = [
        cell(1, GAP, held=1, target=3),
        cell(7, GAP, held=4, target=4),  # holds what is needed, and is below target
        cell(2, AT, held=3, target=1),  # what 1 needs, and not what 7 does
        cell(3, AT, held=4, target=4),
        cell(4, AT, held=4, target=2),
        cell(5, AT, held=5, target=2),
        cell(6, None, held=5, target=None),
        cell(8, UNKNOWN, held=4, target=5),
    ]
    assert could_teach(cells, 3) == (4, (5, 3, 4))
    elsewhere = Alike((GapCell(5, 4, 1, AT),), [1])
    assert could_teach([elsewhere, *cells], 5) == (0, ()), "one without a gap"
    assert could_teach(cells[:3], 3) == (4, ()), "nobody"


def is_below_target_or_lower(groups: list[Alike], named: Sequence[int]) -> bool:
    """Whether one of those named isn't at target, or isn't reviewed at what somebody needs there."""
    cells = {one: row[1] for row, people in groups for one in people}
    needs = [each.target_rank or 0 for each in cells.values() if each.state is GAP]
    return any(
        cells[one].state is not AT or cells[one].held_rank < max(needs, default=9) for one in named
    )


@given(matrices())
def test_nobody_is_named_who_has_less_than_somebody_needs(groups: list[Alike]) -> None:
    _needed, named = could_teach(groups, DOMAINS[1])
    assert not is_below_target_or_lower(groups, named)


def test_naming_whoever_holds_what_one_of_them_needs_is_found() -> None:
    def by_the_least(groups: list[Alike]) -> bool:
        needs = [row[1].target_rank or 0 for row, _people in groups if row[1].state is GAP]
        least = min(needs, default=9)
        named = [one for row, people in groups if row[1].held_rank >= least for one in people]
        return is_below_target_or_lower(groups, named)

    assert find(matrices(), by_the_least, settings=SEARCH)


def test_without_a_gap_nobody_is_named_as_a_teacher() -> None:
    assert could_teach([cell(1, AT, held=4, target=1), cell(2, UNKNOWN)], 3) == (0, ())


def test_of_a_hidden_cell_only_the_target_is_left() -> None:
    gap = GapCell(3, 1, 2, TargetState.GAP, 1, (2,))
    assert veiled(gap) == GapCell(3, 0, 2, TargetState.NOT_YET_KNOWN)
    assert veiled(gap._replace(target_rank=None)) == GapCell(3, 0, None, None)
