"""What is worth sending, and what it costs."""

import pytest

from tracker.rules.reviews.sending import is_suggested, minutes_for


@pytest.mark.parametrize(("statements", "minutes"), [(0, 0), (1, 1), (3, 2), (10, 7), (30, 20)])
def test_thirty_statements_take_twenty_minutes(statements: int, minutes: int) -> None:
    assert minutes_for(statements) == minutes


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
