"""When the daily work is due, how long a part of it waits, and when the clock is doubted."""

import datetime as dt

import pytest

from tracker.operations.daily_work.rules import (
    LONGEST_WAIT,
    ClockDoubt,
    doubt,
    last_due,
    wait_after,
)

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
AHEAD = 3 * DAY


@pytest.mark.parametrize(
    ("zones", "now", "due"),
    [
        ([], "2026-11-26 12:00", None),
        (["America/New_York"], "2026-11-26 08:59", "2026-11-25 09:00"),
        (["America/New_York"], "2026-11-26 09:00", "2026-11-26 09:00"),
        (["America/New_York"], "2026-07-01 08:00", "2026-07-01 08:00"),
        (["America/New_York", "Europe/Berlin"], "2026-11-26 08:59", "2026-11-26 03:00"),
        (["America/New_York", "Europe/Berlin"], "2026-11-26 09:30", "2026-11-26 09:00"),
    ],
)
def test_a_day_begins_at_four_where_the_library_is(
    zones: list[str], now: str, due: str | None
) -> None:
    found = last_due(zones, dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC))
    assert found == (due and dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC))


def test_the_waits_grow_to_an_hour() -> None:
    waits = [wait_after(tries) / dt.timedelta(minutes=1) for tries in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert wait_after(100_000) == LONGEST_WAIT


@pytest.mark.parametrize(
    ("now", "trusted", "newest", "moments", "known"),
    [
        (NOW, None, None, [], None),
        (NOW, None, NOW - 2 * DAY, [], None),
        (NOW, None, NOW - 4 * DAY, [], NOW - 4 * DAY),
        (NOW, NOW - DAY, NOW, [], None),
        (NOW, NOW - 4 * DAY, NOW - 5 * DAY, [], NOW - 4 * DAY),
        (NOW, NOW - 5 * DAY, NOW - DAY, [NOW - 3 * DAY, NOW - DAY], None),
        (NOW, NOW - 400 * DAY, NOW - DAY, [NOW - 399 * DAY, NOW - DAY], NOW - 399 * DAY),
        (NOW, NOW + DAY, NOW - DAY, [], NOW + DAY),
        (NOW, NOW - DAY, NOW + DAY, [], NOW + DAY),
        (NOW, NOW + dt.timedelta(minutes=9), None, [], None),
    ],
    ids=[
        "nothing is known yet",
        "events alone",
        "nothing since the last event",
        "every day",
        "nothing since the last daily work",
        "without a worker, people went on",
        "events of a clock that leapt do not vouch for it",
        "before the last daily work",
        "before the newest event",
        "two machines",
    ],
)
def test_the_clock_is_doubted(
    now: dt.datetime,
    trusted: dt.datetime | None,
    newest: dt.datetime | None,
    moments: list[dt.datetime],
    known: dt.datetime | None,
) -> None:
    found = doubt(now, trusted, newest, moments, AHEAD)
    assert found == (known and ClockDoubt(now, known))
    assert found is None or found.is_ahead == (found.known < now)
