"""When a choice takes a reason, and how far apart two answers are."""

from itertools import product

import pytest

from tests.factories.answers import SCALE, Answer, ReviewerAnswer
from tracker.rules.frameworks.scale import counterpart
from tracker.rules.reviews.differences import (
    Apart,
    Choice,
    ChoiceKind,
    distance,
    is_taken,
    needs_reason,
)

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


@pytest.mark.parametrize(
    ("kind", "answer", "is_theirs"),
    [
        (ChoiceKind.AGREE, "not_yet", True),
        (ChoiceKind.AGREE, "partly", True),
        (ChoiceKind.AGREE, "consistently", False),
        (ChoiceKind.AGREE, "not_my_work", False),
        (ChoiceKind.TALK, None, False),
        (ChoiceKind.NO_AGREEMENT, None, False),
    ],
)
def test_their_rating_and_what_they_chose_since_is_taken(
    kind: ChoiceKind, answer: str | None, is_theirs: bool
) -> None:
    theirs = {"not_yet", "partly", "consistently"}
    assert is_taken(Choice(1, kind, answer), "consistently", theirs) is is_theirs
