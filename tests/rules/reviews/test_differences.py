"""When a choice takes a reason, and how far apart two answers are."""

from itertools import product

import pytest

from tests.factories.answers import SCALE, Answer, ReviewerAnswer
from tracker.rules.frameworks.scale import counterpart
from tracker.rules.reviews.differences import Apart, distance, needs_reason

OBSERVED = [each for each in ReviewerAnswer if each != ReviewerAnswer.CANNOT_TELL]


@pytest.mark.parametrize(("own", "theirs"), list(product(Answer, OBSERVED)))
def test_only_an_answer_that_neither_gave_needs_a_reason(own: str, theirs: str) -> None:
    free = {each for each in SCALE.endorsable if not needs_reason(each, own, theirs)}
    assert free == {own, counterpart(theirs)} & set(SCALE.endorsable)


@pytest.mark.parametrize(
    ("own", "theirs", "apart"),
    [
        ("consistently", "not_yet", 2),
        ("not_yet", "consistently", 2),
        ("partly", "not_yet", 1),
        ("partly", "partly", 0),
        ("not_my_work", "partly", Apart.WHOSE_WORK),
        ("partly", "not_their_work", Apart.WHOSE_WORK),
        ("not_sure", "not_their_work", Apart.WHOSE_WORK),
        ("not_sure", "partly", Apart.NOT_SURE),
    ],
)
def test_how_far_apart(own: str, theirs: str, apart: int | Apart) -> None:
    assert distance(own, theirs, SCALE) == apart
