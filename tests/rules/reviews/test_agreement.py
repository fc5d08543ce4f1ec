"""Equal or different: the reveal stands on it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.answers import SCALE, Answer, EndorsedAnswer, ReviewerAnswer
from tracker.rules.reviews.agreement import (
    Agreement,
    Pair,
    agreement,
    endorsed_answer,
    is_equal,
    reveal_move,
)
from tracker.rules.reviews.workflow import ItemStatus, Move, item_after

EQUAL = {
    (Answer.NOT_YET, ReviewerAnswer.NOT_YET),
    (Answer.PARTLY, ReviewerAnswer.PARTLY),
    (Answer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY),
    (Answer.NOT_MY_WORK, ReviewerAnswer.NOT_THEIR_WORK),
}
OBSERVED = [each for each in ReviewerAnswer if each != ReviewerAnswer.CANNOT_TELL]
pairs = st.lists(st.builds(Pair, st.sampled_from(Answer), st.sampled_from(ReviewerAnswer)))


@pytest.mark.parametrize(("own", "theirs"), list(product(Answer, ReviewerAnswer)))
def test_four_pairs_are_equal_and_no_other(own: Answer, theirs: ReviewerAnswer) -> None:
    assert is_equal(own, theirs) is ((own, theirs) in EQUAL)


@pytest.mark.parametrize("theirs", ReviewerAnswer)
def test_not_sure_always_differs(theirs: ReviewerAnswer) -> None:
    assert not is_equal(Answer.NOT_SURE, theirs)


@pytest.mark.parametrize("own", Answer)
def test_what_could_not_be_told_is_neither_revealed_nor_endorsed(own: Answer) -> None:
    with pytest.raises(ValueError, match="not revealed"):
        reveal_move(own, ReviewerAnswer.CANNOT_TELL)
    with pytest.raises(ValueError, match="endorses nothing"):
        endorsed_answer(ReviewerAnswer.CANNOT_TELL)


@pytest.mark.parametrize(("own", "theirs"), list(product(Answer, OBSERVED)))
def test_the_reveal_endorses_what_is_equal(own: Answer, theirs: ReviewerAnswer) -> None:
    after = item_after(ItemStatus.ANSWERED, reveal_move(own, theirs))
    assert after is (ItemStatus.ENDORSED if (own, theirs) in EQUAL else ItemStatus.DIFFERS)
    if reveal_move(own, theirs) is Move.REVEAL_EQUAL:
        assert endorsed_answer(theirs) == own


def test_every_answer_of_an_endorsement_can_come_about() -> None:
    assert {endorsed_answer(each) for each in OBSERVED} == set(EndorsedAnswer)


def test_a_review_in_counts() -> None:
    same = Pair(Answer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
    found = agreement(
        [
            *[same] * 6,
            Pair(Answer.PARTLY, ReviewerAnswer.PARTLY),
            Pair(Answer.CONSISTENTLY, ReviewerAnswer.PARTLY),
            Pair(Answer.PARTLY, ReviewerAnswer.NOT_YET),
            Pair(Answer.PARTLY, ReviewerAnswer.CONSISTENTLY),
            Pair(Answer.NOT_SURE, ReviewerAnswer.NOT_YET),
            Pair(Answer.CONSISTENTLY, ReviewerAnswer.CANNOT_TELL),
        ],
        SCALE,
    )
    by_answer = ((EndorsedAnswer.CONSISTENTLY, 6), (EndorsedAnswer.PARTLY, 1))
    assert found == Agreement(11, 7, by_answer, not_observed=1)
    assert found.different == 4


def test_equal_counts_are_named_in_the_order_of_the_scale() -> None:
    both = [
        Pair(Answer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY),
        Pair(Answer.NOT_YET, ReviewerAnswer.NOT_YET),
    ]
    assert agreement(both, SCALE).equal_by_answer == (
        (EndorsedAnswer.NOT_YET, 1),
        (EndorsedAnswer.CONSISTENTLY, 1),
    )


@given(pairs)
def test_the_counts_add_up(each: list[Pair]) -> None:
    found = agreement(each, SCALE)
    assert found.compared + found.not_observed == len(each)
    assert (
        found.equal
        == sum(count for _, count in found.equal_by_answer)
        == sum(is_equal(*pair) for pair in each)
    )
    assert agreement(reversed(each), SCALE) == found
