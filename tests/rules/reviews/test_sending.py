"""What is worth sending, and which of it first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.reviews.sending import SUGGESTED, Candidate, Worth, candidate, suggested


@pytest.mark.parametrize(
    ("rank", "target", "reviewed", "changed", "due", "expected"),
    [
        (2, 2, False, False, False, (Worth.NEW, 0)),
        (1, 2, False, True, False, (Worth.NEW, 1)),
        (3, 2, True, True, True, (Worth.CHANGED, 1)),
        (2, 2, True, True, False, (Worth.CHANGED, 0)),
        (3, 2, True, False, True, (Worth.DUE, 1)),
        (2, 2, True, False, False, None),
        (4, 2, True, True, True, None),
        (4, 2, False, False, False, None),
        (2, None, False, False, False, None),
    ],
)
def test_what_is_worth_sending(
    rank: int,
    target: int | None,
    reviewed: bool,
    changed: bool,
    due: bool,
    expected: tuple[Worth, int] | None,
) -> None:
    found = candidate(7, rank, target, reviewed=reviewed, changed=changed, due=due)
    assert found == (None if expected is None else Candidate(7, *expected))


def test_the_changed_go_first_then_the_new_then_the_due_and_the_target_level_before_others() -> (
    None
):
    found = [
        Candidate(1, Worth.DUE, 0),
        Candidate(2, Worth.NEW, 1),
        Candidate(3, Worth.NEW, 0),
        Candidate(4, Worth.CHANGED, 1),
        Candidate(5, Worth.NEW, 0),
    ]
    assert suggested(found) == [4, 3, 5, 2, 1]
    assert suggested(found, 2) == [4, 3]


CANDIDATES = st.lists(
    st.builds(Candidate, st.integers(1, 500), st.sampled_from(Worth), st.integers(0, 1)),
    max_size=60,
    unique_by=lambda each: each.statement_id,
)


@given(CANDIDATES)
def test_about_fifteen_are_suggested_and_the_same_each_time(found: list[Candidate]) -> None:
    first = suggested(found)
    assert len(first) == min(len(found), SUGGESTED) == len(set(first))
    assert first == suggested(list(found)) == suggested(found, len(found))[:SUGGESTED]
    left = [each for each in found if each.statement_id not in first]
    taken = [each for each in found if each.statement_id in first]
    assert all(
        (one.worth, one.distance) <= (other.worth, other.distance)
        for one in taken
        for other in left
    )
