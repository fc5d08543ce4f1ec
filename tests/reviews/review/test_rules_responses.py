"""What people write in reviews, what a reviewer says, and when it can be revealed."""

import pytest

from tracker.frameworks.versions.rules import Ground
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.review.rules import (
    NewerAnswer,
    ReviewerResponse,
    clean_text,
    is_ready,
    newer_in,
    response_of,
)
from tracker.rules.errors import Conflict, Invalid


@pytest.mark.parametrize("typed", ["x" * 4001, " " + "é" * 4001])
def test_long_texts_are_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="review_text_long") as refused:
        clean_text(typed, "note", required=False)
    assert refused.value.field == "note"


def test_what_is_typed_is_an_answer_or_a_question() -> None:
    assert response_of(7, "partly", "saw_it", "so", 3) == ReviewerResponse(
        7, "partly", Ground.SAW_IT, "so", 3
    )
    assert response_of(7, "cannot_tell", "", "", 0) == ReviewerResponse(
        7, "cannot_tell", None, "", 0
    )
    assert response_of(7, "return", "saw_it", "When?", 1) == ReviewerResponse(
        7, None, None, "When?", 1
    )


@pytest.mark.parametrize(
    ("answer", "ground", "code"),
    [("", "saw_it", "review_answer_needed"), ("partly", "dreamt", "review_ground_unknown")],
)
def test_what_is_no_answer_is_refused(answer: str, ground: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        response_of(7, answer, ground, "", 0)
    assert refused.value.code == code


def test_what_another_page_saved_is_found_in_the_refusal() -> None:
    newer = NewerAnswer("partly", None, "", 2)
    assert newer_in(Conflict("review_item_changed", current=newer)) is newer
    assert newer_in(Conflict("review_item_changed", current="partly")) is None
    assert newer_in(Conflict("move_not_now")) is None
    assert newer_in(None) is None


@pytest.mark.parametrize(
    ("stand", "ready"),
    [
        ([], False),
        ([(ItemStatus.ANSWERED, False)], True),
        ([(ItemStatus.ANSWERED, False), (ItemStatus.RETURNED, False)], True),
        ([(ItemStatus.ANSWERED, False), (ItemStatus.WAITING, False)], False),
        ([(ItemStatus.NOT_OBSERVED, False)], True),
        ([(ItemStatus.NOT_OBSERVED, False), (ItemStatus.RETURNED, False)], False),
        ([(ItemStatus.NOT_OBSERVED, True)], False),
        ([(ItemStatus.NOT_OBSERVED, True), (ItemStatus.DROPPED, False)], False),
    ],
)
def test_a_review_is_ready_where_something_is_to_be_shown_and_nothing_waits(
    stand: list[tuple[ItemStatus, bool]], ready: bool
) -> None:
    assert is_ready(stand) is ready
