"""Dates and sizes in words, in the order of the reader's language."""

import datetime as dt

import pytest
from flask import Flask
from flask_babel import force_locale

from tracker.web.ui.template_helpers import day, file_size, long_day

THIS_YEAR, BEFORE = dt.date(2026, 3, 12), dt.date(2025, 3, 12)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ["12 Mar", "12 Mar 2025", "Thursday 12 March", "Wednesday 12 March 2025"]),
        ("de", ["12. März", "12. März 2025", "Do., 12. März", "Mi., 12. März 2025"]),
        ("ja", ["3月12日", "2025年3月12日", "3月12日木曜日", "2025年3月12日水曜日"]),
    ],
)
def test_a_date_in_words(app: Flask, locale: str, words: list[str]) -> None:
    with app.test_request_context("/"), force_locale(locale):
        assert [say(date) for say in (day, long_day) for date in (THIS_YEAR, BEFORE)] == words


def test_no_date_is_nothing(app: Flask) -> None:
    with app.test_request_context("/"):
        assert day(None) == ""


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "1 kB"), (1_499, "1 kB"), (240_000, "240 kB"), (999_400, "999 kB"), (1_240_000, "1.2 MB")],
)
def test_a_size_in_words(app: Flask, size: int, words: str) -> None:
    with app.test_request_context("/"):
        assert file_size(size) == words
