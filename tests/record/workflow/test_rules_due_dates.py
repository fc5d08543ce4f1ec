"""When something is due while people are away now and then: said a second time day by day."""

import datetime as dt

import pytest
from hypothesis import example, given, strategies as st

from tracker.accounts.account.rules import DAY, Away, back_after
from tracker.record.workflow.rules import WEEK, a_week_later, clean_months, due_day, expires_on
from tracker.rules.errors import Invalid

FIRST = dt.date(2026, 11, 2)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


@st.composite
def periods(draw: st.DrawFn) -> Away:
    starts = draw(st.integers(-20, 80))
    return Away(day(starts), day(starts + draw(st.integers(0, 30))))


AWAY = st.lists(periods(), max_size=5).map(tuple)
TIME = st.integers(0, 40)


def covered(away: tuple[Away, ...], on: dt.date) -> bool:
    return any(period.covers(on) for period in away)


def by_days(on: dt.date, since: dt.date, away: tuple[Away, ...]) -> dt.date:
    """The last day, found by living through them: a day on which somebody is away takes none of
    the time, and what is over when they leave is due when they are back."""
    left, today, last = (on - since).days, since, since
    while True:
        if covered(away, today):
            left = max(left, 0)
        elif left >= 0:
            last = today
            left -= 1
        today += DAY
        if left < 0 and all(period.until_on < today for period in away):
            return last


@given(TIME, AWAY)
@example(14, (Away(day(-5), day(3)),))
@example(0, (Away(day(9), day(9)), Away(day(9), day(20))))
def test_days_away_take_none_of_the_time(days: int, away: tuple[Away, ...]) -> None:
    assert due_day(day(days), FIRST, away) == by_days(day(days), FIRST, away)


@given(TIME, AWAY)
def test_nothing_ends_while_somebody_is_away_and_everything_does_after(
    days: int, away: tuple[Away, ...]
) -> None:
    on = day(days)
    last = due_day(on, FIRST, away)
    assert last >= on
    assert not covered(away, last)
    for number in range(-20, 200):
        if covered(away, day(number)):
            assert day(number) < last or not any(
                period.until_on >= FIRST and period.covers(day(number)) for period in away
            )
    assert last <= max([on, *(period.until_on + DAY + dt.timedelta(days) for period in away)])


@given(TIME, AWAY)
def test_without_days_away_in_its_time_a_date_stays(days: int, away: tuple[Away, ...]) -> None:
    before = tuple(period for period in away if period.until_on < FIRST)
    assert due_day(day(days), FIRST, before) == day(days)


@given(TIME, AWAY, st.integers(0, 100))
def test_one_more_week_is_a_week_from_what_it_was_or_from_today(
    days: int, away: tuple[Away, ...], today: int
) -> None:
    begun = tuple(period for period in away if period.starts_on <= day(today))
    before = due_day(day(days), FIRST, begun)
    kept = a_week_later(day(days), FIRST, begun, day(today))
    assert due_day(kept, FIRST, begun) == max(before, day(today)) + WEEK


@given(st.integers(-20, 100), AWAY)
def test_a_reminder_waits_for_the_day_on_which_they_are_back(
    number: int, away: tuple[Away, ...]
) -> None:
    back = back_after(day(number), away)
    assert not covered(away, back)
    passed = (back - day(number)).days
    assert all(covered(away, day(number + each)) for each in range(passed))


def test_who_comes_back_early_has_the_days_again() -> None:
    on = day(14)
    assert due_day(on, FIRST, [Away(day(4), day(13))]) == day(24)
    assert due_day(on, FIRST, [Away(day(4), day(6))]) == day(17)
    assert due_day(on, FIRST, []) == on


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
