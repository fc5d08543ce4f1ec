"""What is worth sending, and which of it first."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from tests.record.sheet.test_rules_words import DAY, sheet, statement, word
from tracker.record.sheet.rules import CountsFrom, Record, SentItem, Side
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.sending.rules import (
    SUGGESTED,
    Candidate,
    Worth,
    candidate,
    sendable,
    suggested,
)


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


def test_what_can_be_sent_of_a_sheet() -> None:
    """Rated, rated here, and with no reviewer now; what counts later can be sent, but is not
    suggested."""
    record = Record(
        1,
        {
            Side.OWN: {skill: [word("yes", 3)] for skill in range(1, 7)} | {7: [word(None, 3)]},
            Side.REVEALED: {3: [word("no", 2)], 4: [word("yes", 2)]},
        },
        sent={2: [SentItem(ItemStatus.WAITING, DAY, 1, 2, None, 0, "u2", True)]},
        left_out={5: [word("", 1)]},
        later={6: [word("", 0, 9)]},
        targets={1: {1: 1}},
        counts_from={9: CountsFrom("2", None, DAY.date())},
    )
    found = sendable(sheet(record, *map(statement, range(1, 9))), None)
    assert {each.statement_id: each.candidate and each.candidate.worth for each in found} == {
        1: Worth.NEW,
        3: Worth.CHANGED,
        4: None,
        6: None,
    }
    assert [each.statement_id for each in found if each.later is not None] == [6]
    again = sendable(sheet(record, statement(4)), DAY.date() + dt.timedelta(days=3))
    assert again[0].candidate == Candidate(4, Worth.DUE, 0)
