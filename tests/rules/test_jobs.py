"""When the daily work is due."""

import datetime as dt

import pytest

from tracker.rules.operations.jobs import last_due


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
