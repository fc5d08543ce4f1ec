"""For how long somebody is away."""

import datetime as dt

import pytest

from tracker.accounts.account.rules import AWAY_MOST, Away, clean_until, read_periods
from tracker.rules.errors import Invalid

FIRST = dt.date(2026, 11, 2)


def test_periods_are_read_as_the_database_puts_them_together() -> None:
    read = read_periods("2026-11-25/2026-12-03,2026-11-02/2026-11-02")
    assert read == (Away(dt.date(2026, 11, 25), dt.date(2026, 12, 3)), Away(FIRST, FIRST))
    assert read_periods(None) == ()


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "away_past"), (-4000, "away_past"), (AWAY_MOST.days + 1, "away_far")]
)
def test_a_day_that_is_over_or_too_far_is_refused(days: int, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_until(FIRST + dt.timedelta(days=days), FIRST)
    assert (refusal.value.code, refusal.value.field) == (code, "until_on")


@pytest.mark.parametrize("days", [0, 1, AWAY_MOST.days])
def test_today_and_a_year_ahead_are_taken(days: int) -> None:
    assert clean_until(FIRST + dt.timedelta(days=days), FIRST) == FIRST + dt.timedelta(days=days)
