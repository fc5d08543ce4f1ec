"""What people write in reviews."""

import pytest

from tracker.reviews.review.rules import clean_text
from tracker.rules.errors import Invalid


@pytest.mark.parametrize("typed", ["x" * 4001, " " + "é" * 4001])
def test_long_texts_are_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="review_text_long") as refused:
        clean_text(typed, "note", required=False)
    assert refused.value.field == "note"
