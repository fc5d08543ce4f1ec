"""The table of moves, said a second time: each of its moves is allowed and every other refused."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import TypeVar

import pytest
from hypothesis import given, strategies as st

from tests.reviews.act.moves import steps
from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.workflow.rules import (
    ENDED,
    REVEALED,
    SEALED,
    EndorsementStatus,
    ItemStatus,
    Move,
    ReviewStatus,
    can_finish,
    can_reveal,
    is_settled,
)
from tracker.reviews.act.rules import (
    MOVES,
    Aside,
    Closing,
    EndorsementChange,
    ExceptionMove,
    Recipient,
    Tell,
    Thing,
    can,
    rule_of,
)
from tracker.rules.core.notices import NoticeKind
from tracker.rules.errors import Conflict

Status = TypeVar("Status", bound=str)
ITEM_MOVES, REVIEW_MOVES = steps(Thing.ITEM), steps(Thing.REVIEW)

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


def is_of_the_table(thing: Thing, status: str, move: Move, after: str | None) -> None:
    assert can(thing, status, move) == (after is not None)
    if after is not None:
        assert (rule_of(thing, move, status).after or status) == after
        return
    with pytest.raises(Conflict) as refused:
        rule_of(thing, move, status)
    assert refused.value.code == "move_not_now"
    assert refused.value.facts == {"move": move.value, "status": status}


@pytest.mark.parametrize(("status", "move"), list(product(ItemStatus, Move)))
def test_an_item_makes_the_moves_of_the_table_and_no_other(status: ItemStatus, move: Move) -> None:
    is_of_the_table(Thing.ITEM, status.value, move, ITEMS.get((status.value, move.value)))


@pytest.mark.parametrize(("status", "move"), list(product(ReviewStatus, Move)))
def test_a_review_makes_the_moves_of_the_table_and_no_other(
    status: ReviewStatus, move: Move
) -> None:
    is_of_the_table(Thing.REVIEW, status.value, move, REVIEWS.get((status.value, move.value)))


def test_every_move_has_its_row() -> None:
    rows = {move for _thing, move in MOVES}
    assert rows >= {*Move, *Closing, *Aside, *EndorsementChange, *ExceptionMove}
    for thing, statuses in (
        (Thing.ENDORSEMENT, EndorsementStatus),
        (Thing.EXCEPTION, ExceptionStatus),
    ):
        assert {rule.after for (of, _move), rule in MOVES.items() if of is thing} == set(statuses)


@pytest.mark.parametrize("move", [Move.ANSWER, Move.CANNOT_TELL])
def test_an_answer_before_the_reveal_tells_nobody(move: Move) -> None:
    rules = [rule for (_thing, each), rule in MOVES.items() if each is move]
    assert {(rule.tells, rule.audit) for rule in rules} == {(None, "review_answered")}


def test_the_reveal_is_told_in_one_way() -> None:
    """Equal or different: whoever reads the mail over a shoulder, or the audit, cannot tell."""
    equal, different = (
        MOVES[Thing.ITEM, move] for move in (Move.REVEAL_EQUAL, Move.REVEAL_DIFFERENT)
    )
    assert replace(equal, after=different.after) == different
    assert equal.tells == Tell(NoticeKind.REVIEW_REVEALED, Recipient.LEARNER)
    for move in (Move.REVEAL_DIFFERENT, Closing.AT_REVEAL):
        assert MOVES[Thing.REVIEW, move].tells == equal.tells


@pytest.mark.parametrize("closing", Closing)
def test_each_way_to_close_is_a_close(closing: Closing) -> None:
    close, other = MOVES[Thing.REVIEW, Move.CLOSE], MOVES[Thing.REVIEW, closing]
    assert replace(other, tells=close.tells) == close


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
    assert [move for move in Move if can(Thing.ITEM, status, move)] == undo


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
