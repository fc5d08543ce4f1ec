"""What people write in reviews."""

import pytest

from tracker.rules.errors import Invalid
from tracker.rules.reviews.texts import clean_text


@pytest.mark.parametrize("typed", ["x" * 4001, " " + "é" * 4001])
def test_long_texts_are_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="review_text_long") as refused:
        clean_text(typed, "note", required=False)
    assert refused.value.field == "note"
