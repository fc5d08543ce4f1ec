"""Days and periods."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from tracker.rules.calendar import (
    FIRST_DAY,
    LAST_DAY,
    clean_period,
    clean_time_zone,
    day_in,
    is_over,
    overlap,
    start_of,
    time_zones,
    year_after,
    year_before,
)
from tracker.rules.errors import Invalid

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 10))
PERIODS = st.tuples(DAYS, st.none() | DAYS).filter(
    lambda each: each[1] is None or each[1] >= each[0]
)


def days(period: tuple[dt.date, dt.date | None]) -> set[dt.date]:
    """Every day of it, an open one until well after all others."""
    start, end = period
    return {
        start + dt.timedelta(days=n) for n in range(((end or dt.date(2026, 6, 1)) - start).days + 1)
    }


@given(PERIODS, PERIODS)
def test_two_periods_overlap_when_they_share_a_day(
    one: tuple[dt.date, dt.date | None], other: tuple[dt.date, dt.date | None]
) -> None:
    assert overlap(*one, *other) == bool(days(one) & days(other))


def test_a_day_begins_and_ends_where_the_library_is() -> None:
    moment = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
    assert day_in("Pacific/Kiritimati", moment) == dt.date(2026, 11, 25)
    assert day_in("Etc/GMT+12", moment) == dt.date(2026, 11, 23)
    assert start_of("Asia/Tokyo", dt.date(2026, 11, 24)) == dt.datetime(
        2026, 11, 23, 15, 0, tzinfo=dt.UTC
    )
    assert start_of("Asia/Tokyo", dt.date(2026, 11, 24)).tzinfo is dt.UTC
    assert start_of("America/Chicago", dt.date(2026, 3, 9)) - start_of(
        "America/Chicago", dt.date(2026, 3, 8)
    ) == (dt.timedelta(hours=23)), "the clocks go forward on the eighth"


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../etc/passwd", "/etc/localtime", "europe/berlin", "x" * 5000]
)
def test_a_time_zone_is_one_of_the_list(name: str) -> None:
    assert name not in time_zones()
    with pytest.raises(Invalid) as refused:
        clean_time_zone(name)
    assert (refused.value.code, refused.value.field) == ("time_zone_unknown", "time_zone")


def test_every_time_zone_offered_can_be_used_and_stored() -> None:
    moment = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    for name in time_zones():
        assert abs((day_in(clean_time_zone(name), moment) - moment.date()).days) <= 1
        assert len(name) <= 40, "as long as its column"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "refusal"),
    [
        (FIRST_DAY, LAST_DAY, None),
        (FIRST_DAY, FIRST_DAY, None),
        (FIRST_DAY, None, None),
        (FIRST_DAY - dt.timedelta(days=1), None, ("day_far", "starts_on")),
        (FIRST_DAY, LAST_DAY + dt.timedelta(days=1), ("day_far", "ends_on")),
        (LAST_DAY, FIRST_DAY, ("dates_not_in_order", "ends_on")),
    ],
)
def test_what_a_period_can_be(
    starts_on: dt.date, ends_on: dt.date | None, refusal: tuple[str, str] | None
) -> None:
    if refusal is None:
        clean_period(starts_on, ends_on)
        return
    with pytest.raises(Invalid) as refused:
        clean_period(starts_on, ends_on)
    assert (refused.value.code, refused.value.field) == refusal


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
    assert (day_in("UTC", late).day, day_in("Europe/Berlin", late).day) == (24, 25)


def test_the_zones_offered_are_those_of_places_and_utc() -> None:
    offered = time_zones()
    assert {"UTC", "Europe/Berlin", "America/Chicago"} <= set(offered)
    assert not {"GMT", "CET", "EST"} & set(offered)


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (dt.date(2028, 2, 28), dt.date(2029, 2, 28)),
        (dt.date(2028, 2, 29), dt.date(2029, 3, 1)),
        (dt.date(2026, 12, 13), dt.date(2027, 12, 13)),
    ],
)
def test_a_year_is_the_same_looked_at_from_both_ends(day: dt.date, after: dt.date) -> None:
    assert year_after(day) == after
    assert not day > year_before(after)
    assert day > year_before(after - dt.timedelta(days=1))


def test_a_year_before_february_29_is_february_28() -> None:
    assert year_before(dt.date(2028, 2, 29)) == dt.date(2027, 2, 28)
