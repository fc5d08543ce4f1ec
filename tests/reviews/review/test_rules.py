"""Equal or different: the reveal stands on it."""

from itertools import product

import pytest

from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tracker.frameworks.versions.rules import counterpart
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.act.rules import Thing, rule_of
from tracker.reviews.review.rules import is_equal, reveal_move

EQUAL = {
    (Answer.NOT_YET, ReviewerAnswer.NOT_YET),
    (Answer.PARTLY, ReviewerAnswer.PARTLY),
    (Answer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY),
    (Answer.NOT_MY_WORK, ReviewerAnswer.NOT_THEIR_WORK),
}
OBSERVED = [each for each in ReviewerAnswer if each != ReviewerAnswer.CANNOT_TELL]


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
    assert counterpart(ReviewerAnswer.CANNOT_TELL) is None


@pytest.mark.parametrize(("own", "theirs"), list(product(Answer, OBSERVED)))
def test_the_reveal_endorses_what_is_equal(own: Answer, theirs: ReviewerAnswer) -> None:
    after = rule_of(Thing.ITEM, reveal_move(own, theirs), ItemStatus.ANSWERED).after
    assert after is (ItemStatus.ENDORSED if (own, theirs) in EQUAL else ItemStatus.DIFFERS)
    if reveal_move(own, theirs) is Move.REVEAL_EQUAL:
        assert counterpart(theirs) == own


def test_every_answer_of_an_endorsement_can_come_about() -> None:
    assert {counterpart(each) for each in OBSERVED} == set(EndorsedAnswer)
