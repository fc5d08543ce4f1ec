import datetime as dt

from tracker.web.ui.tables import by_day

ROWS = [("b", 2, 1), ("a", 2, 2), ("b", 2, 3), (None, 1, 4), ("b", 1, 5)]


def test_what_one_did_on_a_day_stands_together() -> None:
    days = by_day(ROWS, lambda row: dt.date(2026, 1, row[1]), lambda row: row[0])
    assert [
        (day.day, [(who, [row[2] for row in rows]) for who, rows in people]) for day, people in days
    ] == [(2, [("b", [1, 3]), ("a", [2])]), (1, [("", [4]), ("b", [5])])]
