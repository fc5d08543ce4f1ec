"""How long endorsements count."""

import datetime as dt

import pytest

from tracker.rules.errors import Invalid
from tracker.rules.reviews.endorsements import clean_months, expires_on


@pytest.mark.parametrize(
    ("given", "months", "last"),
    [
        ("2026-03-12", 12, "2027-03-12"),
        ("2026-11-24", 1, "2026-12-24"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
    ],
)
def test_the_last_day(given: str, months: int, last: str) -> None:
    assert expires_on(dt.date.fromisoformat(given), months) == dt.date.fromisoformat(last)


def test_no_month_is_shorter_than_28_days() -> None:
    """What the daily command leaves out unread is never due."""
    day = dt.date(2024, 1, 1)
    for _ in range(1500):
        assert all(
            expires_on(day, months) - day >= dt.timedelta(days=28 * months)
            for months in (1, 2, 12, 36)
        )
        day += dt.timedelta(days=1)


def test_months_are_in_range_or_none() -> None:
    assert (clean_months(None, "m"), clean_months(1, "m"), clean_months(120, "m")) == (None, 1, 120)
    for wrong in (0, -1, 121):
        with pytest.raises(Invalid, match="months_out_of_range"):
            clean_months(wrong, "m")
