"""When a choice takes a reason, and what counts as taken from the other side."""

from itertools import product

import pytest

from tests.factories.answers import SCALE, Answer, ReviewerAnswer
from tracker.frameworks.versions.rules import counterpart
from tracker.reviews.differences.rules import Choice, ChoiceKind, is_taken, needs_reason

OBSERVED = [each for each in ReviewerAnswer if each != ReviewerAnswer.CANNOT_TELL]


@pytest.mark.parametrize(("own", "theirs"), list(product(Answer, OBSERVED)))
def test_only_an_answer_that_neither_gave_needs_a_reason(own: str, theirs: str) -> None:
    free = {each for each in SCALE.endorsable if not needs_reason(each, own, theirs)}
    assert free == {own, counterpart(theirs)} & set(SCALE.endorsable)


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
