"""When mail goes."""

import datetime as dt

import pytest

from tracker.rules.core.notices import LONGEST_WAIT, digest_of, wait_after


@pytest.mark.parametrize(
    ("zone", "now", "digest"),
    [
        ("UTC", "2026-11-24T06:59:59+00:00", None),
        ("UTC", "2026-11-24T07:00:00+00:00", "2026-11-24T07:00:00+00:00"),
        ("America/New_York", "2026-11-24T11:59:00+00:00", None),
        ("America/New_York", "2026-11-24T12:30:00+00:00", "2026-11-24T12:00:00+00:00"),
        ("America/New_York", "2026-07-01T11:30:00+00:00", "2026-07-01T11:00:00+00:00"),
        ("Asia/Tokyo", "2026-11-24T23:00:00+00:00", "2026-11-24T22:00:00+00:00"),
    ],
)
def test_daily_mail_is_put_together_at_seven_where_the_library_is(
    zone: str, now: str, digest: str | None
) -> None:
    found = digest_of(zone, dt.datetime.fromisoformat(now))
    assert (found and found.isoformat()) == digest


def test_what_is_not_taken_waits_longer_each_time() -> None:
    waits = [wait_after(attempts) for attempts in (1, 2, 3, 50)]
    assert waits == [
        dt.timedelta(minutes=1),
        dt.timedelta(minutes=2),
        dt.timedelta(minutes=4),
        LONGEST_WAIT,
    ]
