"""What changed since an earlier round: the numbers, the statements behind each, and who sees
them."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import leave_out, open_round
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.administration.rounds import actions as rounds_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.models import Endorsement
from tracker.reviews.endorsements import actions as endorsements_actions

SignIn = Callable[[str], Client]
THEN = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)


@pytest.fixture
def grown(app: Flask, world: World) -> World:
    """Ana since Spring 2026: one answer up, one down, one first given; two newly endorsed, one of
    the endorsements of then revoked."""
    one, two, three, four, five, *_rest = world.statements["communication"]
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        for statement_id, then in ((one, Answer.PARTLY), (two, Answer.CONSISTENTLY)):
            rate(world, "ana", statement_id, then, THEN)
        for statement_id in (three, four):
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY, THEN)
        ratings_actions.rate(actor(world, "ana"), one, Answer.CONSISTENTLY, 1, world.now)
        ratings_actions.rate(actor(world, "ana"), two, Answer.NOT_YET, 1, world.now)
        rate(world, "ana", five, Answer.CONSISTENTLY)
        for statement_id in (one, five):
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
        given = (
            session().scalars(select(Endorsement.id).where(Endorsement.statement_id == three)).one()
        )
        endorsements_actions.revoke(actor(world, "sue"), given, "By mistake.", world.now)
        rounds_actions.keep_all_due(world.now)
    return world


def lists(page: str) -> dict[str, list[str]]:
    """By its words, the statements behind each number, with what is said of them."""
    part = page.partition('id="changes"')[2].partition("</section>")[0]
    found = {words: [] for words in re.findall(r'<p class="change is-none">([^<]+)', part)}
    for words, rows in re.findall(
        r'class="change">\s*<summary>([^<]+)</summary>(.*?)</details>', part, re.S
    ):
        found[words] = [
            " ".join(re.sub(r"<[^>]+>", "", row).split())
            for row in re.findall(r"<li>(.*?)</li>", rows, re.S)
        ]
    return found


def test_each_number_has_its_statements_behind_it(grown: World, sign_in: SignIn) -> None:
    page = sign_in(grown.email("ana")).get("/profile").text
    found = lists(page)
    assert {words: len(rows) for words, rows in found.items()} == {
        "1 self-rating moved up": 1,
        "1 self-rating moved down": 1,
        "2 more count as met in reviews": 2,
        "1 no longer counts as met in reviews": 1,
    }
    assert found["1 self-rating moved up"][0].endswith("Partly, now Consistently")
    assert found["1 self-rating moved down"][0].endswith("Consistently, now Not yet")
    assert found["1 no longer counts as met in reviews"][0].endswith(
        "Consistently, now not reviewed"
    )
    assert "Self-ratings: 1 moved up, 1 down" in page
    assert "Since the end of Spring 2026." in page


def test_what_the_library_does_not_rate_has_not_moved(
    app: Flask, grown: World, sign_in: SignIn
) -> None:
    with app.app_context():
        leave_out(grown, grown.statements["communication"][0], "No such tool.")
    found = lists(sign_in(grown.email("ana")).get("/profile").text)
    assert {words: len(rows) for words, rows in found.items()} == {
        "0 self-ratings moved up": 0,
        "1 self-rating moved down": 1,
        "1 more counts as met in reviews": 1,
        "1 no longer counts as met in reviews": 1,
    }


def test_others_see_what_was_revealed(grown: World, sign_in: SignIn) -> None:
    profile = f"/people/{grown.people['ana']}/profile"
    found = lists(sign_in(grown.email("sue")).get(profile).text)
    assert {words: len(rows) for words, rows in found.items()} == {
        "0 self-ratings moved up": 0,
        "0 self-ratings moved down": 0,
        "2 more count as met in reviews": 2,
        "1 no longer counts as met in reviews": 1,
    }
    page = sign_in(grown.email("cora")).get(profile).text
    assert "Domains at target: 0 then, 0 now." in page
    assert lists(page) == {}


@pytest.mark.in_ci
def test_only_rounds_in_which_somebody_was_there_are_compared_with(
    app: Flask, grown: World, sign_in: SignIn
) -> None:
    with app.app_context():
        open_round(grown, "Summer 2026", dt.date(2026, 7, 1), dt.date(2026, 8, 31))
        join(grown, "cleo", "central", starts_on=dt.date(2026, 6, 1))
        join(grown, "dan", "central", starts_on=dt.date(2026, 10, 1))
        rounds_actions.keep_all_due(grown.now)
    ana = sign_in(grown.email("ana"))
    page = ana.get("/profile").text
    assert "Since the end of Summer 2026. As of Aug 31, 2026." in page
    earlier = re.search(r'href="(/profile\?since=\d+)#changes">Spring 2026', page)
    assert earlier is not None
    assert "Since the end of Spring 2026." in ana.get(earlier.group(1)).text
    page = sign_in(grown.email("cleo")).get("/profile").text
    assert "Since the end of Summer 2026." in page
    assert "Spring 2026" not in page
    assert "Nothing to compare yet" in sign_in(grown.email("dan")).get("/profile").text
