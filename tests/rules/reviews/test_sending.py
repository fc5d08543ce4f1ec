"""What is worth sending."""

import pytest

from tracker.rules.reviews.sending import is_suggested


@pytest.mark.parametrize(
    ("rank", "target", "new", "due", "expected"),
    [
        (2, 2, True, False, True),
        (1, 2, True, False, True),
        (3, 2, False, True, True),
        (4, 2, True, True, False),
        (2, 2, False, False, False),
        (2, None, True, True, False),
    ],
)
def test_what_is_suggested(
    rank: int, target: int | None, new: bool, due: bool, expected: bool
) -> None:
    assert is_suggested(rank, target, new=new, due=due) is expected
