"""The table of moves, said a second time: each of its moves is allowed and every other refused."""

from collections.abc import Mapping
from itertools import product
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import Conflict
from tracker.rules.reviews.workflow import (
    ENDED,
    ITEM_MOVES,
    REVEALED,
    REVIEW_MOVES,
    SEALED,
    ItemStatus,
    Move,
    ReviewStatus,
    can_finish,
    can_reveal,
    is_settled,
    item_after,
    item_can,
    review_after,
    review_can,
)

Status = TypeVar("Status", ItemStatus, ReviewStatus)

ITEM_TABLE = """
    waiting: answer > answered, cannot_tell > not_observed, return > returned
    returned: reply > waiting, drop > dropped
    answered: reveal_equal > endorsed, reveal_different > differs
    differs: confirm > differs, talk > differs, take_back > differs, agree > endorsed, keep_apart > kept_apart
    kept_apart: undo_keep_apart > differs
"""
UNTIL_THE_REVEAL = """
    answered: answer > answered, cannot_tell > not_observed, return > returned
    not_observed: answer > answered, cannot_tell > not_observed, return > returned
"""
"""Answers can change until the reveal; a *cannot tell* is an answer of the supervisor's too."""

TO_ANOTHER_REVIEWER = """
    waiting: hand_on > handed_on
    returned: hand_on > handed_on
    answered: hand_on > handed_on
    not_observed: hand_on > handed_on
"""

REVIEW_TABLE = """
    sent: answer > in_review, withdraw > withdrawn, close > closed, one_more_week > sent
    in_review: reveal_different > differences_open, close > closed, one_more_week > in_review
    differences_open: reveal_different > differences_open, close > closed, one_more_week > differences_open
"""


def read(table: str) -> dict[tuple[str, str], str]:
    moves = {}
    for line in table.strip().splitlines():
        status, _, rest = line.strip().partition(": ")
        for move, after in (each.split(" > ") for each in rest.split(", ")):
            moves[status, move] = after
    return moves


ITEMS = read(ITEM_TABLE) | read(UNTIL_THE_REVEAL) | read(TO_ANOTHER_REVIEWER)
REVIEWS = read(REVIEW_TABLE)


@pytest.mark.parametrize(("status", "move"), list(product(ItemStatus, Move)))
def test_an_item_makes_the_moves_of_the_table_and_no_other(status: ItemStatus, move: Move) -> None:
    after = ITEMS.get((status.value, move.value))
    assert item_can(status, move) == (after is not None)
    if after is not None:
        assert item_after(status, move) is ItemStatus(after)
        return
    with pytest.raises(Conflict) as refused:
        item_after(status, move)
    assert refused.value.code == "move_not_now"
    assert refused.value.facts == {"move": move.value, "status": status.value}


@pytest.mark.parametrize(("status", "move"), list(product(ReviewStatus, Move)))
def test_a_review_makes_the_moves_of_the_table_and_no_other(
    status: ReviewStatus, move: Move
) -> None:
    after = REVIEWS.get((status.value, move.value))
    assert review_can(status, move) == (after is not None)
    if after is not None:
        assert review_after(status, move) is ReviewStatus(after)
        return
    with pytest.raises(Conflict) as refused:
        review_after(status, move)
    assert refused.value.code == "move_not_now"
    assert refused.value.facts == {"move": move.value, "status": status.value}


def reachable(moves: Mapping[tuple[Status, Move], Status], start: Status) -> set[Status]:
    found, before = {start}, set[Status]()
    while found != before:
        before = set(found)
        found |= {after for (status, _), after in moves.items() if status in before}
    return found


def test_every_status_of_an_item_can_be_reached() -> None:
    assert reachable(ITEM_MOVES, ItemStatus.WAITING) == set(ItemStatus)


def test_every_status_of_a_review_can_be_reached() -> None:
    assert reachable(REVIEW_MOVES, ReviewStatus.SENT) == set(ReviewStatus)


@pytest.mark.parametrize("lost", [Move.DROP, Move.RETURN, Move.KEEP_APART, Move.REVEAL_DIFFERENT])
def test_a_status_that_a_lost_move_cuts_off_would_be_found(lost: Move) -> None:
    without = {
        (status, move): after for (status, move), after in ITEM_MOVES.items() if move is not lost
    }
    assert reachable(without, ItemStatus.WAITING) != set(ItemStatus)


@pytest.mark.parametrize("status", ItemStatus)
def test_every_item_can_come_to_an_end(status: ItemStatus) -> None:
    assert reachable(ITEM_MOVES, status) & ENDED


@pytest.mark.parametrize("status", sorted(ENDED - {ItemStatus.NOT_OBSERVED}))
def test_an_ended_item_makes_no_move_but_to_undo_no_agreement(status: ItemStatus) -> None:
    undo = [Move.UNDO_KEEP_APART] if status is ItemStatus.KEPT_APART else []
    assert [move for move in Move if item_can(status, move)] == undo


@pytest.mark.parametrize("status", [ReviewStatus.CLOSED, ReviewStatus.WITHDRAWN])
def test_an_ended_review_makes_no_move(status: ReviewStatus) -> None:
    assert reachable(REVIEW_MOVES, status) == {status}


def test_nothing_revealed_is_sealed_again() -> None:
    assert not SEALED & REVEALED
    assert SEALED | REVEALED | {ItemStatus.DROPPED, ItemStatus.HANDED_ON} == set(ItemStatus)
    for status in REVEALED:
        assert reachable(ITEM_MOVES, status) <= REVEALED


def test_only_an_answered_item_is_revealed() -> None:
    reveals = {Move.REVEAL_EQUAL, Move.REVEAL_DIFFERENT}
    assert {status for status, move in ITEM_MOVES if move in reveals} == {ItemStatus.ANSWERED}
    assert {after for (status, _), after in ITEM_MOVES.items() if status in SEALED} & REVEALED == {
        ItemStatus.ENDORSED,
        ItemStatus.DIFFERS,
    }


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ("", False),
        ("answered", True),
        ("answered waiting", False),
        ("waiting", False),
        ("answered returned", True),
        ("answered not_observed endorsed differs kept_apart dropped", True),
        ("not_observed returned", False),
    ],
)
def test_when_answers_can_be_revealed(statuses: str, expected: bool) -> None:
    assert can_reveal([ItemStatus(each) for each in statuses.split()]) is expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ("", False),
        ("not_observed", True),
        ("not_observed dropped endorsed differs kept_apart", True),
        ("not_observed waiting", False),
        ("not_observed returned", False),
        ("not_observed answered", False),
        ("dropped", False),
    ],
)
def test_when_a_review_with_nothing_to_compare_can_be_finished(
    statuses: str, expected: bool
) -> None:
    assert can_finish([ItemStatus(each) for each in statuses.split()]) is expected


@pytest.mark.parametrize("status", ItemStatus)
def test_what_has_ended_is_settled_but_for_a_cannot_tell_that_nobody_was_shown(
    status: ItemStatus,
) -> None:
    assert is_settled(status, shown=True) == (status in ENDED)
    assert is_settled(status, shown=False) == (status in ENDED - {ItemStatus.NOT_OBSERVED})


@given(
    st.lists(st.sampled_from(ItemStatus)).flatmap(
        lambda each: st.tuples(st.just(each), st.permutations(each))
    )
)
def test_the_order_of_items_does_not_matter_to_the_reveal(
    pair: tuple[list[ItemStatus], list[ItemStatus]],
) -> None:
    assert can_reveal(pair[0]) == can_reveal(pair[1])
