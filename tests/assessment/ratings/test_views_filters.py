"""Which statements of a section are shown: filters with counts, and what is for one's job first."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.assessment.posted import fields
from tests.client import Client
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import leave_out
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tests.reading import words
from tracker.record.ratings.rules import RatingFilter
from tracker.web.ui import page_nav

DOMAIN = "/assess/small/durable/communication"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)
"""A review of the world's reviews is over by then."""


@pytest.fixture
def ana(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Iterator[Client]:
    """Of the ten: one left out, one of each kind, two not sure, one of them older."""
    out, older, changed, same, unsure, both = world.statements["communication"][:6]
    with app.app_context():
        leave_out(world, out, "Personnel matters.")
        rate(world, "ana", out, Answer.NOT_SURE, BEFORE)
        rate(world, "ana", older, Answer.PARTLY, BEFORE)
        for each in (changed, same):
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY)
        rate(world, "ana", changed, Answer.PARTLY, AFTER)
        rate(world, "ana", same, Answer.CONSISTENTLY, AFTER)
        rate(world, "ana", unsure, Answer.NOT_SURE)
        rate(world, "ana", both, Answer.NOT_SURE, BEFORE)
        rate(world, "ana", world.statements["leadership"][0], Answer.PARTLY, BEFORE)
    return sign_in(world.email("ana"))


def cards(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'<div class="statement" id="s-(\d+)"', page)]


def filters(page: str) -> dict[str, tuple[str, int]]:
    nav = re.search(r'<nav class="rating-filters.*?</nav>', page, re.S)
    found = re.findall(
        r'<a href="([^"]*)"[^>]*>([^<]*) <span class="soft">(\d+)</span>', nav[0] if nav else ""
    )
    return {label: (html.unescape(href), int(count)) for href, label, count in found}


def rail(page: str) -> dict[str, int]:
    nav = page.rpartition('<nav class="page-nav is-wide"')[2].partition("</nav>")[0]
    found = re.findall(
        r'<a href="([^"]*)"[^>]*>\s*<span>[^<]*</span>\s*<span class="page-nav-count">(\d+)</span>',
        nav,
    )
    return {html.unescape(href): int(count) for href, count in found}


def test_each_filter_counts_what_it_shows(world: World, ana: Client) -> None:
    found = filters(ana.get(DOMAIN).text)
    assert {label: count for label, (_href, count) in found.items()} == {
        "All": 10,
        "For your job": 4,
        "Not rated": 4,
        "Older": 2,
        "Changed since review": 1,
        "Not sure": 2,
    }
    for label, (href, count) in found.items():
        page = ana.get(href).text
        out = page.count("Not rated in this library")
        assert len(cards(page)) + out == count, label
        assert out == (label == "All")
    changed = world.statements["communication"][2]
    assert cards(ana.get(f"{DOMAIN}?show=changed").text) == [changed]


def test_the_rail_counts_the_pages_of_the_filter(ana: Client) -> None:
    counted = rail(ana.get(f"{DOMAIN}?show=older").text)
    assert sorted(counted.values()) == [1, 2]
    for href, count in counted.items():
        assert len(cards(ana.get(href).text)) == count


def test_without_script_the_page_comes_back_with_its_filter(world: World, ana: Client) -> None:
    older = world.statements["communication"][1]
    here = f"{DOMAIN}?show=older"
    saved = ana.post(
        "/assess/ratings", fields(ana.get(here).text) | {f"still_true-{older}": "partly"}
    )
    assert saved.location == here
    page = ana.get(here).text
    assert "1 statement saved." in page
    assert older not in cards(page)


def test_a_filter_that_shows_nothing_says_so(ana: Client) -> None:
    page = ana.get("/assess/small/technical/technical?show=older").text
    assert "Nothing here" in page
    assert cards(page) == []


@pytest.mark.parametrize("which", RatingFilter)
def test_it_says_so_where_the_section_is_listed_by_its_levels_too(
    ana: Client, monkeypatch: pytest.MonkeyPatch, which: RatingFilter
) -> None:
    """No page of the list is the one shown, then."""
    monkeypatch.setattr(page_nav, "MOST_ON_A_PAGE", 5)
    for levels in ("", "&level=1", "&level=3"):
        page = ana.get(f"/assess/small/technical/technical?show={which}{levels}")
        assert page.status_code == 200
        assert bool(cards(page.text)) != (
            "No statement of this section is in this list" in page.text
        )


def test_the_job_is_what_is_up_to_the_targets(
    world: World, sign_in: Callable[[str], Client]
) -> None:
    """All three domains expect the second level: 10, 5 and 3 of 33 statements."""
    ben = sign_in(world.email("ben"))
    today = ben.get("/").text
    assert "Start with your job" in today
    assert "18 statements for your job are not rated yet: about 6 minutes." in today
    assert "The rest can wait." in today
    page = ben.get("/assess", follow_redirects=True).text
    assert "You start with your job" in page
    assert "about 6 minutes left for your job" in page, "as Today says"
    assert "1 of 18 For your job" in words(page)
    assert "1 of 33 In all" in words(ben.get("/assess/small/technical/technical").text)
    assert cards(page) == world.statements["technical"][:10]
