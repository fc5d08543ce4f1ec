"""The small rules of a review, and its digest."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import Invalid
from tracker.rules.reviews.digests import ReviewedContent, ReviewedEvidence, reviewed_digest
from tracker.rules.reviews.reviews import clean_text, day_at, is_over, is_suggested, minutes_for

EVIDENCE = (
    ReviewedEvidence(4, "why", "Step card", "text", "", "ab" * 32),
    ReviewedEvidence(9, "", "Drop-in", "41 visits", "https://example.org", ""),
)
CONTENT = ReviewedContent(
    7, "uuid", "slug", "1", "Title\nText", "partly", "Partly\nSome", "note", EVIDENCE
)


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


def test_the_last_day_still_counts() -> None:
    day = dt.date(2026, 12, 8)
    assert [is_over(day, day + dt.timedelta(days=more)) for more in (-1, 0, 1)] == [
        False,
        False,
        True,
    ]
    assert not is_over(None, day)


def test_the_day_is_that_of_the_place() -> None:
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert (day_at(late, "UTC").day, day_at(late, "Europe/Berlin").day) == (24, 25)


@pytest.mark.parametrize("typed", ["x" * 4001, " " + "é" * 4001])
def test_long_texts_are_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="review_text_long") as refused:
        clean_text(typed, "note", required=False)
    assert refused.value.field == "note"


def test_the_digest_is_the_same_for_the_same_content_in_any_order_of_evidence() -> None:
    turned = dataclasses.replace(CONTENT, evidence=EVIDENCE[::-1])
    assert reviewed_digest("salt", CONTENT) == reviewed_digest("salt", turned)
    assert len(reviewed_digest("salt", CONTENT)) == 64
    assert reviewed_digest("pepper", CONTENT) != reviewed_digest("salt", CONTENT)


WORDS = [
    each.name for each in dataclasses.fields(CONTENT) if each.name not in ("person_id", "evidence")
]


@given(st.sampled_from(WORDS), st.text())
def test_any_other_word_makes_another_digest(name: str, word: str) -> None:
    changed = dataclasses.replace(CONTENT, **{name: word})
    assert (reviewed_digest("salt", changed) == reviewed_digest("salt", CONTENT)) == (
        changed == CONTENT
    )


@pytest.mark.parametrize("name", [each.name for each in dataclasses.fields(ReviewedEvidence)])
def test_so_does_any_other_piece_of_evidence(name: str) -> None:
    value: object = 5 if name == "version_id" else "other"
    changed = dataclasses.replace(
        CONTENT, evidence=(dataclasses.replace(EVIDENCE[0], **{name: value}), EVIDENCE[1])
    )
    assert reviewed_digest("salt", changed) != reviewed_digest("salt", CONTENT)
