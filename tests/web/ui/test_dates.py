"""Dates, sizes, and numbers in words, in the order of the reader's language."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale

from tests.client import Client
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Library
from tracker.policy.permissions import Actor
from tracker.rules.regions import Region
from tracker.web.http import session
from tracker.web.ui.templating.dates import day, file_size, full_day, long_day, moment, month

THIS_YEAR, BEFORE = dt.date(2026, 3, 12), dt.date(2025, 3, 12)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ["Mar 12", "Mar 12, 2025", "Thursday, March 12, 2026", "Wednesday, March 12, 2025"]),
        (
            "de",
            ["12. März", "12. März 2025", "Donnerstag, 12. März 2026", "Mittwoch, 12. März 2025"],
        ),
        ("ja", ["3月12日", "2025年3月12日", "2026年3月12日木曜日", "2025年3月12日水曜日"]),
        (
            "es",
            [
                "12 mar",
                "12 mar 2025",
                "jueves, 12 de marzo de 2026",
                "miércoles, 12 de marzo de 2025",
            ],
        ),
        ("pt_BR", ["12 de mar.", "12 de mar. de 2025"]),
    ],
)
def test_a_date_in_words(app: Flask, locale: str, words: list[str]) -> None:
    with app.test_request_context("/"), force_locale(locale):
        said = [say(date) for say in (day, long_day) for date in (THIS_YEAR, BEFORE)]
        assert said[: len(words)] == words


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "3,412 people; 999 of 12,000; Page 1200 of 1,300; 3,412"),
        ("de", "3.412 people; 999 of 12.000; Page 1200 of 1.300; 3.412"),
        ("hi", "3,412 people; 999 of 12,000; Page 1200 of 1,300; 3,412"),
    ],
)
def test_how_many_is_grouped_and_which_one_is_not(app: Flask, locale: str, words: str) -> None:
    template = """{{ ngettext("%(num)d person", "%(num)d people", 3412) }}; {#
        #}{{ _("%(done)s of %(total)s", done=999, total=12000) }}; {#
        #}{{ _("Page %(number)s of %(all)s", number=1200, all=1300) }}; {{ 3412|number }}"""
    with app.test_request_context("/"), force_locale(locale):
        assert render_template_string(template) == words


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("US", ["Mar 12", "Mar 12, 2025", "Mar 12, 2026", "March 2026", "Mar 12, 2:05 PM"]),
        ("CA", ["Mar 12", "Mar 12, 2025", "Mar 12, 2026", "March 2026", "Mar 12, 2:05 p.m."]),
        ("GB", ["12 Mar", "12 Mar 2025", "12 Mar 2026", "March 2026", "12 Mar, 14:05"]),
        ("AU", ["12 Mar", "12 Mar 2025", "12 Mar 2026", "March 2026", "12 Mar, 2:05 pm"]),
    ],
)
def test_a_date_as_the_library_writes_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, region: str, words: list[str]
) -> None:
    reader = Actor(1, 1, region=Region(region))
    monkeypatch.setattr(session, "actor_or_none", lambda: reader)
    at = dt.datetime(2026, 3, 12, 14, 5, tzinfo=dt.UTC)
    with app.test_request_context("/"):
        said = [day(THIS_YEAR), day(BEFORE), full_day(THIS_YEAR), month(THIS_YEAR), moment(at)]
        assert [each.replace("\u202f", " ") for each in said] == words


def test_the_readers_library_says_how_dates_are_written(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    """Whatever the browser prefers: two people of a library read the same."""
    ana, otto = sign_in(world.email("ana")), sign_in(world.email("otto"))
    with app.app_context(), transaction() as tx:
        library = tx.get_one(Library, world.libraries["other"])
        library.region = Region.GB
    for asks in ("en-US", "en-GB"):
        us, gb = (
            client.get("/account", headers={"Accept-Language": asks}).text.replace("\u202f", " ")
            for client in (ana, otto)
        )
        assert "since Nov 24, 10:00 AM" in us
        assert "since 24 Nov, 10:00," in gb


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
