"""What looks like a patron's particulars, and what a library writes all day without naming
anybody."""

import pytest
from hypothesis import given, strategies as st

from tracker.evidence.pieces.rules import PatronSign, signs

EMAIL, PHONE, CARD = PatronSign.EMAIL, PatronSign.PHONE, PatronSign.CARD


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Wrote to j.doe+books@mail.example.org about the hold", EMAIL),
        ("<jane@example.com>", EMAIL),
        ("Called (555) 123-4567 back", PHONE),
        ("555-123-4567", PHONE),
        ("555.123.4567.", PHONE),
        ("1-555-123-4567", PHONE),
        ("+44 20 7946 0958", PHONE),
        ("+49 (0)30 123456", PHONE),
        ("+15551234567", PHONE),
        ("020 7946 0958", PHONE),
        ("06 12 34 56 78", PHONE),
        ("tel. 555-0199", PHONE),
        ("her cell is 5550199", PHONE),
        ("card 21234567890123", CARD),
        ("2 1234 56789 0123", CARD),
        ("4111 1111 1111 1111", CARD),
        ("4111-1111-1111-1111,", CARD),
        ("id 123456789012", CARD),
    ],
)
def test_a_sign_is_seen(text: str, sign: PatronSign) -> None:
    assert signs(text) == {sign}


@pytest.mark.parametrize(
    "text",
    [
        "On 2026-11-24 and 2026-12-01",
        "24.11.2026 bis 01.12.2026",
        "11/24/2026, 11/25/2026",
        "20261124 103000",
        "20261124103000",
        "From 10:30 to 12:00, then 14.15-15.45",
        "9.30am-11.30am",
        "2019-2020 2021-2022",
        "in 2019, 2020, 2021 and 2022",
        "ISBN 978-0-13-468599-1",
        "9780134685991",
        "978 0 13 468599 1",
        "ISBN 0306406152",
        "0-306-40615-2",
        "ISSN 0317-8471",
        "OCLC 1234567890123",
        "ocn123456789012",
        "https://example.org/record/123456789012345",
        "doi 10.1000/182.555-123-4567",
        "QA76.73.P98 L88 2019",
        "025.431 DEW",
        "813.54 / 813.6",
        "PS3545 .I5365 1990",
        "item 31234567890123",
        "3 1234 56789 0123",
        "pages 123-456, 1200 items, $1,234.56",
        "Weeded 1 250 300 items",
        "192.168.100.200",
        "v1.2.3.4",
        "MARC 245 10 $a, 650 _0",
        "at the desk @ noon",
        "@library on two networks",
        "floor plan 100x200, 555-1234",
        "ticket 12345678",
        "phone training for 12 pages",
        "",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert signs(text) == frozenset()


def test_all_texts_are_read_each_by_itself() -> None:
    assert signs("a@example.org", "and 555-123-4567") == {EMAIL, PHONE}
    assert signs("4111 1111", "1111 1111") == frozenset()


@given(st.text(alphabet="0123456789 -./()+@aX\n", max_size=300))
def test_any_text_is_answered(text: str) -> None:
    signs(text)


def test_no_text_can_make_it_run_for_ever() -> None:
    """Texts that a careless pattern tries in every way: this would not end within the life of the
    test run."""
    for part in ("1 ", "1-", "a@", "a.", "+1", "0", "978-", "2019 ", "("):
        signs(part * (10_000 // len(part)))
