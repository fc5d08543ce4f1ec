"""The digest of what is reviewed."""

import dataclasses

import pytest
from hypothesis import given, strategies as st

from tracker.record.endorsements.rules import ReviewedContent, ReviewedEvidence, reviewed_digest

EVIDENCE = (
    ReviewedEvidence(4, "why", "Step card", "text", "", "ab" * 32),
    ReviewedEvidence(9, "", "Drop-in", "41 visits", "https://example.org", ""),
)


CONTENT = ReviewedContent(
    7, "uuid", "slug", "1", "Title\nText", "partly", "Partly", "Some", "note", EVIDENCE
)


def test_the_digest_is_the_same_for_the_same_content_in_any_order_of_evidence() -> None:
    turned = dataclasses.replace(CONTENT, evidence=EVIDENCE[::-1])
    assert reviewed_digest("salt", CONTENT) == reviewed_digest("salt", turned)
    assert len(reviewed_digest("salt", CONTENT)) == 64
    assert reviewed_digest("pepper", CONTENT) != reviewed_digest("salt", CONTENT)


def test_what_was_reviewed_years_ago_still_fits() -> None:
    """Digests are stored: how they are worked out never changes."""
    assert (
        reviewed_digest("salt", CONTENT)
        == "4aa1739dc4122fec28375d878df161061af262f9f54425700f25d0635593bd73"
    )


WORDS = [
    field.name
    for field in dataclasses.fields(CONTENT)
    if field.name not in ("person_id", "evidence")
]


@given(st.sampled_from(WORDS), st.text())
def test_any_other_word_makes_another_digest(name: str, word: str) -> None:
    changed = dataclasses.replace(CONTENT, **{name: word})
    assert (reviewed_digest("salt", changed) == reviewed_digest("salt", CONTENT)) == (
        changed == CONTENT
    )


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ReviewedEvidence)])
def test_so_does_any_other_piece_of_evidence(name: str) -> None:
    value: object = 5 if name == "version_id" else "other"
    changed = dataclasses.replace(
        CONTENT, evidence=(dataclasses.replace(EVIDENCE[0], **{name: value}), EVIDENCE[1])
    )
    assert reviewed_digest("salt", changed) != reviewed_digest("salt", CONTENT)
